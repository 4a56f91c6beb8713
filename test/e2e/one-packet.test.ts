/** One packet from the shell: through the broker to REST and the socket, and back as a taken alarm. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import mqtt from 'mqtt';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  AlarmMessage,
  ClientToServer,
  ServerToClient,
  SnapshotMessage,
} from '#domain/contract/socket.ts';
import { type Api, createUser, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const run = promisify(execFile);
const directory = freshDataDirectory();
let platform: PlatformProcess;
let admin: Api;
let duty: Api;
let secret: string;

beforeAll(async () => {
  platform = await startPlatformProcess(directory.path);
  admin = await logIn(platform.http);
  secret = await registerWell(admin, ['G-1', 'G-2']);
  duty = await logIn(platform.http, 'duty', await createUser(admin, 'duty', ['duty-officer']));
});

afterAll(async () => {
  await platform?.kill('SIGTERM');
  directory.remove();
});

function connect(
  api: Api,
): Promise<{ socket: Socket<ServerToClient, ClientToServer>; snapshot: SnapshotMessage }> {
  const socket: Socket<ServerToClient, ClientToServer> = io(platform.http, {
    auth: { token: api.token },
    transports: ['websocket'],
  });
  return new Promise((resolve, reject) => {
    socket.once('snapshot', (snapshot) => resolve({ socket, snapshot }));
    socket.once('connect_error', reject);
  });
}

describe.skipIf(!existsSync('/usr/bin/mosquitto_pub'))('mosquitto_pub (mosquitto-clients)', () => {
  it('3.0 % methane in a valve well is an orange alarm on the socket and in REST at once', async () => {
    const { socket } = await connect(duty);
    const pushed = new Promise<AlarmMessage>((resolve) => socket.once('alarm', resolve));
    const from = performance.now();
    const record = JSON.stringify({ device: 'G-1', time: Date.now(), values: { ch4: 3 }, seq: 1 });
    const to = `-h 127.0.0.1 -p ${platform.mqttPort} -q 1 -u GW-1 -i box -t lifeline/v1/GW-1/telemetry`;
    await run('mosquitto_pub', to.split(' ').concat('-P', secret, '-m', record));
    const { alarm } = await pushed;
    const tookMs = performance.now() - from;
    console.log(`packet -> console: ${Math.round(tookMs)} ms, with the start of mosquitto_pub`);
    // Other suites run beside this one: a poll instead of a push would take longer still.
    expect(tookMs).toBeLessThan(5_000);
    const listed = await until(
      'the list',
      60_000,
      () => openAlarms(duty),
      (alarms) => alarms.some((one) => one.point === 'G-1/ch4'),
    );
    expect(alarm).toMatchObject({
      point: 'G-1/ch4',
      colour: 'orange',
      state: 'unacknowledged',
      value: 3,
      unit: '%',
      limitValue: 2.5,
    });
    expect(listed.filter((one) => one.point === 'G-1/ch4')).toEqual([alarm]);
    socket.close();
  });
});

it('a wrong secret is refused and counted', async () => {
  await expect(
    mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
      username: 'GW-1',
      password: 'no',
      reconnectPeriod: 0,
    }),
  ).rejects.toThrow(/not authorized|Bad User/i);
  const metrics = await (await fetch(`${platform.http}/metrics`)).text();
  expect(metrics).toMatch(/lifeline_rejected_total\{reason="bad-credentials"\} [1-9]/);
});

it("another gateway's topic and an unknown device change nothing and are counted", async () => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    username: 'GW-1',
    password: secret,
  });
  const before = await openAlarms(duty);
  const record = JSON.stringify({ device: 'G-9', time: Date.now(), values: { ch4: 9 } });
  await client.publishAsync('lifeline/v1/GW-2/telemetry', record, { qos: 1 });
  await client.publishAsync('lifeline/v1/GW-1/telemetry', record, { qos: 1 });
  await client.endAsync();
  const groups = await until(
    'quarantine',
    60_000,
    () => admin.get<{ items: { reason: string; count: number }[] }>('/api/v1/quarantine'),
    ({ items }) => items.length >= 2,
  );
  expect(groups.items.map(({ reason, count }) => [reason, count]).toSorted()).toEqual([
    ['foreign-topic', 1],
    ['unknown-device', 1],
  ]);
  expect((await openAlarms(duty)).map(({ id, revision }) => [id, revision])).toEqual(
    before.map(({ id, revision }) => [id, revision]),
  );
});

it('taking the alarm tells every console who took it; a second hand is told so', async () => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    username: 'GW-1',
    password: secret,
  });
  const { socket } = await connect(admin);
  const raised = new Promise<AlarmMessage>((resolve) => socket.once('alarm', resolve));
  await client.publishAsync(
    'lifeline/v1/GW-1/telemetry',
    JSON.stringify({ device: 'G-2', time: Date.now(), values: { ch4: 4.2 } }),
    { qos: 1 },
  );
  const { alarm } = await raised;
  expect(alarm.colour).toBe('red');
  const taken = new Promise<AlarmMessage>((resolve) => socket.once('alarm', resolve));
  const path = `/api/v1/alarms/${alarm.id}/acknowledge`;
  const first = await duty.post<{ acknowledgedBy: string }>(path, { revision: alarm.revision });
  const second = await duty.post<{ code: string; alarm: { acknowledgedBy: string } }>(path, {
    revision: alarm.revision,
  });
  expect(first.status).toBe(200);
  expect(second).toMatchObject({
    status: 409,
    body: { code: 'stale-revision', alarm: { acknowledgedBy: 'duty' } },
  });
  expect((await taken).alarm).toMatchObject({ acknowledgedBy: 'duty', state: 'acknowledged' });
  const admins = await admin.post<{ code: string }>(path, { revision: alarm.revision + 1 });
  expect(admins.status).toBe(403);
  socket.close();
  await client.endAsync();
});

it('a gateway that sends nonsense is told why on its own topic', async () => {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
    username: 'GW-1',
    password: secret,
  });
  await client.subscribeAsync('lifeline/v1/GW-1/rejection');
  const told: unknown[] = [];
  client.on('message', (_topic, payload) => told.push(JSON.parse(payload.toString())));
  // Once a second at most: an earlier refusal may still fill this second.
  await until(
    'the note',
    60_000,
    () => client.publishAsync('lifeline/v1/GW-1/telemetry', '{"device":', { qos: 1 }),
    () => told.length > 0,
  );
  expect(told[0]).toMatchObject({ reason: 'not-json', sample: '{"device":' });
  await client.endAsync();
});
