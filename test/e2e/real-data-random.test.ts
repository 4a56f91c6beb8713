/** What no sensor ever measured: a packet far too large and thousands of random strings, beside a gateway at work. */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import mqtt from 'mqtt';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { seededRandom } from '#test/simulation/random.ts';
import { type Api, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const STRINGS = 10_000;
const RAW_STRINGS = 200;
/** What a burst of refusals may cost for good; the heap grows and shrinks by tens of MB anyway. */
const GROWTH_MAX_MB = 200;
const directory = freshDataDirectory();
let platform: PlatformProcess;
let admin: Api;
let secret: string;
let noisySecret: string;

beforeAll(async () => {
  platform = await startPlatformProcess(directory.path);
  admin = await logIn(platform.http);
  secret = await registerWell(admin);
  const noisy = { id: 'GW-noisy', name: '噪声网关', session: 'always-on' };
  const answer = await admin.post<{ secret: string }>('/api/v1/gateways', noisy);
  expect(answer.status).toBeLessThan(300);
  noisySecret = answer.body.secret;
});

afterAll(async () => {
  await platform?.kill('SIGTERM');
  directory.remove();
});

const residentMb = (): number => {
  const status = readFileSync(`/proc/${platform.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

/** `lifeline_rejected_total` by reason. */
async function refusals(): Promise<Map<string, number>> {
  const text = await (await fetch(`${platform.http}/metrics`)).text();
  const lines = text.matchAll(/^lifeline_rejected_total\{reason="([^"]+)"\} (\d+)/gm);
  return new Map([...lines].map((line) => [line[1] ?? '', Number(line[2])]));
}

const client = (username: string, password: string) =>
  mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    username,
    password,
    clientId: 'box',
    reconnectPeriod: 0,
  });

it(`a 1 MiB packet and ${STRINGS} random strings change nothing and are counted`, async () => {
  const random = seededRandom(1);
  const working = await client('GW-1', secret);
  const lost: string[] = [];
  working.on('close', () => lost.push('close'));
  const measure = (ch4: number): Promise<unknown> =>
    working.publishAsync(
      'lifeline/v1/GW-1/telemetry',
      JSON.stringify({ device: 'G-1', time: Date.now(), values: { ch4 } }),
      { qos: 1 },
    );
  await measure(3);
  const [before] = await until(
    'the alarm',
    60_000,
    () => openAlarms(admin),
    (alarms) => alarms.length === 1,
  );

  const large = await client('GW-noisy', noisySecret);
  large.on('error', () => {});
  const closed = new Promise<void>((resolve) => large.once('close', () => resolve()));
  large.publish('lifeline/v1/GW-noisy/telemetry', Buffer.alloc(1_048_576, 0x20), { qos: 1 }, () => {});
  await closed;
  const afterLarge = await until('the count', 60_000, refusals, (counts) => counts.has('packet-too-large'));
  expect(afterLarge.get('packet-too-large')).toBe(1);

  const rssBefore = residentMb();
  const noisy = await client('GW-noisy', noisySecret);
  for (let sent = 0; sent < STRINGS; sent += 100) {
    const batch = Array.from({ length: 100 }, () => Buffer.from(random.bytes(1 + random.int(200))));
    const publish = (bytes: Buffer): Promise<unknown> =>
      noisy.publishAsync('lifeline/v1/GW-noisy/telemetry', bytes, { qos: 1 });
    await Promise.all(batch.map(publish));
    await measure(3 + sent / 1e6);
  }
  const unreadable = (counts: Map<string, number>): number =>
    ['not-json', 'not-utf8', 'shape'].reduce((sum, reason) => sum + (counts.get(reason) ?? 0), 0);
  const counts = await until('the counts', 60_000, refusals, (now) => unreadable(now) >= STRINGS);
  expect(unreadable(counts)).toBe(STRINGS);

  await Promise.all(Array.from({ length: RAW_STRINGS }, () => sendRaw(random.bytes(1 + random.int(400)))));
  await measure(3.5);
  const rssMb = residentMb() - rssBefore;
  // A connection may be closed before what came on it is counted.
  const isBroken = (now: Map<string, number>): number =>
    (now.get('protocol') ?? 0) + (now.get('packet-too-large') ?? 0);
  const all = await until('the refusals', 60_000, refusals, (now) => isBroken(now) > RAW_STRINGS * 0.75);
  console.log(`${JSON.stringify([...all])}; resident memory ${rssMb.toFixed(0)} MB more`);

  // The rest looked like the beginning of a packet whose end never came.
  expect(isBroken(all)).toBeGreaterThan(RAW_STRINGS * 0.75);

  expect(lost).toEqual([]);
  expect(noisy.connected).toBe(true);
  const after = (await openAlarms(admin)).filter(({ point }) => point !== null);
  expect(after.map(({ id, revision, colour }) => [id, revision, colour])).toEqual([
    [before?.id, before?.revision, before?.colour],
  ]);
  expect(rssMb).toBeLessThan(GROWTH_MAX_MB);
  await working.endAsync();
  await noisy.endAsync();
}, 180_000);

/** Bytes of no protocol on a bare connection; done when the platform closed it or it was flushed. */
function sendRaw(bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(platform.mqttPort, '127.0.0.1');
    socket.on('error', () => {});
    socket.once('close', () => resolve());
    socket.end(bytes);
    socket.resume();
  });
}
