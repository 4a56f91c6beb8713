/**
 * One gateway in the field: its own connection, secret and will, a local buffer while the link is down, back-fill
 * after it, a clock that may be wrong, and now and then a duplicate or plain garbage. It shares no code with the
 * platform: a misunderstanding of the protocol cannot hide on both sides.
 */
import mqtt, { type MqttClient } from 'mqtt';
import type { Random } from './random.ts';

export type FieldRecord = {
  readonly device: string;
  readonly time: number;
  readonly values: Readonly<Record<string, number | boolean | null>>;
  readonly seq: number;
  readonly backfill?: true;
};

export type GatewayFaults = {
  /** Added to every time stamp, ms. */
  clockOffsetMs: number;
  /** Chance that a publish is sent twice. */
  duplicateChance: number;
  /** Chance that random bytes go out before a publish. */
  garbageChance: number;
};

export type SimGateway = {
  readonly id: string;
  readonly faults: GatewayFaults;
  /** Takes records measured now: published, or buffered while the link is down. */
  report(records: readonly Omit<FieldRecord, 'seq'>[]): void;
  /** Pulls the plug: no DISCONNECT is sent, so the will speaks. */
  cutLink(): void;
  restoreLink(): void;
  /** Publishes acknowledged by the platform. */
  acknowledged(): number;
  buffered(): number;
  stop(): Promise<void>;
};

/** Records kept while the link is down; the oldest go first when it is full, as in the real boxes. */
const BUFFER_MAX = 20_000;
const RECORDS_PER_PUBLISH = 100;
/** A record this old is sent marked as back-fill. */
const BACKFILL_AFTER_MS = 60_000;

export function startGateway(options: {
  readonly id: string;
  readonly secret: string;
  readonly url: string;
  readonly random: Random;
  readonly wallMs: () => number;
  readonly onError: (gateway: string, message: string) => void;
}): SimGateway {
  const { id, random, wallMs } = options;
  const faults: GatewayFaults = { clockOffsetMs: 0, duplicateChance: 0, garbageChance: 0 };
  const sequences = new Map<string, number>();
  const buffer: FieldRecord[] = [];
  let acknowledged = 0;
  let inFlight = 0;
  let linked = true;
  let client = connect();

  function connect(): MqttClient {
    const made = mqtt.connect(options.url, {
      clientId: `${id}-1`,
      username: id,
      password: options.secret,
      clean: true,
      keepalive: 30,
      reconnectPeriod: 2_000,
      will: {
        topic: `lifeline/v1/${id}/status`,
        payload: Buffer.from('{"online":false}'),
        qos: 1,
        retain: true,
      },
    });
    made.on('connect', () => {
      made.publish(`lifeline/v1/${id}/status`, '{"online":true}', { qos: 1, retain: true });
      drain();
    });
    made.on('error', (error) => options.onError(id, error.message));
    return made;
  }

  function drain(): void {
    while (linked && client.connected && inFlight < 20 && buffer.length > 0) {
      const batch = buffer.splice(0, RECORDS_PER_PUBLISH);
      if (random.next() < faults.garbageChance) send(garbage(), null);
      send(JSON.stringify(batch.length === 1 ? mark(batch[0]) : batch.map(mark)), batch);
      if (random.next() < faults.duplicateChance) send(JSON.stringify(batch.map(mark)), null);
    }
  }

  function send(payload: string | Buffer, batch: readonly FieldRecord[] | null): void {
    inFlight += 1;
    client.publish(`lifeline/v1/${id}/telemetry`, payload, { qos: 1 }, (error) => {
      inFlight -= 1;
      if (error === null || error === undefined) acknowledged += 1;
      else if (batch !== null) buffer.unshift(...batch);
      drain();
    });
  }

  function mark(record: FieldRecord | undefined): FieldRecord | undefined {
    if (record === undefined || wallMs() + faults.clockOffsetMs - record.time < BACKFILL_AFTER_MS)
      return record;
    return { ...record, backfill: true };
  }

  const garbage = (): Buffer =>
    Buffer.from(Array.from({ length: 1 + random.below(60) }, () => random.below(256)));

  return {
    id,
    faults,
    report(records) {
      for (const record of records) {
        const seq = (sequences.get(record.device) ?? 0) + 1;
        sequences.set(record.device, seq);
        buffer.push({ ...record, time: record.time + faults.clockOffsetMs, seq });
      }
      if (buffer.length > BUFFER_MAX) buffer.splice(0, buffer.length - BUFFER_MAX);
      drain();
    },
    cutLink() {
      linked = false;
      client.removeAllListeners('close');
      client.stream?.destroy();
      client.end(true);
    },
    restoreLink() {
      if (linked) return;
      linked = true;
      client = connect();
    },
    acknowledged: () => acknowledged,
    buffered: () => buffer.length,
    stop: () => client.endAsync(),
  };
}
