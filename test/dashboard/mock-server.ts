/** Serves the built console and speaks the platform's API and socket for one MockCity. For tests and screenshots only. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo, Socket } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { Server as SocketServer } from 'socket.io';
import type { ClientToServer, ServerToClient, SnapshotMessage } from '#domain/contract/socket.ts';
import { isOpen } from '#domain/alarm.ts';
import { encodePoints } from '#domain/contract/points-batch.ts';
import type { MockAnswer } from './mock-answers.ts';
import { answerApi, userOfCookie } from './mock-api.ts';
import { pointIdOf, type MockCity } from './mock-city.ts';

const DIST = join(import.meta.dirname, '../../dashboard/dist');
/** As strict as the platform's own. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

export type MockServer = {
  readonly origin: string;
  /** Orders wait for ever while this is true: the server took them and does not answer. */
  deaf: boolean;
  /** Sends the event `count` times fewer: the console sees a hole in the chain. */
  swallow(count: number): void;
  snapshots(): number;
  /** The network is gone until `mend`; the address stays ours. */
  cut(): void;
  mend(): void;
  close(): Promise<void>;
};

export async function startMockServer(city: MockCity): Promise<MockServer> {
  let swallowed = 0;
  let snapshots = 0;
  const state = { deaf: false };
  const http = createServer((request, response) => void handle(city, state, request, response));
  let isCut = false;
  const lines = new Set<Socket>();
  http.on('connection', (line: Socket) => {
    if (isCut) return void line.destroy();
    lines.add(line);
    line.once('close', () => lines.delete(line));
  });
  const io = new SocketServer<ClientToServer, ServerToClient>(http, { transports: ['websocket'] });

  io.use((socket, next) => {
    next(
      userOfCookie(socket.handshake.headers.cookie ?? '') === null ? new Error('unauthenticated') : undefined,
    );
  });
  io.on('connection', (socket) => {
    const since = /^c(\d+)$/.exec(String(socket.handshake.auth['since']))?.[1];
    const missed = city.events.filter((m) => since !== undefined && m.sequence > Number(since));
    if (since === undefined) send();
    else for (const message of missed) socket.emit('alarm', message);
    socket.emit('incidents', city.incidents);
    socket.emit('beat', beat());
    socket.on('resync', send);
    function send(): void {
      snapshots++;
      socket.emit('snapshot', snapshotOf(city));
    }
  });
  city.onAlarm((message) => {
    if (swallowed > 0) swallowed--;
    else io.emit('alarm', message);
  });
  city.onBackfill((backfill) => io.emit('backfill', { backfill }));
  city.onIncidents((message) => io.emit('incidents', message));
  const beat = () => ({
    cursor: `c${city.sequence()}`,
    serverTime: city.now(),
    health: city.health,
  });
  const beats = setInterval(() => {
    io.emit('beat', beat());
    const changes = Object.values(snapshotOf(city).pointIndex).map((index) => ({
      index,
      value: valueOf(city, index),
      quality: 0 as const,
    }));
    io.emit('points', Buffer.from(encodePoints(city.now(), changes)) as unknown as ArrayBuffer);
  }, 1_000);

  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port: chosen } = http.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${chosen}`,
    get deaf() {
      return state.deaf;
    },
    set deaf(value) {
      state.deaf = value;
    },
    swallow: (count) => (swallowed += count),
    snapshots: () => snapshots,
    cut() {
      isCut = true;
      for (const line of lines) line.destroy();
    },
    mend() {
      isCut = false;
    },
    async close() {
      clearInterval(beats);
      await io.close();
      http.closeAllConnections();
    },
  };
}

function snapshotOf(city: MockCity): SnapshotMessage {
  const all = [...city.alarms.values()];
  const pointIndex = Object.fromEntries(
    Array.from({ length: city.points }, (_, number) => [pointIdOf(number), number]),
  );
  return { cursor: `c${city.sequence()}`, serverTime: city.now(), pointIndex, alarms: all.filter(isOpen) };
}

/** A little life: each value breathes by a hundredth. */
function valueOf(city: MockCity, index: number): number {
  const value = city.alarms.get(`al-${index}`)?.value ?? 0;
  return value * (1 + 0.01 * Math.sin(city.now() / 3_000 + index));
}

async function handle(
  city: MockCity,
  state: { readonly deaf: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://console');
  if (url.pathname.startsWith('/socket.io/')) return;
  if (!url.pathname.startsWith('/api/v1/')) return serveFile(url.pathname, response);
  let text = '';
  for await (const chunk of request) text += String(chunk);
  const isJson = request.headers['content-type']?.includes('json') === true;
  const body: unknown = text === '' ? null : isJson ? JSON.parse(text) : text;
  if (state.deaf && request.method === 'POST' && url.pathname.includes('/alarms/')) return;
  const answer = await answerApi(city, request.method ?? 'GET', url, request.headers.cookie ?? '', body);
  reply(response, answer);
}

function reply(response: ServerResponse, { status, body, cookie }: MockAnswer): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json';
  response.writeHead(status, {
    'content-type': type,
    ...(cookie === undefined ? {} : { 'set-cookie': cookie }),
  });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}

async function serveFile(path: string, response: ServerResponse): Promise<void> {
  const asset = extname(path) === '' ? 'index.html' : normalize(path);
  try {
    const content = await readFile(join(DIST, asset));
    response.writeHead(200, {
      'content-type': TYPES[extname(asset)] ?? 'application/octet-stream',
      'content-security-policy': CSP,
    });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
}
