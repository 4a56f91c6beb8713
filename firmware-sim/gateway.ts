/**
 * One gateway in the field: its own connection, secret and will, a local buffer while the link is down, back-fill
 * after it, a clock that may be wrong, and now and then a duplicate or plain garbage. It shares no code with the
 * platform: a misunderstanding of the protocol cannot hide on both sides.
 *
 * A sleepy one (NB-IoT) keeps its records, connects only to deliver them, says good-bye and sleeps on.
 *
 * It reconnects by itself with a new MQTT client each time: the outbox alone decides what is sent again, and a publish
 * that was under way is put back only when the next connection stands, so a late acknowledgement still counts.
 */
import mqtt, { type MqttClient } from 'mqtt';
import { createOutbox, type FieldRecord, type Kept } from './outbox.ts';
import type { Random } from './random.ts';

/** What is wrong with a gateway now; all zero when nothing is. */
export type GatewayFaults = {
  /** Added to every time stamp, ms. */
  clockOffsetMs: number;
  /** Chance that a publish is sent twice. */
  duplicateChance: number;
  /** Chance that random bytes go out before a publish. */
  garbageChance: number;
};

/** A gateway that runs until it is stopped. */
export type SimGateway = {
  readonly id: string;
  readonly faults: GatewayFaults;
  /** Takes records measured now: published, or buffered while the link is down. `time` is the true time. */
  report(records: readonly Omit<FieldRecord, 'seq' | 'backfill'>[]): void;
  /** Pulls the plug: no DISCONNECT is sent, so the will speaks. */
  cutLink(): void;
  restoreLink(): void;
  connected(): boolean;
  /** Records whose publish the platform acknowledged. */
  acknowledged(): number;
  /** Records not acknowledged yet. */
  buffered(): number;
  /** Records given up because the buffer was full. */
  dropped(): number;
  /** Says good-bye; waits a little for what is under way, never longer than a second. */
  stop(): Promise<void>;
};

/** What a gateway is made of. */
export type GatewayOptions = {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
  readonly random: Random;
  /** A clock that nobody sets: tells how long a record has waited. */
  readonly monotonicMs: () => number;
  readonly onError: (gateway: string, message: string) => void;
  readonly recordsMax?: number;
  /** A record that waited this long is sent marked as back-fill. */
  readonly backfillAfterMs?: number;
  /** It connects only with every so many reports. */
  readonly sleepy?: { readonly reportsPerWake: number };
  /** First pause before a new attempt; doubles up to fifteen times as much. */
  readonly retryMs?: number;
};

const RECORDS_MAX = 20_000;
const RECORDS_PER_PUBLISH = 100;
const UNDER_WAY_MAX = 20;
const BACKFILL_AFTER_MS = 60_000;
const RETRY_MS = 1_000;
const RETRY_GROWTH_MAX = 15;
const CONNECT_TIMEOUT_MS = 5_000;
const STOP_WITHIN_MS = 700;

