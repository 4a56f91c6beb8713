/** A duty console as the server meets it: socket.io-client, and every message kept in order. */
import { io, type Socket } from 'socket.io-client';
import type {
  AlarmMessage,
  ClientToServer,
  ServerToClient,
  SnapshotMessage,
} from '#domain/contract/socket.ts';
import { decodePoints, type PointChange } from '#domain/contract/points-batch.ts';

export type Message =
  | { readonly kind: 'snapshot'; readonly body: SnapshotMessage }
  | { readonly kind: 'alarm'; readonly body: AlarmMessage }
  | { readonly kind: 'points'; readonly body: readonly PointChange[] }
  | { readonly kind: 'beat'; readonly body: Parameters<ServerToClient['beat']>[0] }
  | { readonly kind: 'gateway'; readonly body: Parameters<ServerToClient['gateway']>[0] }
  | { readonly kind: 'incidents'; readonly body: Parameters<ServerToClient['incidents']>[0] }
  | { readonly kind: 'incident'; readonly body: Parameters<ServerToClient['incident']>[0] }
  | { readonly kind: 'flood'; readonly body: Parameters<ServerToClient['flood']>[0] }
  | { readonly kind: 'backfill'; readonly body: Parameters<ServerToClient['backfill']>[0] }
  | { readonly kind: 'refused'; readonly body: string }
  | { readonly kind: 'closed'; readonly body: string };
type Kind = Message['kind'];

export type Console = {
  readonly socket: Socket<ServerToClient, ClientToServer>;
  /** Takes the first message of this kind, waiting for it; what came before it stays. */
  next<K extends Kind>(kind: K): Promise<Extract<Message, { kind: K }>['body']>;
  /** Kinds of what has come and was not taken, but for the picture of incidents that every console gets first. */
  kinds(): Kind[];
  close(): void;
};

export function openConsole(
  port: number,
  auth: Record<string, unknown>,
  headers: Record<string, string> = {},
): Console {
  const socket: Socket<ServerToClient, ClientToServer> = io(`http://127.0.0.1:${port}`, {
    transports: ['websocket'],
    reconnection: false,
    forceNew: true,
    auth,
    extraHeaders: headers,
  });
  const inbox: Message[] = [];
  let waiting: { kind: Kind; resolve: (message: Message) => void }[] = [];
  const take = (message: Message): void => {
    const reader = waiting.find((one) => one.kind === message.kind);
    if (reader === undefined) {
      inbox.push(message);
      return;
    }
    waiting = waiting.filter((one) => one !== reader);
    reader.resolve(message);
  };
  socket.on('snapshot', (body) => take({ kind: 'snapshot', body }));
  socket.on('incidents', (body) => take({ kind: 'incidents', body }));
  socket.on('alarm', (body) => take({ kind: 'alarm', body }));
  socket.on('points', (body) => take({ kind: 'points', body: decodePoints(toArrayBuffer(body)).changes }));
  socket.on('beat', (body) => take({ kind: 'beat', body }));
  socket.on('gateway', (body) => take({ kind: 'gateway', body }));
  socket.on('incident', (body) => take({ kind: 'incident', body }));
  socket.on('flood', (body) => take({ kind: 'flood', body }));
  socket.on('backfill', (body) => take({ kind: 'backfill', body }));
  socket.on('connect_error', (error) => take({ kind: 'refused', body: error.message }));
  socket.on('disconnect', (reason) => take({ kind: 'closed', body: reason }));
  return {
    socket,
    async next(kind) {
      const found = inbox.findIndex((message) => message.kind === kind);
      const message =
        found >= 0
          ? inbox.splice(found, 1)[0]
          : await new Promise<Message>((resolve) => waiting.push({ kind, resolve }));
      return message?.body as never;
    },
    kinds: () => inbox.map((message) => message.kind).filter((kind) => kind !== 'incidents'),
    close: () => void socket.close(),
  };
}

/** In Node a binary message arrives as a Buffer, which may be a window on a larger one. */
function toArrayBuffer(body: ArrayBuffer | Uint8Array): ArrayBuffer {
  return body instanceof ArrayBuffer ? body : new Uint8Array(body).buffer;
}
