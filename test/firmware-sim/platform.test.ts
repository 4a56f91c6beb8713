/** The simulated field before the whole platform in its own process: killed, started again, and everything there once. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { payloads, readRecording } from '#firmware-sim/csv-player.ts';
import { startGateway } from '#firmware-sim/gateway.ts';
import { playBack } from '#firmware-sim/playback.ts';
import { seededRandom } from '#firmware-sim/random.ts';
import { type Api, logIn, registerWell, until } from '#test/e2e/api.ts';
import {
  freshDataDirectory,
  type PlatformProcess,
  startPlatformProcess,
} from '#test/e2e/platform-process.ts';

const directory = freshDataDirectory();
const closing: (() => Promise<unknown>)[] = [];
let platform: PlatformProcess | null = null;

afterAll(async () => {
  for (const close of closing) await close();
  await platform?.kill('SIGKILL');
  directory.remove();
});

/** A free port below the range from which outgoing connections take theirs, so that it stays free between two runs. */
async function quietPort(): Promise<number> {
  for (let port = 21_000 + (process.pid % 5_000); ; port += 1) {
    const probe = createServer();
    const free = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => resolve(true));
    });
    await new Promise((resolve) => probe.close(resolve));
    if (free) return port;
  }
}

type Row = { readonly time: number; readonly value: number };
async function stored(api: Api, device: string, from: number, to: number): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const path = `/api/v1/points/${encodeURIComponent(`${device}/ch4`)}/measurements`;
    const query: string = `?from=${from}&to=${to}${cursor === null ? '' : `&cursor=${cursor}`}`;
    const page: { items: Row[]; next: string | null } = await api.get(path + query);
    rows.push(...page.items);
    cursor = page.next;
  } while (cursor !== null && cursor !== undefined);
  return rows;
}

const pairs = (rows: readonly Row[]): string[] => rows.map(({ time, value }) => `${time} ${value}`);

it('a platform killed under load gets every buffered record once, and a recording plays exactly', async () => {
  const port = await quietPort();
  const env = { LIFELINE_MQTT_PORT: String(port) };
  platform = await startPlatformProcess(directory.path, { env });
  const secret = await registerWell(await logIn(platform.http), ['G-1', 'G-2']);
  const url = `mqtt://127.0.0.1:${port}`;
  const box = startGateway({
    id: 'GW-1',
    secret,
    url,
    random: seededRandom(1),
    monotonicMs: () => performance.now(),
    onError: () => {},
    retryMs: 100,
  });
  closing.push(() => box.stop());

  const start = Date.now() - 30_000;
  const sent: Row[] = [];
  const report = (count: number): void => {
    for (let n = 0; n < count; n += 1) {
      const row = { time: start + sent.length * 10, value: sent.length / 10_000 };
      sent.push(row);
      box.report([{ device: 'G-1', time: row.time, values: { ch4: row.value } }]);
    }
  };
  report(300);
  await until(
    'acknowledged',
    60_000,
    () => Promise.resolve(box.acknowledged()),
    (done) => done >= 300,
  );
  for (let n = 0; n < 15; n += 1) report(10);
  await platform.kill('SIGKILL');
  report(500);
  expect(box.buffered()).toBeGreaterThanOrEqual(500);
  platform = await startPlatformProcess(directory.path, { env });
  const buffered = (): Promise<number> => Promise.resolve(box.buffered());
  await until('all acknowledged', 60_000, buffered, (left) => left === 0);
  expect(box.acknowledged()).toBe(sent.length);

  const api = await logIn(platform.http);
  const to = start + sent.length * 10;
  const rows = await until(
    'all stored',
    60_000,
    () => stored(api, 'G-1', start, to),
    (found) => found.length >= sent.length,
  );
  expect(pairs(rows)).toEqual(pairs(sent));

  const file = join(directory.path, 'recording.csv');
  const lines = Array.from(
    { length: 400 },
    (_, n) => `"2024-05-01 12:0${Math.floor(n / 100)}:00",${n / 1_000}`,
  );
  writeFileSync(file, ['time,vol', ...lines, '2024-05-01 13:00:00,'].join('\n'));
  const columns = { time: 'time', value: 'vol', zoneMinutes: 480, channel: 'ch4', devicePrefix: 'G-2' };
  const { samples, leftOut } = readRecording(file, columns);
  expect(leftOut).toBe(1);
  expect(await playBack(payloads(samples, 30), { url, gateway: 'GW-1', secret })).toBe(14);
  const noon = Date.UTC(2024, 4, 1, 4);
  const played = await until(
    'all stored',
    60_000,
    () => stored(api, 'G-2', noon, noon + 3_600_000),
    (found) => found.length >= 400,
  );
  expect(pairs(played)).toEqual(pairs(samples));
  await expect(playBack(['{}'], { url, gateway: 'GW-1', secret: 'wrong' })).rejects.toThrow(
    /not authorized|bad username.*0 publishes were acknowledged/i,
  );
}, 180_000);
