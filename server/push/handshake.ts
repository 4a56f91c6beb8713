/** Who may open a console socket: a live session, by token or (from our own pages) by cookie. */
import type { ExtendedError, Socket } from 'socket.io';
import type { ClientToServer, ServerToClient } from '#domain/contract/socket.ts';
import { COOKIE, isSameOrigin, viewerOf } from '../authentication.ts';
import type { Context } from '../context.ts';
import type { Session } from '../sessions.ts';
import type { ConsoleServer } from './console-push.ts';

/** What is known of a socket from its handshake on. */
export type Admitted = { session: Session; username: string };

/** 500 consoles with room for phones; one log-in may not take all of the places. */
const SOCKETS_MAX = 1_500;
const SOCKETS_PER_USER_MAX = 1_000;

type Candidate = Socket<ClientToServer, ServerToClient, Record<string, never>, Admitted>;

/** Calls `next` with an error whose `data.code` says why not. */
export function admit(
  context: Context,
  io: ConsoleServer,
  socket: Candidate,
  next: (error?: ExtendedError) => void,
): void {
  const refuse = (code: string): void => {
    context.metrics.rejected(`socket-${code}`);
    next(Object.assign(new Error(code), { data: { code } }));
  };
  if (io.sockets.sockets.size >= SOCKETS_MAX) return refuse('busy');
  const token = tokenOf(socket);
  const viewer = token === null ? null : viewerOf(context, token);
  if (viewer === null) return refuse('unauthenticated');
  const { username } = viewer.user;
  const own = io.sockets.adapter.rooms.get(`user:${username}`)?.size ?? 0;
  if (own >= SOCKETS_PER_USER_MAX) return refuse('busy');
  socket.data.session = viewer.session;
  socket.data.username = username;
  next();
}

function tokenOf(socket: Candidate): string | null {
  const { auth, headers } = socket.handshake;
  const given: unknown = auth['token'];
  if (typeof given === 'string' && given !== '') return given;
  if (!isSameOrigin(headers)) return null;
  const cookie = (headers.cookie ?? '').split(';').find((part) => part.trim().startsWith(`${COOKIE}=`));
  return cookie === undefined ? null : cookie.trim().slice(COOKIE.length + 1);
}
