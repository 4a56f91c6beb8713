/**
 * InfluxDB at length. (a) A real server away for a minute, killed in mid-stream, the platform killed. (b) A token that
 * has expired, under hundreds of thousands of records: the alarm path must not notice. Prints its figures.
 */
import { describe, expect, it } from 'vitest';
import type { Health } from '#domain/contract/health.ts';
import type { InfluxView } from '#server/ports.ts';
import { type Api, logIn, registerWell, until } from '#test/e2e/api.ts';
import { createLoad, DEVICES, storedIn } from '#test/e2e/influx-load.ts';
import { at, type Figures, loadedPlatform } from '#test/e2e/influx-refusing.ts';
import { freshDataDirectory, startPlatformProcess } from '#test/e2e/platform-process.ts';
import { mockInflux } from '#test/store/influx/mock-influx.ts';
import { hasInfluxd, realInfluxd } from '#test/store/influx/real-influxd.ts';

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const view = (api: Api): Promise<InfluxView> => api.get<InfluxView>('/api/v1/influx');
const codes = async (api: Api): Promise<string> => {
  const { status, reasons } = await api.get<Health>('/api/v1/health');
  return [status, ...reasons.map(({ code }) => code)].join(' ');
};
const OUTAGE_MS = 60_000;

describe.skipIf(!hasInfluxd)('a real server', () => {
  it('away for a minute, killed three times, the platform killed twice: every record once', async () => {
    const directory = freshDataDirectory();
    const influxd = await realInfluxd();
    const env = { INFLUX_URL: influxd.url, INFLUX_BUCKET: 'city' };
    let platform = await startPlatformProcess(directory.path, { env });
    const secret = await registerWell(await logIn(platform.http), DEVICES);
    const load = createLoad(200);
    let running = load.start(platform.mqttPort, secret);
    for (let kill = 0; kill < 3; kill += 1) {
      await pass(5_000);
      await influxd.stop('SIGKILL');
      await pass(kill * 1_000);
      await influxd.start();
      if (kill === 0) continue;
      await platform.kill('SIGKILL');
      running.stop();
      platform = await startPlatformProcess(directory.path, { env });
      running = load.start(platform.mqttPort, secret);
    }
    const api = await logIn(platform.http);
    await until(
      'writing',
      40_000,
      () => view(api),
      ({ state }) => state === 'writing',
    );
    await influxd.stop('SIGTERM');
    await until(
      'health',
      30_000,
      () => codes(api),
      (text) => /^degraded .*influx-backlog/.test(text),
    );
    await pass(OUTAGE_MS);
    const { backlogRows } = await view(api);
    await influxd.start();
    const from = performance.now();
    running.stop();
    await until(
      'drained',
      60_000,
      () => view(api),
      (now) => now.backlogRows === 0 && now.state === 'writing',
    );
    const drainedMs = Math.round(performance.now() - from);
    await until(
      'health',
      5_000,
      () => codes(api),
      (text) => !text.includes('influx'),
    );
    const { counts, rows } = storedIn(
      await influxd.query('SELECT value FROM reading GROUP BY point', 'city'),
    );
    const wrong = [...load.acknowledged].filter((key) => counts.get(key) !== 1);
    console.log(
      `(a) ${load.acknowledged.size} acknowledged, ${rows} rows there, ${wrong.length} lost or doubled; ` +
        `backlog ${backlogRows} rows, drained ${drainedMs} ms after the server was back`,
    );
    expect(wrong).toEqual([]);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    await platform.kill('SIGKILL');
    await influxd.dispose();
    directory.remove();
  });
});

describe('an expired token', () => {
  it('is not noticed by the alarm path, and everything is sent once it is good again', async () => {
    const load = { alarms: 300, gapMs: 120, recordsPerSecond: 20_000 };
    const shown = (name: string, { delaysMs, acknowledgedRecords }: Figures): string =>
      `(b) ${name}: ${acknowledgedRecords} records, publish -> alarm p50 ${at(delaysMs, 0.5)} ms, ` +
      `p95 ${at(delaysMs, 0.95)} ms, p99 ${at(delaysMs, 0.99)} ms`;
    const medians: { without: number[]; refused: number[] } = { without: [], refused: [] };
    for (let round = 0; round < 2; round += 1) {
      const plain = await loadedPlatform({}, load);
      const figures = await plain.run();
      console.log(shown('without InfluxDB', figures));
      medians.without.push(at(figures.delaysMs, 0.5));
      await plain.close();

      const mock = await mockInflux('v2');
      mock.authorization = 'Token good';
      const env = {
        INFLUX_URL: mock.url,
        INFLUX_TOKEN: 'expired',
        INFLUX_ORG: 'city',
        INFLUX_BUCKET: 'city',
      };
      const refused = await loadedPlatform(env, load);
      const seen = await refused.run();
      console.log(shown('answering 401', seen));
      medians.refused.push(at(seen.delaysMs, 0.5));
      expect(seen.healths.filter((text) => text.startsWith('failing'))).toEqual([]);
      expect(await view(refused.api)).toMatchObject({ state: 'paused', deadLetters: 0 });
      mock.authorization = 'Token expired';
      const from = performance.now();
      await until(
        'drained',
        120_000,
        () => view(refused.api),
        ({ backlogRows }) => backlogRows === 0,
      );
      const rate = Math.round(mock.readings() / ((performance.now() - from) / 1_000));
      console.log(
        `(b) drained ${mock.readings()} rows, at least ${rate} a second (the probe's wait included)`,
      );
      expect(mock.readings()).toBe(seen.acknowledgedRecords + load.alarms);
      await refused.close();
      await mock.close();
    }
    // Noise of a shared machine is larger than what is looked for: a held journal would be seconds.
    expect(Math.min(...medians.refused)).toBeLessThan(Math.min(...medians.without) * 3 + 20);
  });
});
