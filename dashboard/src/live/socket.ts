/** The live line: socket.io over WebSocket, resumed by the cursor of what was seen last. */
import { io, type Socket } from 'socket.io-client';
import type { ClientToServer, ServerToClient } from '#domain/contract/socket.ts';
import { field } from '../api/http.ts';

export type LiveHandlers = Pick<
  ServerToClient,
  'snapshot' | 'alarm' | 'points' | 'beat' | 'gateway' | 'incidents' | 'incident' | 'flood' | 'backfill'
> & {
  connected(): void;
  disconnected(): void;
  /** A message to a person was sent, delivered, read …; parsed by whoever shows it. */
  told(item: unknown): void;
  /** The server does not accept this session. */
  refused(): void;
};
export type LiveLine = { resync(): void; close(): void };

/** `since` is asked at each attempt: a reconnect resumes after what was seen by then. */
export function openLine(since: () => string | null, handlers: LiveHandlers): LiveLine {
  const socket: Socket<ServerToClient, ClientToServer> = io({
    transports: ['websocket'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 3_000,
    // The session's cookie goes with the handshake.
    auth: (give) => give({ since: since() ?? undefined }),
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  socket.on('connect', handlers.connected);
  socket.on('disconnect', (reason) => {
    handlers.disconnected();
    // Cut by the server (slow, or rights changed): socket.io leaves that to us.
    if (reason === 'io server disconnect') again();
  });
  socket.on('connect_error', (error) => {
    if (error.message === 'unauthenticated') handlers.refused();
    else if (!socket.active) again();
  });
  socket.on('snapshot', handlers.snapshot);
  socket.on('alarm', handlers.alarm);
  socket.on('points', handlers.points);
  socket.on('beat', handlers.beat);
  socket.on('gateway', handlers.gateway);
  socket.on('incidents', handlers.incidents);
  socket.on('incident', handlers.incident);
  socket.on('flood', handlers.flood);
  socket.on('backfill', handlers.backfill);
  socket.onAny((name: string, message: unknown) => {
    if (name === 'notification') handlers.told(field(message, 'item'));
  });
  return {
    resync: () => socket.emit('resync'),
    close() {
      clearTimeout(timer);
      socket.removeAllListeners();
      socket.offAny();
      socket.disconnect();
    },
  };

  function again(): void {
    clearTimeout(timer);
    timer = setTimeout(() => socket.connect(), 1_000);
  }
}
