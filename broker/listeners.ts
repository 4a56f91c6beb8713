/** Sockets: TCP, TLS and WebSocket listeners, with the caps that hold before anybody has said who they are. */
import { createServer as createHttpServer } from 'node:http';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createServer as createTlsServer } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { RejectionReason } from '#domain/rejection.ts';
import type { Origin } from './connection.ts';
import type { BrokerOptions } from './ports.ts';

export type Listeners = {
  readonly port: number;
  readonly tlsPort: number | null;
  readonly websocketPort: number | null;
  /** Stops listening and destroys every socket. */
  close(): Promise<void>;
};

export type ListenerEvents = {
  accepted(stream: Duplex, origin: Origin): void;
  refused(reason: RejectionReason, address: string, detail: string): void;
};

/** How long a silent line is trusted before TCP asks whether the other end is still there. */
const KEEP_ALIVE_MS = 60_000;
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

/** Opens all configured listeners; rejects, with none left open, when one port cannot be had. */
export async function openListeners(options: BrokerOptions, events: ListenerEvents): Promise<Listeners> {
  const seats = createSeats(options, events);
  const servers: Server[] = [];
  const open = async (server: Server, port: number): Promise<number> => {
    servers.push(server);
    server.prependListener('connection', seats.take);
    const bound = await listen(server, options.host, port);
    // Out of file descriptors: this connection is lost, the listener is not.
    server.on('error', (error) => events.refused('too-many-connections', options.host, error.message));
    return bound;
  };
  const close = async (): Promise<void> => {
    const closed = servers.filter((server) => server.listening).map(closeServer);
    seats.clear();
    await Promise.all(closed);
  };
  try {
    const port = await open(tcpServer(events), options.port);
    const tlsPort = options.tls
      ? await open(tlsServer(options, options.tls, events), options.tls.port)
      : null;
    const { websocketPort } = options;
    const wsPort =
      websocketPort === undefined ? null : await open(websocketServer(options, events), websocketPort);
    return { port, tlsPort, websocketPort: wsPort, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function tcpServer(events: ListenerEvents): Server {
  return createServer(SOCKET_OPTIONS, (socket) => {
    if (!socket.destroyed) events.accepted(socket, { address: addressOf(socket), certificateName: null });
  });
}

function tlsServer(
  options: BrokerOptions,
  { cert, key, ca }: NonNullable<BrokerOptions['tls']>,
  events: ListenerEvents,
): Server {
  const server = createTlsServer(
    {
      ...SOCKET_OPTIONS,
      cert,
      key,
      handshakeTimeout: options.connectTimeoutMs,
      // A certificate that our CA did not sign proves nothing; the password may still.
      ...(ca === undefined ? {} : { ca, requestCert: true, rejectUnauthorized: false }),
    },
    (socket) =>
      events.accepted(socket, { address: addressOf(socket), certificateName: certificateNameOf(socket) }),
  );
  server.on('tlsClientError', (error, socket) =>
    events.refused('protocol', addressOf(socket), `TLS: ${error.message}`),
  );
  return server;
}

function certificateNameOf(socket: TLSSocket): string | null {
  if (!socket.authorized) return null;
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return typeof name === 'string' ? name : null;
}

function websocketServer(options: BrokerOptions, events: ListenerEvents): Server {
  const server = createHttpServer({
    ...SOCKET_OPTIONS,
    headersTimeout: options.connectTimeoutMs,
    requestTimeout: options.connectTimeoutMs,
  });
  const websockets = new WebSocketServer({
    server,
    maxPayload: options.packetMaxBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => ['mqtt', 'mqttv3.1'].find((protocol) => offered.has(protocol)) ?? false,
  });
  // ws repeats the errors of its server, which `listen` and `openListeners` see first-hand.
  websockets.on('error', () => {});
  websockets.on('connection', (websocket, request) => {
    const address = addressOf(request.socket);
    watchWebsocket(websocket, address, events);
    events.accepted(createWebSocketStream(websocket), { address, certificateName: null });
  });
  server.on('request', (_request, response) => response.writeHead(426, { connection: 'close' }).end());
  return server;
}

/** MQTT comes in binary frames only [MQTT-6.0.0-1]; ws closes a frame over the limit by itself. */
function watchWebsocket(websocket: WebSocket, address: string, events: ListenerEvents): void {
  websocket.on('message', (_data, isBinary) => {
    if (isBinary) return;
    events.refused('protocol', address, 'a WebSocket text frame [MQTT-6.0.0-1]');
    websocket.terminate();
  });
  websocket.on('error', (error) => {
    const tooLarge = 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
    events.refused(tooLarge ? 'packet-too-large' : 'protocol', address, `WebSocket: ${error.message}`);
  });
}

/** Counts sockets of every listener together; one over a cap is closed before a byte of it is read. */
function createSeats(options: BrokerOptions, events: ListenerEvents) {
  const sockets = new Set<Socket>();
  const perAddress = new Map<string, number>();

  function take(socket: Socket): void {
    const address = addressOf(socket);
    const here = perAddress.get(address) ?? 0;
    if (sockets.size >= options.connectionsMax || here >= options.connectionsPerAddressMax) {
      const detail = sockets.size >= options.connectionsMax ? 'in all' : 'from this address';
      events.refused('too-many-connections', address, `${detail}: ${Math.max(sockets.size, here)}`);
      socket.destroy();
      return;
    }
    sockets.add(socket);
    perAddress.set(address, here + 1);
    socket.once('close', () => {
      sockets.delete(socket);
      const left = (perAddress.get(address) ?? 1) - 1;
      if (left === 0) perAddress.delete(address);
      else perAddress.set(address, left);
    });
  }

  return { take, clear: (): void => sockets.forEach((socket) => void socket.destroy()) };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.removeListener('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

/** The peer's address, IPv4 in its plain form; a socket that is already gone has none. */
function addressOf(socket: Socket): string {
  return (socket.remoteAddress ?? 'unknown').replace(/^::ffff:/, '');
}
