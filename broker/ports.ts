/** What the broker needs of the rest, and what it offers; the host is filled in by the pipeline. */
import type { Clock } from '#domain/clock.ts';
import type { PresenceInput, PublishInput } from '#domain/input.ts';
import type { RejectionReason } from '#domain/rejection.ts';

/** What a log-in rests on: the gateway's secret, its ThingsBoard token, or a certificate of our CA with its name. */
export type Proof = 'secret' | 'token' | 'certificate';

/** Outcome of a log-in: the gateway it proved to be, or why it is refused. */
export type Identity =
  | { readonly gateway: string; readonly proof: Proof }
  | { readonly refused: 'unknown' | 'wrong-secret' | 'retired' };

export interface BrokerHost {
  /** Who this is, or why not. Constant-time comparison is the host's. `username` is '' when none was sent. */
  authenticate(username: string, password: Uint8Array | null, certificateName: string | null): Identity;
  /**
   * What a log-in of this gateway by this proof rests on now; null when it may not be connected (retired). Once it is
   * not what it was at the log-in, the connection is closed. A host without it admits for good.
   */
  credential?(gateway: string, proof: Proof): string | null;
  /** Journals it. `done()` after the covering sync, in order; `done(error)` = do not acknowledge, close. */
  publish(input: PublishInput, done: (error?: Error) => void): void;
  presence(input: PresenceInput): void;
  /** Refused before the journal: counted by reason, shown by gateway or address. */
  refused(reason: RejectionReason, subject: string, detail: string): void;
  /** System alarm conditions, each of a proved gateway or of all addresses together: no stranger names a subject. */
  condition(
    name: string,
    subject: string,
    active: boolean,
    detail: Record<string, string | number | boolean>,
  ): void;
  clock: Clock;
}

/** PEM texts. With `ca`, a client certificate signed by it proves a gateway by its CN. */
export type TlsTexts = { readonly cert: string; readonly key: string; readonly ca?: string };

/** Per gateway, over all its connections; connections per address. */
export type RateLimits = {
  readonly publishesPerS: number;
  readonly bytesPerS: number;
  readonly connectionsPerS: number;
};

export type BrokerOptions = {
  /** Address to listen on. */
  host: string;
  /** TCP port; 0 takes a free one. */
  port: number;
  /** MQTT over TLS, and over WebSocket over TLS, each where it has a port; 0 takes a free one. */
  tls?: TlsTexts & { readonly port?: number; readonly websocketPort?: number };
  /** MQTT over WebSocket, subprotocol `mqtt`; 0 takes a free port. */
  websocketPort?: number;
  /** Largest MQTT packet, fixed header included. 262144 */
  packetMaxBytes: number;
  /** Publishes of one connection handed to the host and not yet done; at this many its socket is not read. 1000 */
  heldPerClientMax: number;
  /** Bytes of held publishes in all; at this many no socket is read. 64 MiB */
  heldBytesMax: number;
  connectionsMax: number;
  connectionsPerAddressMax: number;
  /** Absent: none. */
  rates?: RateLimits;
  /** From the connection to a whole CONNECT. */
  connectTimeoutMs: number;
  /** Unsent bytes beyond which a subscriber gets no more QoS 0. 65536 */
  slowSubscriberBytes: number;
  /** A subscriber that takes nothing for this long is disconnected. */
  drainTimeoutMs: number;
};

export interface Broker {
  readonly port: number;
  readonly tlsPort: number | null;
  readonly websocketPort: number | null;
  readonly secureWebsocketPort: number | null;
  /** New certificate, key and CA for handshakes from now on; open connections stay. Throws for unusable texts. */
  renewTls(texts: TlsTexts): void;
  /** Server to gateway: handed to every session that subscribed to it. Rejects when the broker is closed. */
  publish(topic: string, payload: Uint8Array, options: { qos: 0 | 1; retain?: boolean }): Promise<void>;
  /** Open connections with a proved identity. */
  connections(): number;
  connectionsOf(gateway: string): number;
  /** Closes every connection of a gateway; its wills are published, as MQTT asks. */
  disconnect(gateway: string, why: string): void;
  /** Gateways and addresses that met their rate limit within the last minute. */
  limited(): number;
  /** Bytes of publishes the host has not yet called done for. */
  heldBytes(): number;
  /** Writes the acknowledgements of everything done so far now and not only at the end of this turn. */
  acknowledge(): void;
  /** Stops listening and closes all connections, without wills or presence: our own stop is no gateway's absence. */
  close(): Promise<void>;
}
