/** The embedded store and InfluxDB on the same points: what writing costs, what lies on disk, how long questions take. */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '#domain/measurement.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { median } from './figures.ts';
import { startInflux } from './influx.ts';

export type StoreCost = {
  readonly rows: number;
  readonly cpuUsPerValue: number;
  readonly bytesPerValue: number;
  readonly bucketsMs: number;
  readonly latestMs: number;
};

const START = Date.UTC(2025, 10, 22);
const DAY_MS = 86_400_000;
const EVERY_SECOND = 20;
const HOURLY = 10_000;
const BLOCK_ROWS = 5_000;
const QUESTIONS = 30;

/** A day of 20 points every second and 10,000 every hour, slowly changing, in order of time, in blocks of 5,000. */
function* day(): Generator<Measurement[]> {
  const values = Array.from({ length: EVERY_SECOND + HOURLY }, (_, point) => 20_000 + point);
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return (state >>> 8) / 16_777_216;
  };
  let block: Measurement[] = [];
  for (let second = 0; second < 86_400; second += 1) {
    for (let point = 0; point < values.length; point += 1) {
      if (point >= EVERY_SECOND && (second + point) % 3_600 !== 0) continue;
      if (random() < 0.2) values[point] = (values[point] ?? 0) + (random() < 0.5 ? -1 : 1);
      const time = START + second * 1_000 + (point % 1_000);
      block.push({
        pointIndex: point,
        time,
        deviceTime: time,
        receivedAt: time + 40,
        value: (values[point] ?? 0) / 10,
        quality: 'good',
        flags: 0,
      });
      if (block.length < BLOCK_ROWS) continue;
      yield block;
      block = [];
    }
  }
  yield block;
}

export function embeddedStore(): StoreCost {
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  const store = openEmbeddedStore(directory);
  let [rows, cpuUs, position] = [0, 0, 0];
  const counted = (work: () => void): void => {
    const before = process.cpuUsage();
    work();
    const used = process.cpuUsage(before);
    cpuUs += used.user + used.system;
  };
  for (const block of day()) {
    const now = block.at(-1)?.time ?? 0;
    counted(() => (store.write(columnsOf(block), ++position), store.maintain(now)));
    rows += block.length;
  }
  counted(() => {
    for (let i = 0; i < 600; i += 1) store.maintain(START + DAY_MS + i * 60_000);
  });
  const bucketsMs = timed((i) => void store.buckets(i % EVERY_SECOND, START, START + DAY_MS, 500));
  const latestMs = timed(() => {
    for (let point = 0; point < HOURLY; point += 1) store.latest(point + EVERY_SECOND);
  });
  store.close();
  const bytesPerValue = bytesIn(directory, (name) => name.startsWith('data-')) / rows;
  rmSync(directory, { recursive: true });
  return { rows, cpuUsPerValue: cpuUs / rows, bytesPerValue, bucketsMs, latestMs };
}

/** Null where InfluxDB is not installed. CPU is its server's alone, without the writing client's. */
export async function influxStore(): Promise<StoreCost | null> {
  const influx = await startInflux();
  if (influx === null) return null;
  try {
    let rows = 0;
    const from = influx.cpuSeconds();
    for (const block of day()) {
      const lines = block.map(
        ({ pointIndex, value, time }) => `m,point=p${pointIndex} value=${value} ${time}`,
      );
      const answer = await fetch(influx.writeUrl, { method: 'POST', body: lines.join('\n') });
      if (!answer.ok) throw new Error(await answer.text());
      rows += block.length;
    }
    const cpuUs = (influx.cpuSeconds() - from) * 1e6;
    const ask = async (q: string): Promise<void> => {
      const answer = await fetch(`${influx.url}/query?db=bench&epoch=ms&q=${encodeURIComponent(q)}`);
      const body = (await answer.json()) as { results: { series?: unknown[]; error?: string }[] };
      if (body.results[0]?.series === undefined) throw new Error(body.results[0]?.error ?? 'no series');
    };
    const span = `time >= ${START}ms AND time < ${START + DAY_MS}ms`;
    const bucketsMs = await timedAsync((i) =>
      ask(
        `SELECT min(value), max(value), mean(value) FROM m WHERE point='p${i % EVERY_SECOND}' AND ${span} GROUP BY time(172800ms)`,
      ),
    );
    const latestMs = await timedAsync(() => ask('SELECT last(value) FROM m GROUP BY point'), 5);
    return {
      rows,
      cpuUsPerValue: cpuUs / rows,
      bytesPerValue: bytesIn(influx.directory, () => true) / rows,
      bucketsMs,
      latestMs,
    };
  } finally {
    await influx.stop();
  }
}

const timed = (question: (round: number) => void): number =>
  median(
    Array.from({ length: QUESTIONS }, (_, round) => {
      const from = performance.now();
      question(round);
      return performance.now() - from;
    }),
  );

async function timedAsync(
  question: (round: number) => Promise<void>,
  questions = QUESTIONS,
): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < questions; round += 1) {
    const from = performance.now();
    await question(round);
    times.push(performance.now() - from);
  }
  return median(times);
}

function bytesIn(directory: string, counts: (name: string) => boolean): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && counts(entry.name))
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
