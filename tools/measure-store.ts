/**
 * Measures the embedded measurement store on made-up but lifelike days: bytes and CPU a value, and how long queries take.
 * `node tools/measure-store.ts` prints one table; nothing is kept.
 */
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measurement } from '#domain/measurement.ts';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import type { MeasurementStore } from '#store/ports.ts';

type Sensor = { readonly intervalMs: number; readonly phaseMs: number; value: number };
type Day = {
  readonly name: string;
  readonly sensors: readonly Sensor[];
  /** Next value, in units of `digit`. */
  readonly step: (random: () => number) => number;
  readonly digit: number;
  /** Milliseconds from a row's time to its arrival. */
  readonly lagMs: (random: () => number) => number;
};

const START = Date.UTC(2025, 10, 22);
const DAY_MS = 86_400_000;
const BLOCK_ROWS = 5000;

const sensors = (count: number, intervalMs: number): Sensor[] =>
  Array.from({ length: count }, (_, i) => ({
    intervalMs,
    phaseMs: Math.floor((i * 7919) % intervalMs),
    value: 20_000 + i,
  }));
const walk = (random: () => number): number => Math.floor(random() * 33) - 16;
const slow = (random: () => number): number => (random() < 0.2 ? (random() < 0.5 ? -1 : 1) : 0);
const atOnce = (): number => 40;
const network = (random: () => number): number => 25 + Math.floor(random() * 8 + random() * 8);

const DAYS: readonly Day[] = [
  { name: 'slow, 1,000 at 10 s', sensors: sensors(1000, 10_000), step: slow, digit: 10, lagMs: atOnce },
  { name: '  and arrival +-8 ms', sensors: sensors(1000, 10_000), step: slow, digit: 10, lagMs: network },
  { name: 'slow, 3,000 at 60 s', sensors: sensors(3000, 60_000), step: slow, digit: 10, lagMs: atOnce },
  { name: '  and arrival +-8 ms', sensors: sensors(3000, 60_000), step: slow, digit: 10, lagMs: network },
  {
    name: 'walk, 100 at 1 s + 9,900 at 630 s',
    sensors: [...sensors(100, 1000), ...sensors(9900, 630_000)],
    step: walk,
    digit: 1000,
    lagMs: atOnce,
  },
];

console.log('day                                 values  bytes/value  CPU us/value  worst maintain ms');
for (const day of DAYS) measureDay(day);
measureQueries();

function measureDay(day: Day): void {
  withStore((store, directory) => {
    const spent = fill(store, day, START, START + DAY_MS);
    store.close();
    const bytes = readdirSync(directory)
      .filter((name) => name.startsWith('data-'))
      .reduce((sum, name) => sum + statSync(join(directory, name)).size, 0);
    const cells = [
      day.name.padEnd(33),
      String(spent.rows).padStart(8),
      (bytes / spent.rows).toFixed(2).padStart(12),
      (spent.cpuUs / spent.rows).toFixed(3).padStart(13),
      spent.worstMaintainMs.toFixed(0).padStart(18),
    ];
    console.log(cells.join(' '));
  });
}

/** Writes the rows of a stretch in order of time, with maintenance as it would run, then seals and gathers all. */
function fill(store: MeasurementStore, day: Day, from: number, to: number) {
  const random = randomFrom(1);
  const spent = { rows: 0, cpuUs: 0, worstMaintainMs: 0 };
  let block: Measurement[] = [];
  let position = 0;
  const timed = (work: () => void): number => {
    const before = process.cpuUsage();
    const started = performance.now();
    work();
    const used = process.cpuUsage(before);
    spent.cpuUs += used.user + used.system;
    return performance.now() - started;
  };
  const flush = (): void => {
    timed(() => store.write(columnsOf(block), ++position));
    spent.rows += block.length;
    block = [];
  };
  const maintain = (now: number): void => {
    const ms = timed(() => store.maintain(now));
    spent.worstMaintainMs = Math.max(spent.worstMaintainMs, ms);
  };
  const due = new Map<number, number[]>();
  day.sensors.forEach((sensor, point) => {
    const second = Math.floor(sensor.phaseMs / 1000);
    due.set(second, [...(due.get(second) ?? []), point]);
  });
  for (let second = 0; second * 1000 < to - from; second++) {
    for (const point of due.get(second) ?? []) {
      const sensor = day.sensors[point];
      if (!sensor) continue;
      const next = second + sensor.intervalMs / 1000;
      const later = due.get(next);
      if (later) later.push(point);
      else due.set(next, [point]);
      sensor.value += day.step(random);
      block.push(rowOf(day, point, sensor, from + second * 1000, random));
      if (block.length >= BLOCK_ROWS) flush();
    }
    due.delete(second);
    if (second % 10 === 0) maintain(from + second * 1000);
  }
  flush();
  for (let i = 0; i < 600; i++) maintain(to + i * 60_000);
  return spent;
}

function rowOf(
  day: Day,
  pointIndex: number,
  sensor: Sensor,
  second: number,
  random: () => number,
): Measurement {
  const time = second + (sensor.phaseMs % 1000);
  const receivedAt = time + day.lagMs(random);
  return {
    pointIndex,
    time,
    deviceTime: time,
    receivedAt,
    value: sensor.value / day.digit,
    quality: 'good',
    flags: 0,
  };
}

function measureQueries(): void {
  withStore((store) => {
    const day: Day = { name: '', sensors: sensors(20, 1000), step: walk, digit: 1000, lagMs: network };
    fill(store, day, START, START + DAY_MS);
    report('24 h at 1 s -> 500 buckets', 100, (i) => store.buckets(i % 20, START, START + DAY_MS, 500));
    report('24 h at 1 s -> 24 buckets', 100, (i) => store.buckets(i % 20, START, START + DAY_MS, 24));
    report('1 h at 1 s raw', 100, (i) =>
      store.raw(i % 20, START + i * 60_000, START + i * 60_000 + 3_600_000, 1e6),
    );
    store.close();
  });
  withStore((store) => {
    const day: Day = { name: '', sensors: sensors(10_000, 10_000), step: slow, digit: 10, lagMs: network };
    fillOpen(store, day);
    report('latest of 10,000 points', 50, () => {
      for (let point = 0; point < 10_000; point++) store.latest(point);
    });
    report('24 h -> 500 buckets beside 900,000 open rows', 50, (i) =>
      store.buckets(i, START, START + DAY_MS, 500),
    );
    store.close();
  });
}

function fillOpen(store: MeasurementStore, day: Day): void {
  const random = randomFrom(2);
  for (let second = 0; second < 900; second += 10) {
    const rows = day.sensors.map((sensor, point) => rowOf(day, point, sensor, START + second * 1000, random));
    store.write(columnsOf(rows), second + 1);
  }
}

function report(name: string, rounds: number, query: (round: number) => unknown): void {
  for (let i = 0; i < 10; i++) query(i);
  const times = Array.from({ length: rounds }, (_, i) => {
    const started = performance.now();
    query(i);
    return performance.now() - started;
  }).sort((a, b) => a - b);
  const [p50, max] = [times[rounds >> 1] ?? 0, times.at(-1) ?? 0];
  console.log(`${name.padEnd(46)} p50 ${p50.toFixed(2)} ms, max ${max.toFixed(2)} ms`);
}

function withStore(work: (store: MeasurementStore, directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'measure-store-'));
  try {
    work(openEmbeddedStore(directory), directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Mulberry32: numbers in [0, 1) from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
