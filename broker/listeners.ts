/** Sockets: TCP, TLS and WebSocket listeners, with the caps that hold before anybody has said who they are. */
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Server, Socket } from 'node:net';
import { createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Server as AnyTlsServer } from 'node:tls';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { createWebSocketStream, WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import type { Clock } from '#domain/clock.ts';
import type { Origin } from './connection.ts';
import type { BrokerOptions, TlsTexts } from './ports.ts';
import { addressOf, createSeats, type SeatEvents } from './seats.ts';

export type Listeners = {
  readonly port: number;
  readonly tlsPort: number | null;
  readonly websocketPort: number | null;
  readonly secureWebsocketPort: number | null;
  /** Certificate, key and CA of handshakes from now on; connections that are open stay. Throws for texts it cannot use. */
  renewTls(texts: TlsTexts): void;
  /** Stops listening and destroys every socket. */
  close(): Promise<void>;
};

export type ListenerEvents = SeatEvents & {
  accepted(stream: Duplex, origin: Origin): void;
};

/** How long a silent line is trusted before TCP asks whether the other end is still there. */
const KEEP_ALIVE_MS = 60_000;
/** Older versions are broken; gateways that know nothing newer belong behind a VPN, on the plain port. */
const TLS_MIN = 'TLSv1.2' as const;
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

/** Opens all configured listeners; rejects, with none left open, when one port cannot be had. */
export async function openListeners(
  options: BrokerOptions,
  clock: Clock,
  events: ListenerEvents,
): Promise<Listeners> {
  const seats = createSeats(options, clock, events);
  const servers: Server[] = [];
  const secure: AnyTlsServer[] = [];
  const open = async (server: Server, port: number): Promise<number> => {
    servers.push(server);
    server.prependListener('connection', seats.take);
    const bound = await listen(server, options.host, port);
    // Out of file descriptors: this connection is lost, the listener is not.
    server.on('error', (error) => events.refused('too-many-connections', options.host, error.message));
    return bound;
  };
  const openSecure = (server: AnyTlsServer, port: number): Promise<number> => {
    secure.push(server);
    server.on('tlsClientError', (error, socket) => {
      events.refused('protocol', addressOf(socket), `TLS: ${error.message}`);
      // Node only tells of a handshake that took too long; the socket would keep its seat.
      socket.destroy();
    });
    return open(server, port);
  };
  const close = async (): Promise<void> => {
    const closed = servers.filter((server) => server.listening).map(closeServer);
    seats.clear();
    await Promise.all(closed);
  };
  const { port, tls, websocketPort: plain } = options;
  try {
    return {
      port: await open(tcpServer(events), port),
      tlsPort: tls?.port === undefined ? null : await openSecure(tlsServer(options, tls, events), tls.port),
      websocketPort: plain === undefined ? null : await open(websocketServer(options, null, events), plain),
      secureWebsocketPort:
        tls?.websocketPort === undefined
          ? null
          : await openSecure(secureWebsocketServer(options, tls, events), tls.websocketPort),
      renewTls: (texts) => secure.forEach((server) => server.setSecureContext(contextOf(texts))),
      close,
    };
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

const contextOf = ({ cert, key, ca }: TlsTexts) => ({
  cert,
  key,
  minVersion: TLS_MIN,
  ...(ca === undefined ? {} : { ca }),
});

const tlsOptions = (options: BrokerOptions, texts: TlsTexts) => ({
  ...SOCKET_OPTIONS,
  ...contextOf(texts),
  handshakeTimeout: options.connectTimeoutMs,
  // A certificate that our CA did not sign proves nothing; the password may still. Without a CA of our own none is
  // asked for: the machine's list of public ones would vouch for anybody.
  ...(texts.ca === undefined ? {} : { requestCert: true, rejectUnauthorized: false }),
});

function tlsServer(options: BrokerOptions, texts: TlsTexts, events: ListenerEvents): AnyTlsServer {
  return createTlsServer(tlsOptions(options, texts), (socket) => events.accepted(socket, originOf(socket)));
}

/** Whose certificate it is counts only when our CA signed it, over TLS. */
function originOf(socket: Socket): Origin {
  const address = addressOf(socket);
  if (!(socket instanceof TLSSocket) || !socket.authorized) return { address, certificateName: null };
  const name: unknown = socket.getPeerCertificate().subject?.CN;
  return { address, certificateName: typeof name === 'string' ? name : null };
}

const timeouts = ({ connectTimeoutMs }: BrokerOptions) => ({
  headersTimeout: connectTimeoutMs,
  requestTimeout: connectTimeoutMs,
});

function secureWebsocketServer(
  options: BrokerOptions,
  texts: TlsTexts,
  events: ListenerEvents,
): AnyTlsServer {
  const server = createHttpsServer({ ...tlsOptions(options, texts), ...timeouts(options) });
  websocketServer(options, server, events);
  return server;
}

/** Puts MQTT over WebSocket on a server, or on a new plain one. */
function websocketServer(
  options: BrokerOptions,
  given: ReturnType<typeof createHttpsServer> | null,
  events: ListenerEvents,
): Server {
  const server = given ?? createHttpServer({ ...SOCKET_OPTIONS, ...timeouts(options) });
  const websockets = new WebSocketServer({
    server,
    maxPayload: options.packetMaxBytes,
    perMessageDeflate: false,
    handleProtocols: (offered) => ['mqtt', 'mqttv3.1'].find((protocol) => offered.has(protocol)) ?? false,
  });
  // ws repeats the errors of its server, which `listen` and `openListeners` see first-hand.
  websockets.on('error', () => {});
  websockets.on('connection', (websocket, request) => {
    const origin = originOf(request.socket);
    watchWebsocket(websocket, origin.address, events);
    events.accepted(createWebSocketStream(websocket), origin);
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
