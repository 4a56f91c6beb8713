/** A platform whose InfluxDB answers 401 (or that has none) under load: how fast alarms come, and what is kept. */
import mqtt from 'mqtt';
import { io } from 'socket.io-client';
import type { Alarm } from '#domain/alarm.ts';
import type { Health } from '#domain/contract/health.ts';
import { createUser, logIn, registerWell, until } from './api.ts';
import { freshDataDirectory, startPlatformProcess } from './platform-process.ts';

const LOAD_DEVICES = Array.from({ length: 50 }, (_, number) => `L-${number}`);
/** Records of one publish; and publishes in flight. */
const RECORDS = 50;
const WINDOW = 10;

export type Figures = {
  /** Publish -> `alarm` on a console's socket, milliseconds, ascending. */
  readonly delaysMs: readonly number[];
  readonly acknowledgedRecords: number;
  /** Health as seen during the load, each once. */
  readonly healths: readonly string[];
};

export const at = (sorted: readonly number[], share: number): number =>
  Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN) * 10) / 10;

/** `recordsPerSecond` in the background while `alarms` alarms are made one after another. */
export async function loadedPlatform(
  env: Record<string, string>,
  { alarms, gapMs, recordsPerSecond }: { alarms: number; gapMs: number; recordsPerSecond: number },
) {
  const directory = freshDataDirectory();
  const platform = await startPlatformProcess(directory.path, { env });
  const admin = await logIn(platform.http);
  const alarmDevices = Array.from({ length: alarms }, (_, number) => `A-${number}`);
  const secret = await registerWell(admin, [...LOAD_DEVICES, ...alarmDevices]);
  const duty = await logIn(platform.http, 'duty', await createUser(admin, 'duty', ['duty-officer']));

  async function run(): Promise<Figures> {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
      ...{ username: 'GW-1', password: secret, clientId: 'load' },
    });
    const alarmClient = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
      ...{ username: 'GW-1', password: secret, clientId: 'alarms' },
    });
    const socket = io(platform.http, { auth: { token: duty.token }, transports: ['websocket'] });
    await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
    const sentAt = new Map<string, number>();
    const delaysMs: number[] = [];
    socket.on('alarm', ({ alarm }: { alarm: Alarm }) => {
      const from = sentAt.get(alarm.point ?? '');
      if (from === undefined) return;
      sentAt.delete(alarm.point ?? '');
      delaysMs.push(performance.now() - from);
    });
    const healths = new Set<string>();
    socket.on('beat', ({ health }: { health: Health }) => {
      healths.add([health.status, ...health.reasons.map(({ code }) => code)].join(' '));
    });

    let acknowledgedRecords = 0;
    let seq = 0;
    let inFlight = 0;
    const publish = (): void => {
      if (inFlight >= WINDOW) return;
      inFlight += 1;
      const time = Date.now();
      const records = LOAD_DEVICES.slice(0, RECORDS).map((device) => {
        seq += 1;
        return { device, time, seq, values: { ch4: seq / 1e9 } };
      });
      client.publish('lifeline/v1/GW-1/telemetry', JSON.stringify(records), { qos: 1 }, (error) => {
        inFlight -= 1;
        if (!error) acknowledgedRecords += records.length;
      });
    };
    const timer = setInterval(publish, (1_000 * RECORDS) / recordsPerSecond);
    for (const device of alarmDevices) {
      await new Promise((resolve) => setTimeout(resolve, gapMs));
      sentAt.set(`${device}/ch4`, performance.now());
      const record = JSON.stringify({ device, time: Date.now(), values: { ch4: 3 } });
      alarmClient.publish('lifeline/v1/GW-1/telemetry', record, { qos: 1 });
    }
    clearInterval(timer);
    await until(
      'every alarm and every acknowledgement',
      60_000,
      async () => delaysMs.length === alarms && inFlight === 0,
      (all) => all,
    );
    await client.endAsync();
    await alarmClient.endAsync();
    socket.close();
    return { delaysMs: delaysMs.toSorted((a, b) => a - b), acknowledgedRecords, healths: [...healths] };
  }
  return {
    api: admin,
    run,
    async close() {
      await platform.kill('SIGKILL');
      directory.remove();
    },
  };
}
