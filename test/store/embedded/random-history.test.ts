/** The store against the oracle, through sealing, gathering, restarts with replay, and early sealing for want of room. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Bucket } from '#domain/contract/history.ts';
import { type EmbeddedStoreOptions, openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import type { MeasurementStore } from '#store/ports.ts';
import { newOracle, type Oracle } from '#test/contract/measurement-oracle.ts';
import { HISTORY_START, randomFrom, randomHistory } from './random-history.ts';

const HOUR = 3_600_000;
const POINTS = 6;
const directories: string[] = [];
const newDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  directories.push(directory);
  return directory;
};
afterEach(() => {
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true });
});

const rounded = (buckets: readonly Bucket[]) =>
  buckets.map((bucket) => ({
    ...bucket,
    mean: bucket.mean === null ? null : Number(bucket.mean.toPrecision(9)),
  }));

function expectSame(store: MeasurementStore, oracle: Oracle, random: () => number): void {
  for (let point = 0; point < POINTS; point++) {
    const all = store.raw(point, HISTORY_START - 100 * HOUR, HISTORY_START + 200 * HOUR, 1e9);
    expect(all).toEqual(oracle.raw(point, HISTORY_START - 100 * HOUR, HISTORY_START + 200 * HOUR, 1e9));
    expect(store.latest(point)).toEqual(oracle.latest(point));
    const from = HISTORY_START + Math.floor((random() - 0.5) * 80 * HOUR);
    const to = from + 1 + Math.floor(random() ** 3 * 150 * HOUR);
    expect(store.raw(point, from, to, 7)).toEqual(oracle.raw(point, from, to, 7));
    const count = 1 + Math.floor(random() * 40);
    expect(rounded(store.buckets(point, from, to, count))).toEqual(
      rounded(oracle.buckets(point, from, to, count)),
    );
  }
}

describe('embedded store on random histories', { timeout: 60_000 }, () => {
  const cases: [string, EmbeddedStoreOptions][] = [
    ['as it runs', {}],
    ['with hardly any room', { openRowsMax: 40, chunksPerSlice: 20 }],
    ['sealing in the smallest slices', { graceMs: 0, chunksPerSlice: 5 }],
  ];
  const rows = cases.flatMap(([name, options]) => [1, 2].map((seed) => [name, seed, options] as const));

  it.each(rows)('answers as the oracle does, %s (seed %i)', (_, seed, options) => {
    const directory = newDirectory();
    const random = randomFrom(seed + 100);
    const oracle = newOracle();
    let store = openEmbeddedStore(directory, options);
    const blocks = randomHistory(seed, 80, 15, POINTS, 40 * 60_000);
    blocks.forEach((block, k) => {
      const now = HISTORY_START + k * 40 * 60_000;
      store.write(columnsOf(block.rows), block.position);
      oracle.write(block.rows);
      for (let i = 0; i < Math.floor(random() * 3); i++) store.maintain(now + i * 1000);
      if (k % 30 === 20) expectSame(store, oracle, random);
      if (random() > 0.05) return;
      store.close();
      store = openEmbeddedStore(directory, options);
      const durable = store.durableThrough();
      for (const old of blocks.slice(0, k + 1))
        if (old.position > durable) store.write(columnsOf(old.rows), old.position);
      expectSame(store, oracle, random);
    });
    for (const block of blocks.slice(-50)) store.write(columnsOf(block.rows), block.position);
    expectSame(store, oracle, random);
    for (let i = 0; i < 2000 && store.openRows() > 0; i++) store.maintain(HISTORY_START + (200 + i) * HOUR);
    expect(store.openRows()).toBe(0);
    expectSame(store, oracle, random);
    for (let i = 0; i < 20; i++) store.maintain(HISTORY_START + (3000 + i * 3) * HOUR);
    expectSame(store, oracle, random);
    store.close();
    const last = openEmbeddedStore(directory, options);
    expectSame(last, oracle, random);
    last.close();
  });

  it.each([11, 12])('answers as the oracle does on an hour of many parts (seed %i)', (seed) => {
    const store = openEmbeddedStore(newDirectory(), { openRowsMax: 3000 });
    const random = randomFrom(seed);
    const oracle = newOracle();
    for (let k = 0; k < 12; k++) {
      const rows = Array.from({ length: 2500 }, (_, i) => ({
        pointIndex: Number(random() < 0.1),
        time: HISTORY_START + (random() < 0.9 ? k * 250_000 + i * 100 : Math.floor(random() * HOUR)),
        deviceTime: null,
        receivedAt: HISTORY_START + k,
        value: Math.floor(random() * 4),
        quality: 'good' as const,
        flags: 0,
      }));
      store.write(columnsOf(rows), k + 1);
      oracle.write(rows);
      store.maintain(HISTORY_START + k);
      if (k % 4 === 3) expectSame(store, oracle, random);
    }
    for (let i = 0; i < 60; i++) store.maintain(HISTORY_START + i * HOUR);
    expect(store.openRows()).toBe(0);
    expectSame(store, oracle, random);
    store.close();
  });

  it('reads and seals an hour of many more rows than one page of its buffer holds', () => {
    const random = randomFrom(11);
    const store = openEmbeddedStore(newDirectory());
    const oracle = newOracle();
    for (let k = 0; k < 10; k++) {
      const rows = Array.from({ length: 1000 }, (_, i) => ({
        pointIndex: Math.floor(random() * 3),
        time: HISTORY_START + k * 1000 + i,
        deviceTime: null,
        receivedAt: HISTORY_START + k * 1000 + i,
        value: i,
        quality: 'good' as const,
        flags: 0,
      }));
      store.write(columnsOf(rows), k + 1);
      oracle.write(rows);
    }
    expect(store.openRows()).toBe(10_000);
    expectSame(store, oracle, random);
    for (let i = 0; i < 20; i++) store.maintain(HISTORY_START + i * HOUR);
    expect(store.openRows()).toBe(0);
    expectSame(store, oracle, random);
    store.close();
  });

  it('keeps a device with a stuck clock: ten thousand values of one millisecond', () => {
    const store = openEmbeddedStore(newDirectory());
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      pointIndex: 0,
      time: HISTORY_START,
      deviceTime: HISTORY_START,
      receivedAt: HISTORY_START + i,
      value: i,
      quality: 'good' as const,
      flags: 0,
    }));
    store.write(columnsOf(rows), 1);
    for (let i = 0; i < 20; i++) store.maintain(HISTORY_START + i * HOUR);
    store.write(columnsOf(rows), 2);
    const found = store.raw(0, HISTORY_START, HISTORY_START + HOUR, 1e9);
    expect(found.map((row) => row.value)).toEqual(rows.map((row) => row.value));
    store.close();
  });
});
