/**
 * InfluxDB behind the running platform: killed in mid-stream, the platform killed too, and every acknowledged record is
 * there once. Longer outages and a token that is renewed: test/long/influx.long.ts; waits and probes on a clock moved by
 * hand: test/store/influx/forwarder.test.ts.
 */
import { afterAll, describe, expect, it } from 'vitest';
import type { Health } from '#domain/contract/health.ts';
import type { InfluxView } from '#server/ports.ts';
import { hasInfluxd, type RealInfluxd, realInfluxd } from '#test/store/influx/real-influxd.ts';
import { mockInflux } from '#test/store/influx/mock-influx.ts';
import { type Api, logIn, registerWell, until } from './api.ts';
import { createLoad, DEVICES, storedIn } from './influx-load.ts';
import { at, loadedPlatform } from './influx-refusing.ts';
import { freshDataDirectory, type PlatformProcess, startPlatformProcess } from './platform-process.ts';

const directory = freshDataDirectory();
let platform: PlatformProcess | null = null;
let influxd: RealInfluxd | null = null;
afterAll(async () => {
  await platform?.kill('SIGKILL');
  await influxd?.dispose();
  directory.remove();
});

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const codes = async (api: Api): Promise<string> => {
  const { status, reasons } = await api.get<Health>('/api/v1/health');
  return [status, ...reasons.map(({ code }) => code)].join(' ');
};
const view = (api: Api): Promise<InfluxView> => api.get<InfluxView>('/api/v1/influx');

describe.skipIf(!hasInfluxd)('InfluxDB 1.6.7 behind the platform', () => {
  it('stopped, killed, and the platform killed: every acknowledged record is there once', async () => {
    influxd = await realInfluxd();
    const env = { INFLUX_URL: influxd.url, INFLUX_BUCKET: 'city' };
    platform = await startPlatformProcess(directory.path, { env });
    let api = await logIn(platform.http);
    const secret = await registerWell(api, DEVICES);
    const load = createLoad(100);
    let running = load.start(platform.mqttPort, secret);
    await until(
      'the first rows',
      60_000,
      () => view(api),
      ({ lastWriteAt }) => lastWriteAt !== null,
    );

    await influxd.stop('SIGKILL');
    await pass(500);
    await platform.kill('SIGKILL');
    running.stop();
    platform = await startPlatformProcess(directory.path, { env });
    api = await logIn(platform.http);
    const before = load.acknowledged.size;
    running = load.start(platform.mqttPort, secret);
    await until(
      'records taken while nothing answers',
      60_000,
      async () => load.acknowledged.size,
      (size) => size > before + 200,
    );
    await influxd.start();
    running.stop();
    await until(
      'the backlog',
      160_000,
      () => view(api),
      ({ backlogRows, state }) => backlogRows === 0 && state === 'writing',
    );
    await until(
      'health',
      60_000,
      () => codes(api),
      (text) => !text.includes('influx'),
    );

    const { counts, rows } = storedIn(
      await influxd.query('SELECT value FROM reading GROUP BY point', 'city'),
    );
    const wrong = [...load.acknowledged].filter((key) => counts.get(key) !== 1);
    console.log(
      `${load.acknowledged.size} acknowledged, ${rows} rows in InfluxDB, ${wrong.length} lost or doubled`,
    );
    expect(wrong).toEqual([]);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
  }, 300_000);
});

it('an expired token delays no alarm, is told of, and everything is kept for a good one', async () => {
  const mock = await mockInflux('v2');
  mock.authorization = 'Token good';
  const env = { INFLUX_URL: mock.url, INFLUX_TOKEN: 'expired', INFLUX_ORG: 'city', INFLUX_BUCKET: 'city' };
  const city = await loadedPlatform(env, { alarms: 30, gapMs: 60, recordsPerSecond: 3_000 });
  const { delaysMs, acknowledgedRecords, healths } = await city.run();
  expect(delaysMs).toHaveLength(30);
  console.log(
    `401: ${acknowledgedRecords} records, publish -> alarm p50 ${at(delaysMs, 0.5)} ms, p99 ${at(delaysMs, 0.99)} ms`,
  );
  expect(healths.filter((text) => text.startsWith('failing'))).toEqual([]);
  await until(
    'health',
    60_000,
    () => codes(city.api),
    (text) => /^degraded .*influx-failing/.test(text),
  );
  const held = await until(
    'all is held',
    60_000,
    () => view(city.api),
    ({ backlogRows, state }) => backlogRows === acknowledgedRecords + 30 && state === 'paused',
  );
  expect(held).toMatchObject({ state: 'paused', backlogRows: acknowledgedRecords + 30 });
  await city.close();
  await mock.close();
}, 300_000);