/** Connects at once (a sleepy one when it reports), again and again until stopped; complaints go to `onError`. */
export function startGateway(options: GatewayOptions): SimGateway {
  const { id, random, monotonicMs, backfillAfterMs = BACKFILL_AFTER_MS, sleepy } = options;
  const faults: GatewayFaults = { clockOffsetMs: 0, duplicateChance: 0, garbageChance: 0 };
  const sequences = new Map<string, number>();
  const outbox = createOutbox(options.recordsMax ?? RECORDS_MAX);
  let acknowledged = 0;
  let client: MqttClient | null = null;
  let up = false;
  let linked = true;
  let attempts = 0;
  let reports = 0;
  let retry: NodeJS.Timeout | undefined;
  let settled = (): void => {};

  function connect(): void {
    const made = mqtt.connect(options.url, connectOptions(options));
    client = made;
    made.on('connect', () => {
      if (client !== made) return;
      up = true;
      attempts = 0;
      outbox.requeue();
      if (sleepy === undefined) publishStatus(made, true);
      drain();
    });
    made.on('error', (error) => {
      if (client === made) options.onError(id, error.message || String(error));
    });
    made.on('close', () => {
      if (client !== made) return;
      client = null;
      up = false;
      // Acknowledgements that came with the last bytes are still being read: they count before the client goes.
      setImmediate(() => made.end(true));
      settled();
      if (linked && isNeeded()) retry = setTimeout(connect, pauseMs());
    });
  }

  const isNeeded = (): boolean => sleepy === undefined || outbox.size() > 0;

  /** All is delivered: a word to the broker, so that the will stays silent, and the modem goes off. */
  function fallAsleep(): void {
    const leaving = client;
    if (leaving === null) return;
    client = null;
    up = false;
    void goodBye(leaving);
  }

  /** Pulls the plug: lets go of the connection without a word to the broker. */
  function forget(): void {
    const old = client;
    client = null;
    up = false;
    clearTimeout(retry);
    old?.end(true);
    settled();
  }

  function pauseMs(): number {
    const growth = Math.min(RETRY_GROWTH_MAX, 2 ** attempts++);
    return (options.retryMs ?? RETRY_MS) * growth * (0.75 + random.next() / 2);
  }

  function publishStatus(to: MqttClient, online: boolean): void {
    to.publish(statusTopic(id), JSON.stringify({ online }), { qos: 1, retain: true }, () => {});
  }

  function drain(): void {
    while (client !== null && up && outbox.underWay() < UNDER_WAY_MAX) {
      const next = outbox.take(RECORDS_PER_PUBLISH);
      if (next === null) return;
      const { ticket, batch } = next;
      if (random.next() < faults.garbageChance) send(client, garbage());
      send(client, payload(batch), () => {
        if (!outbox.acknowledged(ticket)) return;
        acknowledged += batch.length;
        drain();
        if (outbox.underWay() === 0) settled();
        if (sleepy !== undefined && outbox.size() === 0) fallAsleep();
      });
      if (random.next() < faults.duplicateChance) send(client, payload(batch));
    }
  }

  function send(to: MqttClient, bytes: string | Buffer, done: () => void = () => {}): void {
    to.publish(`lifeline/v1/${id}/telemetry`, bytes, { qos: 1 }, (error) => {
      if (error === null || error === undefined) done();
      else to.stream?.destroy();
    });
  }

  function payload(batch: readonly Kept[]): string {
    const records = batch.map(({ record, measuredAtMs }) =>
      monotonicMs() - measuredAtMs < backfillAfterMs ? record : { ...record, backfill: true },
    );
    return JSON.stringify(records.length === 1 ? records[0] : records);
  }

  const garbage = (): Buffer =>
    Buffer.from(Array.from({ length: 1 + random.below(60) }, () => random.below(256)));

  function wake(): void {
    if (client !== null || !linked || !isNeeded()) return;
    clearTimeout(retry);
    connect();
  }

  if (sleepy === undefined) connect();
  return {
    id,
    faults,
    report(records) {
      for (const record of records) {
        const seq = (sequences.get(record.device) ?? 0) + 1;
        sequences.set(record.device, seq);
        const stamped = { ...record, time: record.time + faults.clockOffsetMs, seq };
        outbox.add({ record: stamped, measuredAtMs: monotonicMs() });
      }
      drain();
      if (sleepy !== undefined && reports++ % sleepy.reportsPerWake === 0) wake();
    },
    cutLink() {
      linked = false;
      forget();
    },
    restoreLink() {
      if (linked) return;
      linked = true;
      attempts = 0;
      if (isNeeded()) connect();
    },
    connected: () => up,
    acknowledged: () => acknowledged,
    buffered: () => outbox.size(),
    dropped: () => outbox.dropped(),
    async stop() {
      linked = false;
      const leaving = client;
      if (leaving === null || !up) return forget();
      if (sleepy === undefined) publishStatus(leaving, false);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, STOP_WITHIN_MS);
        settled = () => {
          clearTimeout(timer);
          resolve();
        };
        if (outbox.underWay() === 0) settled();
      });
      up = false;
      client = null;
      leaving.on('error', () => {});
      await goodBye(leaving);
    },
  };
}

const statusTopic = (id: string): string => `lifeline/v1/${id}/status`;

function connectOptions({ id, secret }: GatewayOptions): mqtt.IClientOptions {
  return {
    clientId: `${id}-1`,
    username: id,
    password: secret,
    clean: true,
    keepalive: 30,
    reconnectPeriod: 0,
    connectTimeout: CONNECT_TIMEOUT_MS,
    will: { topic: statusTopic(id), payload: Buffer.from('{"online":false}'), qos: 1, retain: true },
  };
}

/** DISCONNECT, which silences the will; pulls the plug when the broker does not answer in time. */
async function goodBye(client: MqttClient): Promise<void> {
  const timer = setTimeout(() => client.end(true), 250);
  await new Promise<void>((resolve) => {
    client.once('close', () => resolve());
    client.end(false, {}, () => resolve());
    setTimeout(resolve, 300).unref();
  });
  clearTimeout(timer);
}
