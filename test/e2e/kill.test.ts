/** kill -9 at random moments under load: everything acknowledged is there once, every alarm is there once. */
import mqtt, { type MqttClient } from 'mqtt';
import { afterAll, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { seededRandom } from '#test/simulation/random.ts';
import { type Api, createUser, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

/** `npm run destroy` kills it hundreds of times. */
const KILLS = 8;
const DEVICES = ['G-1', 'G-2', 'G-3', 'G-4'];
const directory = freshDataDirectory();
let platform: PlatformProcess | null = null;

afterAll(async () => {
  await platform?.kill('SIGKILL');
  directory.remove();
});

/** Publishes values unlike any other until told to stop; keeps what was acknowledged, resends what was not. */
function startLoad(port: number, secret: string, from: { seq: number }, acknowledged: Map<string, number>) {
  const client: MqttClient = mqtt.connect(`mqtt://127.0.0.1:${port}`, {
    username: 'GW-1',
    password: secret,
    clientId: 'box',
    reconnectPeriod: 0,
  });
  client.on('error', () => {});
  let running = true;
  const publishOne = (): void => {
    if (!running || !client.connected) return;
    const seq = from.seq++;
    const device = DEVICES[seq % DEVICES.length] ?? '';
    // Below every limit, and different each time.
    const value = (seq % 40_000) / 100_000;
    const time = Date.now();
    const record = JSON.stringify({ device, time, seq, values: { ch4: value } });
    client.publish('lifeline/v1/GW-1/telemetry', record, { qos: 1 }, (error) => {
      if (error) return;
      acknowledged.set(`${device}/${seq}`, value);
      publishOne();
    });
  };
  client.on('connect', () => {
    for (let window = 0; window < 20; window++) publishOne();
  });
  return () => {
    running = false;
    client.end(true);
  };
}

async function storedValues(api: Api, from: number): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const device of DEVICES) {
    let cursor = from;
    for (;;) {
      const to = Date.now() + 60_000;
      const { items } = await api.get<{ items: { time: number; value: number }[] }>(
        `/api/v1/points/${encodeURIComponent(`${device}/ch4`)}/measurements?from=${cursor}&to=${to}`,
      );
      for (const { value } of items)
        counts.set(`${device}:${value}`, (counts.get(`${device}:${value}`) ?? 0) + 1);
      const last = items.at(-1);
      if (last === undefined || items.length < 1_000) break;
      cursor = last.time + 1;
    }
  }
  return counts;
}

it(`after ${KILLS} kills nothing acknowledged is lost or doubled, and the alarm is one and the same`, async () => {
  const random = seededRandom(20);
  const acknowledged = new Map<string, number>();
  const next = { seq: 1 };
  const startedAt = Date.now();
  platform = await startPlatformProcess(directory.path);
  const admin = await logIn(platform.http);
  const secret = await registerWell(admin, [...DEVICES, 'G-RED']);
  const dutyPassword = await createUser(admin, 'duty', ['duty-officer']);
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    username: 'GW-1',
    password: secret,
  });
  await client.publishAsync(
    'lifeline/v1/GW-1/telemetry',
    JSON.stringify({ device: 'G-RED', time: Date.now(), values: { ch4: 4.5 } }),
    { qos: 1 },
  );
  await client.endAsync();
  const duty = await logIn(platform.http, 'duty', dutyPassword);
  const [raised] = await until(
    'the red alarm',
    60_000,
    () => openAlarms(duty),
    (alarms) => alarms.length > 0,
  );
  if (raised === undefined) throw new Error('no alarm');
  const taken = await duty.post<Alarm>(`/api/v1/alarms/${raised.id}/acknowledge`, {
    revision: raised.revision,
  });
  expect(taken.status).toBe(200);

  for (let kill = 0; kill < KILLS; kill++) {
    const before = acknowledged.size;
    const stopLoad = startLoad(platform.mqttPort, secret, next, acknowledged);
    await until(
      'the load runs',
      60_000,
      async () => acknowledged.size,
      (size) => size > before + 20,
    );
    await new Promise((resolve) => setTimeout(resolve, random.int(700)));
    await platform.kill('SIGKILL');
    stopLoad();
    platform = await startPlatformProcess(directory.path);
  }

  const api = await logIn(platform.http);
  const stored = await storedValues(api, startedAt - 1_000);
  const wrong = [...acknowledged].filter(
    ([key, value]) => stored.get(`${key.split('/')[0] ?? ''}:${value}`) !== 1,
  );
  console.log(`${KILLS} kills, ${acknowledged.size} acknowledged, ${wrong.length} lost or doubled`);
  expect(acknowledged.size).toBeGreaterThan(KILLS * 20);
  expect(wrong).toEqual([]);
  const red = (await openAlarms(api)).filter(
    (alarm) => alarm.point === 'G-RED/ch4' && alarm.rule === raised.rule,
  );
  expect(red).toHaveLength(1);
  expect(red[0]).toMatchObject({
    id: raised.id,
    state: 'acknowledged',
    acknowledgedBy: 'duty',
    onsetAt: raised.onsetAt,
  });
}, 240_000);
