/** A draft in shadow beside a running platform: its process is killed, then the platform; nothing is missed or doubled. */
import { readFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { afterAll, expect, it } from 'vitest';
import type { ShadowView } from '#domain/contract/shadow.ts';
import { type Api, createUser, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const WITHIN_MS = 150_000;
const directory = freshDataDirectory();
let platform: PlatformProcess | null = null;
let seq = 0;

afterAll(async () => {
  await platform?.kill('SIGKILL');
  directory.remove();
});

/** One after another, each acknowledged. */
async function send(
  { mqttPort }: PlatformProcess,
  password: string,
  values: readonly number[],
): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { username: 'GW-1', password });
  for (const ch4 of values) {
    const record = { device: 'G-1', time: Date.now(), seq: (seq += 1), values: { ch4 } };
    await client.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
  }
  await client.endAsync();
}

const shadowOf = async (api: Api): Promise<ShadowView> => {
  const { items } = await api.get<{ items: { id: string }[] }>('/api/v1/rules/shadows');
  return api.get(`/api/v1/rules/shadows/${items[0]?.id}`);
};

/** The process of the platform that runs the shadow. */
function processOfShadow({ pid }: PlatformProcess): number {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
  const found = children.find((child) =>
    readFileSync(`/proc/${child}/cmdline`, 'utf8').includes('shadow-child'),
  );
  if (found === undefined) throw new Error(`none of ${children.join()} judges in shadow`);
  return found;
}

it('the draft would have rung, the version in force did not, through kill -9 and a restart', async () => {
  platform = await startPlatformProcess(directory.path);
  const admin = await logIn(platform.http);
  const secret = await registerWell(admin);
  const password = await createUser(admin, 'ada', ['engineer']);
  let ada = await logIn(platform.http, 'ada', password);
  const { rule } = await ada.get<{ rule: { levels: object[] } }>('/api/v1/rules/gas-well-ch4');
  const [mildest, ...others] = rule.levels;
  const levels = [{ ...mildest, limit: 0.2, onDelayMs: 0 }, ...others];
  const draft = await ada.post('/api/v1/rules/drafts', { id: 'lower', rules: [{ ...rule, levels }] });
  expect(draft.status, JSON.stringify(draft.body)).toBe(200);
  const started = await ada.post<ShadowView>('/api/v1/rules/shadows', { draft: 'lower' });
  expect([started.status, started.body]).toMatchObject([202, { state: 'running', by: 'ada' }]);

  await send(platform, secret, [0.1, 0.3]);
  const first = await until(
    'judged',
    WITHIN_MS,
    () => shadowOf(ada),
    ({ outcome }) => outcome?.rows === 2,
  );
  expect(first.outcome?.added).toMatchObject([{ rule: 'gas-well-ch4', point: 'G-1/ch4', colour: 'blue' }]);
  expect(first.outcome).toMatchObject({ before: { alarms: 0 }, after: { alarms: 1 }, liveAlarms: 0 });
  const raised = async () => (await openAlarms(ada)).filter(({ point }) => point !== null);
  expect(await raised()).toEqual([]);

  process.kill(processOfShadow(platform), 'SIGKILL');
  await send(platform, secret, [0.31]);
  const second = await until(
    'killed',
    WITHIN_MS,
    () => shadowOf(ada),
    ({ outcome }) => outcome?.rows === 3,
  );
  expect(second).toMatchObject({ state: 'running', restarts: 1, outcome: { gaps: [] } });
  expect(second.outcome?.added).toEqual(first.outcome?.added);

  await platform.kill('SIGKILL');
  platform = await startPlatformProcess(directory.path);
  ada = await logIn(platform.http, 'ada', password);
  await send(platform, secret, [0.32, 0.1]);
  const third = await until(
    'restart',
    WITHIN_MS,
    () => shadowOf(ada),
    ({ outcome }) => outcome?.rows === 5,
  );
  expect(third).toMatchObject({ state: 'running', outcome: { gaps: [], liveAlarms: 0 } });
  expect(third.outcome?.added).toEqual(first.outcome?.added);
  expect(await raised()).toEqual([]);

  expect((await ada.post(`/api/v1/rules/shadows/${third.id}/stop`, {})).status).toBe(200);
  expect(await shadowOf(ada)).toMatchObject({ state: 'ended', endedBy: 'ada', outcome: { rows: 5 } });
}, 600_000);
