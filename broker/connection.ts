/** One network connection, from accept to close. */
import type { Duplex } from 'node:stream';
import type { Client } from 'aedes';
import type { Acknowledgements, AckLine } from './acknowledgements.ts';
import type { Backlog, Flow, FlowEnd } from './backlog.ts';
import { Front, type FrontParts } from './front.ts';
import type { Proof } from './ports.ts';

/** How the log-in ended: CONNACK 0, or a return code of MQTT 3.1.1 table 3.1 sent after a delay. */
export type Verdict =
  | { readonly accepted: true }
  | { readonly accepted: false; readonly returnCode: 2 | 4 | 5; readonly delayMs: number };

/** Where a stream comes from. */
export type Origin = {
  readonly address: string;
  /** CN of a client certificate that our CA signed. */
  readonly certificateName: string | null;
};

/** What all connections of a broker share. */
export type ConnectionParts = {
  readonly backlog: Backlog;
  readonly acknowledgements: Acknowledgements;
  readonly frontParts: FrontParts<Connection>;
};

/** We end the connection and know why; everything else that aedes reports is a fault of the peer or of the line. */
export class ConnectionEnded extends Error {
  override readonly name = 'ConnectionEnded';
}

export class Connection implements Origin, FlowEnd, AckLine {
  readonly stream: Duplex;
  readonly address: string;
  readonly certificateName: string | null;
  readonly flow: Flow;
  readonly front: Front<Connection>;
  readonly acks: number[] = [];
  /** Proved at log-in; '' before. */
  gateway = '';
  /** Client id as the gateway chose it, or the one we gave it. */
  client = '';
  /** How it was proved, and the host's `credential` of the gateway at log-in. */
  proof: Proof = 'secret';
  credential: string | null = null;
  verdict: Verdict | null = null;
  /** What aedes made of it. */
  aedesClient: Client | null = null;
  /** The topic that the front took a publish from last. */
  takenTopic: { readonly bytes: Uint8Array; readonly text: string } | null = null;
  /** The stream has closed. */
  closed = false;
  /** Why it ends is already counted; what aedes says about it adds nothing. */
  explained = false;
  readonly #acknowledgements: Acknowledgements;
  #draining = false;

  /** Puts front and flow on a stream that nobody has read from. */
  constructor(stream: Duplex, origin: Origin, { backlog, acknowledgements, frontParts }: ConnectionParts) {
    this.stream = stream;
    this.address = origin.address;
    this.certificateName = origin.certificateName;
    this.#acknowledgements = acknowledgements;
    this.flow = backlog.open(this);
    this.front = new Front<Connection>(stream, this, frontParts);
  }

  wake(): void {
    this.front.wake();
  }

  acknowledge(packetId: number): void {
    this.#acknowledgements.add(this, packetId);
  }

  writeAcknowledgements(): void {
    this.#acknowledgements.write(this);
  }

  /** Not acknowledged: closed, so that the gateway comes back and sends it again. */
  failed(cause: Error): void {
    if (!this.stream.destroyed) this.stream.destroy(new ConnectionEnded('not journaled', { cause }));
  }

  /** A peer that does not take its acknowledgements is cut off in aedes' time for that, as for all other packets. */
  writeAcks(bytes: Buffer): void {
    const { stream, aedesClient } = this;
    if (stream.destroyed || aedesClient === null || aedesClient.closed) return;
    if (stream.write(bytes) || this.#draining || !isInsideKnown(aedesClient)) return;
    this.#draining = true;
    aedesClient.waitForDrain(() => {
      this.#draining = false;
    });
  }
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
  /** Calls back when the stream has drained; closes it when it does not within `drainTimeout`. */
  waitForDrain(drained: () => void): void;
};

/** Whether this aedes keeps its clients the way we know; a changed version shows in the tests, not in silence. */
export function isInsideKnown(client: Client): client is Client & Inside {
  return (
    'subscriptions' in client &&
    '_keepaliveTimer' in client &&
    '_parsingBatch' in client &&
    'waitForDrain' in client
  );
}

/** Lets aedes read although it is still handling what it read before. */
export function releaseBrake({ aedesClient }: Connection): void {
  if (aedesClient !== null && isInsideKnown(aedesClient)) aedesClient._parsingBatch = 0;
}

/** The client's keep-alive time starts again: we had a packet of it that aedes did not, or refuse to read any. */
export function refreshKeepAlive({ aedesClient }: Connection): void {
  if (aedesClient !== null && isInsideKnown(aedesClient)) aedesClient._keepaliveTimer?.refresh();
}
