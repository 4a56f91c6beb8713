/** Invariant 11 in processes of their own: after kill -9 a start finds every alarm as it was, and who may not start. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import mqtt from 'mqtt';
import { afterAll, describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { type Api, createUser, logIn, openAlarms, registerWell, until } from './api.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const directory = freshDataDirectory();
let platform: PlatformProcess | null = null;
afterAll(async () => {
  await platform?.kill('SIGKILL');
  directory.remove();
});

const byId = (alarms: readonly Alarm[]): Alarm[] => alarms.toSorted((a, b) => (a.id < b.id ? -1 : 1));

async function publish(port: number, password: string, records: readonly unknown[]): Promise<void> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: 'GW-1', password });
  await client.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(records), { qos: 1 });
  await client.endAsync();
}

const wells = async (api: Api): Promise<Alarm[]> =>
  (await openAlarms(api)).filter(({ point }) => point !== null);

/** A second start on the same data: what it printed, and its exit code. */
function startsToo(env: Record<string, string>): { code: number | null; output: string } {
  const { LIFELINE_TEST_MISSING: _, ...surroundings } = process.env;
  const run = spawnSync(process.execPath, [join(ROOT, 'main.ts')], {
    ...{ cwd: ROOT, encoding: 'utf8', timeout: 120_000 },
    env: { ...surroundings, LIFELINE_HTTP_PORT: '0', LIFELINE_MQTT_PORT: '0', ...env },
  });
  return { code: run.status, output: `${run.stdout}${run.stderr}` };
}

describe('a really fresh start', () => {
  it('finds ids, revisions, sequences, acknowledgements and suppressions as they were', async () => {
    platform = await startPlatformProcess(directory.path);
    const admin = await logIn(platform.http);
    const secret = await registerWell(admin, ['G-1', 'G-2', 'G-3', 'G-4']);
    const duty = await logIn(platform.http, 'duty', await createUser(admin, 'duty', ['duty-officer']));
    const leader = await logIn(platform.http, 'leader', await createUser(admin, 'leader', ['duty-leader']));
    const time = Date.now();
    const value = (device: string, ch4: number, at = time) => ({ device, time: at, values: { ch4 } });
    // One taken, one shelved, two whose off-delay runs.
    await publish(
      platform.mqttPort,
      secret,
      ['G-1', 'G-2', 'G-3', 'G-4'].map((device) => value(device, 4.5)),
    );
    const raised = await until(
      'four alarms',
      60_000,
      () => wells(duty),
      ({ length }) => length === 4,
    );
    const of = (device: string): Alarm => {
      const alarm = raised.find((one) => one.device === device);
      if (alarm === undefined) throw new Error(device);
      return alarm;
    };
    const taken = await duty.post(`/api/v1/alarms/${of('G-1').id}/acknowledge`, {
      revision: of('G-1').revision,
    });
    expect(taken.status).toBe(200);
    const shelf = { until: Date.now() + 3_600_000, reason: '检修', secondPerson: 'duty' };
    const shelved = await leader.post(`/api/v1/alarms/${of('G-2').id}/shelve`, {
      revision: of('G-2').revision,
      ...shelf,
    });
    expect(shelved, JSON.stringify(shelved.body)).toMatchObject({ status: 200 });
    await publish(platform.mqttPort, secret, [value('G-3', 0.1, time + 1), value('G-4', 0.1, time + 1)]);
    const seen = async (): Promise<Alarm[]> => byId(await wells(duty));
    // The ledger follows the fold: wait until it tells the same for a second.
    let before = await seen();
    let quietSince = performance.now();
    await until('a quiet list', 60_000, seen, (now) => {
      const same = JSON.stringify(now) === JSON.stringify(before);
      before = now;
      if (!same) quietSince = performance.now();
      const isQuiet = performance.now() - quietSince > 1_000;
      return isQuiet && now.some(({ suppression }) => suppression === 'shelved');
    });

    await platform.kill('SIGKILL');
    platform = await startPlatformProcess(directory.path);
    const after = byId(await wells(await logIn(platform.http)));
    expect(after).toEqual(before);
    expect(after.find(({ device }) => device === 'G-1')).toMatchObject({ acknowledgedBy: 'duty' });
    expect(after.find(({ device }) => device === 'G-2')).toMatchObject({
      suppression: 'shelved',
      suppressions: [{ by: 'leader', reason: '检修', until: shelf.until }],
    });
  }, 180_000);

  it('two platforms on one data directory: the second refuses, says why, and the first goes on', async () => {
    const { code, output } = startsToo({ LIFELINE_DATA_DIR: directory.path });
    expect(code).toBe(2);
    expect(output).toContain(`another process is using ${directory.path}`);
    expect(output).toContain('[data-directory-locked]');
    expect(output, 'no stack for a person').not.toContain('    at ');
    const health = await fetch(`${platform?.http}/api/v1/health`);
    expect(health.status).toBe(200);
  }, 180_000);

  it.each([
    ['a newer format', 'format', '2\n', 'data-format-newer', 'start it with the newer version'],
    ['no readable format', 'format', 'two\n', 'data-format-unreadable', 'holds no format number'],
    ['a damaged list of inputs set aside', 'set-aside.json', '{', 'set-aside-unreadable', 'is damaged'],
  ])(
    'refuses %s, says why, and leaves the directory as it was',
    async (_, file, text, code, words) => {
      await platform?.kill('SIGKILL');
      platform = null;
      const path = join(directory.path, file);
      const kept = file === 'format' ? readFileSync(path, 'utf8') : '{}';
      writeFileSync(path, text);
      const refused = startsToo({ LIFELINE_DATA_DIR: directory.path });
      expect(readFileSync(path, 'utf8')).toBe(text);
      writeFileSync(path, kept);
      expect(refused.code).toBe(2);
      expect(refused.output).toContain(`[${code}]`);
      expect(refused.output).toContain(words);
    },
    180_000,
  );

  it('refuses a setting it does not know, by name', () => {
    const { code, output } = startsToo({ LIFELINE_DATA_DIR: directory.path, LIFELINE_COLOUR: 'red' });
    expect([code, output.trim()]).toEqual([
      2,
      'refused to start: LIFELINE_COLOUR: no such setting (see README, "Settings")',
    ]);
  });

  it('a port that is taken: refuses and says which', async () => {
    platform = await startPlatformProcess(directory.path);
    const other = freshDataDirectory();
    const port = new URL(platform.http).port;
    const refused = startsToo({ LIFELINE_DATA_DIR: other.path, LIFELINE_HTTP_PORT: port });
    other.remove();
    expect(refused.code).toBe(2);
    expect(refused.output).toMatch(new RegExp(`EADDRINUSE.*${port}`));
  }, 180_000);
});
