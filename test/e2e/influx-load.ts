/** Load for a platform with InfluxDB behind it: values unlike any other, and what was acknowledged of them. */
import mqtt from 'mqtt';

export const DEVICES = ['G-1', 'G-2', 'G-3', 'G-4'];

export type Load = {
  /** Connects and publishes until `stop`; goes on counting where an earlier one stopped. */
  start(mqttPort: number, secret: string): { stop(): void };
  /** `device/ch4 value` of every record that was acknowledged. */
  readonly acknowledged: Set<string>;
};

/** `perSecond` publishes of one record of each device. Below every limit. */
export function createLoad(perSecond: number): Load {
  const acknowledged = new Set<string>();
  let seq = 0;
  return {
    acknowledged,
    start(mqttPort, secret) {
      const client = mqtt.connect(`mqtt://127.0.0.1:${mqttPort}`, {
        ...{ username: 'GW-1', password: secret, clientId: 'box', reconnectPeriod: 0 },
      });
      client.on('error', () => {});
      const publish = (): void => {
        if (!client.connected) return;
        seq += 1;
        const value = seq / 1e7;
        const time = Date.now();
        const records = DEVICES.map((device) => ({ device, time, seq, values: { ch4: value } }));
        client.publish('lifeline/v1/GW-1/telemetry', JSON.stringify(records), { qos: 1 }, (error) => {
          if (!error) for (const device of DEVICES) acknowledged.add(`${device}/ch4 ${value}`);
        });
      };
      const timer = setInterval(publish, 1_000 / perSecond);
      return {
        stop() {
          clearInterval(timer);
          client.end(true);
        },
      };
    },
  };
}

export type Answered = { columns: string[]; values: unknown[][]; tags?: object }[];

/** How often each `point value` is stored, and how many rows there are by (series, time). */
export function storedIn(series: Answered): { counts: Map<string, number>; rows: number } {
  const counts = new Map<string, number>();
  const places = new Set<string>();
  for (const { tags, values } of series) {
    const point = tags !== undefined && 'point' in tags ? String(tags.point) : '';
    for (const [time, value] of values) {
      places.add(`${point} ${Number(time)}`);
      const key = `${point} ${Number(value)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  }
  return { counts, rows: places.size };
}
