/** One network connection, from accept to close. */
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Backlog, Flow } from './backlog.ts';
import type { FrameFault } from './frame-guard.ts';
import type { ReadingGate } from './reading-gate.ts';
import type { Meters } from './meters.ts';
import type { Proof } from './ports.ts';
import { gateReading } from './reading-gate.ts';

/** How the log-in ended: CONNACK 0, or a return code of MQTT 3.1.1 table 3.1 sent after a delay. */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly returnCode: 2 | 4 | 5; readonly delayMs: number };

export type Connection = {
  readonly stream: Duplex;
  readonly address: string;
  /** CN of a client certificate that our CA signed. */
  readonly certificateName: string | null;
  readonly flow: Flow;
  readonly gate: ReadingGate;
  /** Proved at log-in; '' before. */
  gateway: string;
  /** Client id as the gateway chose it, or the one we gave it. */
  client: string;
  /** How it was proved, and the host's `credential` of the gateway at log-in. */
  proof: Proof;
  credential: string | null;
  verdict: Verdict | null;
  /** What aedes made of it. */
  aedesClient: Client | null;
  /** The stream has closed. */
  closed: boolean;
  /** Why it ends is already counted; what aedes says about it adds nothing. */
  explained: boolean;
};

/** We end the connection and know why; everything else that aedes reports is a fault of the peer or of the line. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

/** Where a stream comes from. */
export type Origin = { readonly address: string; readonly certificateName: string | null };

/** Puts gate and flow on a stream that nobody has read from. */
export function createConnection(
  stream: Duplex,
  origin: Origin,
  { backlog, meters }: { readonly backlog: Backlog; readonly meters: Meters },
  packetMaxBytes: number,
  onFault: (connection: Connection, fault: FrameFault) => void,
): Connection {
  const flow = backlog.open(() => connection.gate.wake());
  const gate = gateReading(
    stream,
    () => (meters.paused(connection.gateway, connection.gate.wake) ? 0 : flow.room()),
    packetMaxBytes,
    () => releaseBrake(connection),
    (fault) => onFault(connection, fault),
  );
  const connection: Connection = {
    stream,
    ...origin,
    flow,
    gate,
    gateway: '',
    client: '',
    proof: 'secret',
    credential: null,
    verdict: null,
    aedesClient: null,
    closed: false,
    explained: false,
  };
  return connection;
}

/** Whom a refusal is shown under: the proved gateway, else the address. */
export const subjectOf = (connection: Connection): string => connection.gateway || connection.address;

/** Closes it for a reason that is counted or shown elsewhere. */
export function endConnection(connection: Connection, why: string): void {
  connection.explained = true;
  connection.stream.destroy(new ConnectionEnded(why));
}

/** aedes' live view of a client, as far as we look into it: version 1.2.0, lib/client.js. */
type Inside = {
  readonly subscriptions: Readonly<Record<string, { readonly qos: number }>>;
  readonly _keepaliveTimer: NodeJS.Timeout | null;
  /** Packets whose handling is under way, roughly; it reads no more while this is above 0. */
  _parsingBatch: number;
};

/** Whether this aedes keeps its clients the way we know; a changed version shows in the tests, not in silence. */
export function isInsideKnown(client: Client): client is Client & Inside {
  return 'subscriptions' in client && '_keepaliveTimer' in client && '_parsingBatch' in client;
}

function releaseBrake({ aedesClient }: Connection): void {
  if (aedesClient !== null && isInsideKnown(aedesClient)) aedesClient._parsingBatch = 0;
}

/** Our own refusal to read must not look like the client's silence: its keep-alive time starts again. */
export function refreshKeepAlive({ aedesClient }: Connection): void {
  if (aedesClient !== null && isInsideKnown(aedesClient)) aedesClient._keepaliveTimer?.refresh();
}
