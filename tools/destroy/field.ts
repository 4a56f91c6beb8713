/**
 * A gateway that keeps every record until it is acknowledged and sends it again after each death, as real ones do. It
 * knows what was acknowledged: the measure of every loss.
 */
import mqtt, { type MqttClient } from 'mqtt';
import { until } from '#test/e2e/api.ts';

export type FieldRecord = {
  readonly device: string;
  readonly time: number;
  readonly seq: number;
  readonly value: number;
};

export type Field = {
  /** `device/seq` -> the record, once its publish was acknowledged. */
  readonly acknowledged: ReadonlyMap<string, FieldRecord>;
  /** Sent or to be sent, and not acknowledged. */
  owed(): number;
  /** Connects, sends what is owed again, then goes on with new records while `load` is on. */
  join(mqttPort: number): Promise<void>;
  load(on: boolean): void;
  /** Sends one value of a device; resolves when it is acknowledged, which may be in a later life. */
  send(device: string, value: number): Promise<FieldRecord>;
  /** Cuts the line. */
  leave(): void;
};

/** Publishes in flight while the load is on. */
const WINDOW = 10;
const JOIN_MS_MAX = 15_000;

type Owed = { readonly record: FieldRecord; readonly done: (record: FieldRecord) => void };

/** `devices` report in turn, below every limit and never the same value twice; `localAddress` is where it calls from. */
export function openField(gateway: string, secret: string, devices: readonly string[]): Field {
  const acknowledged = new Map<string, FieldRecord>();
  const owed = new Map<string, Owed>();
  const lastTime = new Map<string, number>();
  let client: MqttClient | null = null;
  let loading = false;
  let seq = 0;
  let inFlight = 0;

  function measure(device: string, value: number): FieldRecord {
    seq += 1;
    // Each record has a time of its own, so that a store holds exactly what was sent.
    const time = Math.max(Date.now(), (lastTime.get(device) ?? 0) + 1);
    lastTime.set(device, time);
    return { device, time, seq, value };
  }

  function owe(record: FieldRecord, done: Owed['done']): void {
    owed.set(`${record.device}/${record.seq}`, { record, done });
    publish({ record, done });
  }

  function publish({ record, done }: Owed): void {
    const through = client;
    if (through === null || !through.connected) return;
    const { device, time, seq: number, value } = record;
    const text = JSON.stringify({ device, time, seq: number, values: { ch4: value } });
    inFlight += 1;
    through.publish(`lifeline/v1/${gateway}/telemetry`, text, { qos: 1 }, (error) => {
      if (client === through) inFlight -= 1;
      if (error) return;
      const key = `${device}/${number}`;
      if (owed.delete(key)) {
        acknowledged.set(key, record);
        done(record);
      }
      fill();
    });
  }

  function fill(): void {
    while (loading && client?.connected === true && inFlight < WINDOW) {
      owe(measure(devices[seq % devices.length] ?? '', ((seq + 1) % 4_000_000) / 1e8), () => {});
    }
  }

  return {
    acknowledged,
    owed: () => owed.size,
    async join(mqttPort) {
      const joining = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
        ...{ username: gateway, password: secret, clientId: 'box', reconnectPeriod: 0 },
      });
      joining.on('error', () => {});
      client = joining;
      inFlight = 0;
      await until(
        `gateway ${gateway} connects`,
        JOIN_MS_MAX,
        async () => joining.connected,
        (is) => is,
      );
      for (const one of [...owed.values()]) publish(one);
      fill();
    },
    load(on) {
      loading = on;
      fill();
    },
    send: (device, value) => new Promise((resolve) => owe(measure(device, value), resolve)),
    leave() {
      client?.end(true);
      client = null;
    },
  };
}
