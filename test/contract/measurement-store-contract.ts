/**
 * What every measurement store must do: the embedded one, which answers at once, and InfluxDB as our forwarder feeds it,
 * which answers in its own time. `await` serves both.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { MeasurementStore } from '#store/ports.ts';

type Awaitable<T> = T | Promise<T>;
/** `MeasurementStore`, at once or later. */
export type StoreInTime = {
  write(rows: readonly Measurement[], throughPosition: number): Awaitable<void>;
  raw(pointIndex: number, from: number, to: number, limit: number): Awaitable<RawRow[]>;
  buckets(pointIndex: number, from: number, to: number, count: number): Awaitable<Bucket[]>;
  latest(pointIndex: number): Awaitable<RawRow | null>;
  durableThrough(): Awaitable<number>;
  maintain(now: number): Awaitable<void>;
  /** Rows that are not yet where they will stay. */
  openRows(): Awaitable<number>;
};

/** A store on data of its own; `restart` closes or kills it and opens it on the same data again. */
export type StoreUnderTest = {
  readonly store: StoreInTime;
  restart(): Awaitable<StoreInTime>;
  dispose(): Awaitable<void>;
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** 2025-11-22 08:00 UTC. */
export const START = Date.UTC(2025, 10, 22, 8);

/** A good row of point 3 that arrived 40 ms after its time. */
export const measurement = (change: Partial<Measurement> & { readonly time: number }): Measurement => ({
  pointIndex: 3,
  deviceTime: change.time,
  receivedAt: change.time + 40,
  value: 18.3,
  quality: 'good',
  flags: 0,
  ...change,
});

/** Seals whatever is due and more: two days of maintenance, every ten minutes. */
export function maintainForDays(store: MeasurementStore, from: number, days = 2): void {
  for (let now = from; now <= from + days * 24 * HOUR; now += 10 * MINUTE) store.maintain(now);
}

async function maintained(store: StoreInTime, from: number): Promise<void> {
  for (let now = from; now <= from + 48 * HOUR; now += 10 * MINUTE) await store.maintain(now);
}

const rowsEvery = (stepMs: number, count: number, value: (i: number) => number): Measurement[] =>
  Array.from({ length: count }, (_, i) => measurement({ time: START + i * stepMs, value: value(i) }));

const valuesOf = async (store: StoreInTime, from = START - 48 * HOUR, to = START + 72 * HOUR) =>
  (await store.raw(3, from, to, 1e9)).map((row) => [row.time - START, row.value]);

export function measurementStoreContract(name: string, open: () => Awaitable<StoreUnderTest>): void {
  describe(`measurement store: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: StoreInTime;
    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.dispose());

    it('gives back a row with its three times, before and after it is sealed', async () => {
      const row = measurement({ time: START + 5, deviceTime: START - 8 * HOUR, quality: 'uncertain' });
      await store.write([row], 1);
      const expected = [
        {
          time: START + 5,
          deviceTime: START - 8 * HOUR,
          receivedAt: START + 45,
          value: 18.3,
          quality: 'uncertain',
        },
      ];
      expect(await store.raw(3, START, START + HOUR, 10)).toEqual(expected);
      await maintained(store, START);
      expect(await store.openRows()).toBe(0);
      expect(await store.raw(3, START, START + HOUR, 10)).toEqual(expected);
    });

    it('knows nothing of a point that never reported', async () => {
      await store.write([measurement({ time: START })], 1);
      expect(await store.latest(4)).toBeNull();
      expect(await store.raw(4, 0, START + HOUR, 10)).toEqual([]);
      expect(await store.buckets(4, START, START + HOUR, 10)).toEqual([]);
    });

    it('counts the same value at the same time once, open or sealed', async () => {
      const rows = rowsEvery(MINUTE, 5, (i) => i);
      await store.write(rows, 1);
      await store.write(rows, 1);
      expect(await valuesOf(store)).toHaveLength(5);
      await maintained(store, START);
      await store.write(rows, 2);
      expect(await valuesOf(store)).toHaveLength(5);
      await maintained(store, START + 72 * HOUR);
      expect(await valuesOf(store)).toHaveLength(5);
    });

    it('keeps both of two values of one millisecond, the later one at the next free one', async () => {
      const at = (value: number) => measurement({ time: START, value });
      await store.write([at(1), measurement({ time: START + 1, value: 9 }), at(2), at(3), at(2)], 1);
      const expected = [
        [0, 1],
        [1, 9],
        [2, 2],
        [3, 3],
      ];
      expect(await valuesOf(store)).toEqual(expected);
      await maintained(store, START);
      await store.write([at(3), at(1), at(2)], 2);
      expect(await valuesOf(store)).toEqual(expected);
      expect((await store.latest(3))?.time).toBe(START + 3);
    });

    it('puts late rows in their place, into open, sealed and long finished hours alike', async () => {
      const rows = rowsEvery(10 * MINUTE, 100, (i) => i);
      const late = rows.filter((_, i) => i % 3 === 1);
      await store.write(
        rows.filter((_, i) => i % 3 === 0),
        1,
      );
      await maintained(store, START);
      await store.write(late, 2);
      await maintained(store, START + 72 * HOUR);
      await store.write(
        rows.filter((_, i) => i % 3 === 2),
        3,
      );
      expect(await valuesOf(store)).toEqual(rows.map((row) => [row.time - START, row.value]));
      await maintained(store, START + 144 * HOUR);
      expect(await valuesOf(store)).toEqual(rows.map((row) => [row.time - START, row.value]));
    });

    it('answers at most as many rows as asked for, the oldest, in a half-open stretch', async () => {
      await store.write(
        rowsEvery(1000, 10, (i) => i),
        1,
      );
      expect((await store.raw(3, START + 2000, START + 5000, 9)).map((row) => row.value)).toEqual([2, 3, 4]);
      expect((await store.raw(3, START, START + HOUR, 2)).map((row) => row.value)).toEqual([0, 1]);
      expect(await store.raw(3, START, START, 2)).toEqual([]);
    });

    it('sums up buckets of equal widths and leaves empty ones out', async () => {
      const rows = [0, 1, 2, 61, 62, 250].map((minute) =>
        measurement({ time: START + minute * MINUTE, value: minute / 10 }),
      );
      await store.write(rows, 1);
      const expected: Bucket[] = [
        { from: START, min: 0, max: 0.2, mean: 0.1, last: 0.2, count: 3, quality: 'good' },
        { from: START + HOUR, min: 6.1, max: 6.2, mean: 6.15, last: 6.2, count: 2, quality: 'good' },
        { from: START + 4 * HOUR, min: 25, max: 25, mean: 25, last: 25, count: 1, quality: 'good' },
      ];
      const check = async () => {
        const buckets = await store.buckets(3, START, START + 5 * HOUR, 5);
        expect(buckets.map((b) => ({ ...b, mean: Math.round((b.mean ?? NaN) * 1e6) / 1e6 }))).toEqual(
          expected,
        );
      };
      await check();
      await maintained(store, START);
      await check();
    });

    it('keeps bad values but never counts them; a bucket of bad rows only says so', async () => {
      await store.write(
        [
          measurement({ time: START, value: NaN, quality: 'bad', flags: FLAG.sensorBad }),
          measurement({ time: START + 1, value: 5, quality: 'uncertain' }),
          measurement({ time: START + HOUR, value: 1e300, quality: 'bad', flags: FLAG.absurd }),
        ],
        1,
      );
      const none = { min: null, max: null, mean: null, last: null, count: 0, quality: 'bad' };
      const expected = [
        { from: START, min: 5, max: 5, mean: 5, last: 5, count: 1, quality: 'bad' },
        { from: START + HOUR, ...none },
      ];
      expect(await store.buckets(3, START, START + 3 * HOUR, 3)).toEqual(expected);
      await maintained(store, START);
      expect(await store.buckets(3, START, START + 3 * HOUR, 3)).toEqual(expected);
      expect((await store.raw(3, START, START + 1, 1))[0]).toMatchObject({ value: null, quality: 'bad' });
      expect(await store.latest(3)).toMatchObject({ time: START + HOUR, quality: 'bad' });
    });

    it('keeps a row of the future under its own stamp, never as the latest', async () => {
      await store.write([measurement({ time: START })], 1);
      const ahead = {
        time: START + 20 * HOUR,
        receivedAt: START + 1,
        quality: 'uncertain',
        flags: FLAG.future,
      };
      await store.write([measurement({ ...ahead, quality: 'uncertain' })], 2);
      expect((await store.latest(3))?.time).toBe(START);
      await maintained(store, START);
      expect((await store.latest(3))?.time).toBe(START);
      expect((await (await subject.restart()).latest(3))?.time).toBe(START);
      expect(await valuesOf(subject.store)).toHaveLength(2);
    });

    it('takes the newest by time as the latest, whatever order rows come in', async () => {
      await store.write(
        [2, 5, 3].map((minute) => measurement({ time: START + minute * MINUTE, value: minute })),
        1,
      );
      expect((await store.latest(3))?.value).toBe(5);
      await maintained(store, START);
      await store.write([measurement({ time: START + 4 * MINUTE, value: 4 })], 2);
      expect((await store.latest(3))?.value).toBe(5);
      expect((await (await subject.restart()).latest(3))?.value).toBe(5);
    });

    it('says durable only of positions whose rows survive a restart without the record log', async () => {
      await store.write(rowsEvery(MINUTE, 90, (i) => i).slice(0, 60), 10);
      expect(await store.durableThrough()).toBeLessThan(10);
      await store.write(rowsEvery(MINUTE, 90, (i) => i).slice(60), 20);
      await maintained(store, START);
      expect(await store.durableThrough()).toBe(20);
      store = await subject.restart();
      expect(await store.durableThrough()).toBe(20);
      expect(await valuesOf(store)).toHaveLength(90);
    });

    it('comes back whole from a restart in the middle of an hour, given the record log again', async () => {
      const blocks = [0, 1, 2].map((k) =>
        rowsEvery(1000, 3000, (i) => i % 7).slice(k * 1000, k * 1000 + 1000),
      );
      for (const [k, rows] of blocks.entries()) await store.write(rows, k + 1);
      const before = await valuesOf(store);
      store = await subject.restart();
      const after = await store.durableThrough();
      for (const [k, rows] of blocks.entries()) if (k + 1 > after) await store.write(rows, k + 1);
      expect(await valuesOf(store)).toEqual(before);
      expect((await store.latest(3))?.time).toBe(START + 2_999_000);
    });
  });
}
