/** What every measurement store must do, the embedded one today and InfluxDB later. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bucket } from '#domain/contract/history.ts';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { MeasurementStore } from '#store/ports.ts';

/** A store on data of its own; `restart` closes or kills it and opens it on the same data again. */
export type StoreUnderTest = {
  readonly store: MeasurementStore;
  restart(): MeasurementStore;
  dispose(): void;
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

const rowsEvery = (stepMs: number, count: number, value: (i: number) => number): Measurement[] =>
  Array.from({ length: count }, (_, i) => measurement({ time: START + i * stepMs, value: value(i) }));

const valuesOf = (store: MeasurementStore, from = START - 48 * HOUR, to = START + 72 * HOUR) =>
  store.raw(3, from, to, 1e9).map((row) => [row.time - START, row.value]);

export function measurementStoreContract(name: string, open: () => StoreUnderTest): void {
  describe(`measurement store: ${name}`, () => {
    let subject: StoreUnderTest;
    let store: MeasurementStore;
    beforeEach(() => {
      subject = open();
      store = subject.store;
    });
    afterEach(() => subject.dispose());

    it('gives back a row with its three times, before and after it is sealed', () => {
      const row = measurement({ time: START + 5, deviceTime: START - 8 * HOUR, quality: 'uncertain' });
      store.write([row], 1);
      const expected = [
        {
          time: START + 5,
          deviceTime: START - 8 * HOUR,
          receivedAt: START + 45,
          value: 18.3,
          quality: 'uncertain',
        },
      ];
      expect(store.raw(3, START, START + HOUR, 10)).toEqual(expected);
      maintainForDays(store, START);
      expect(store.openRows()).toBe(0);
      expect(store.raw(3, START, START + HOUR, 10)).toEqual(expected);
    });

    it('knows nothing of a point that never reported', () => {
      store.write([measurement({ time: START })], 1);
      expect(store.latest(4)).toBeNull();
      expect(store.raw(4, 0, START + HOUR, 10)).toEqual([]);
      expect(store.buckets(4, START, START + HOUR, 10)).toEqual([]);
    });

    it('counts the same value at the same time once, open or sealed', () => {
      const rows = rowsEvery(MINUTE, 5, (i) => i);
      store.write(rows, 1);
      store.write(rows, 1);
      expect(valuesOf(store)).toHaveLength(5);
      maintainForDays(store, START);
      store.write(rows, 2);
      expect(valuesOf(store)).toHaveLength(5);
      maintainForDays(store, START + 72 * HOUR);
      expect(valuesOf(store)).toHaveLength(5);
    });

    it('keeps both of two values of one millisecond, the later one at the next free one', () => {
      const at = (value: number) => measurement({ time: START, value });
      store.write([at(1), measurement({ time: START + 1, value: 9 }), at(2), at(3), at(2)], 1);
      const expected = [
        [0, 1],
        [1, 9],
        [2, 2],
        [3, 3],
      ];
      expect(valuesOf(store)).toEqual(expected);
      maintainForDays(store, START);
      store.write([at(3), at(1), at(2)], 2);
      expect(valuesOf(store)).toEqual(expected);
      expect(store.latest(3)?.time).toBe(START + 3);
    });

    it('puts late rows in their place, into open, sealed and long finished hours alike', () => {
      const rows = rowsEvery(10 * MINUTE, 100, (i) => i);
      const late = rows.filter((_, i) => i % 3 === 1);
      store.write(
        rows.filter((_, i) => i % 3 === 0),
        1,
      );
      maintainForDays(store, START);
      store.write(late, 2);
      maintainForDays(store, START + 72 * HOUR);
      store.write(
        rows.filter((_, i) => i % 3 === 2),
        3,
      );
      expect(valuesOf(store)).toEqual(rows.map((row) => [row.time - START, row.value]));
      maintainForDays(store, START + 144 * HOUR);
      expect(valuesOf(store)).toEqual(rows.map((row) => [row.time - START, row.value]));
    });

    it('answers at most as many rows as asked for, the oldest, in a half-open stretch', () => {
      store.write(
        rowsEvery(1000, 10, (i) => i),
        1,
      );
      expect(store.raw(3, START + 2000, START + 5000, 9).map((row) => row.value)).toEqual([2, 3, 4]);
      expect(store.raw(3, START, START + HOUR, 2).map((row) => row.value)).toEqual([0, 1]);
      expect(store.raw(3, START, START, 2)).toEqual([]);
    });

    it('sums up buckets of equal widths and leaves empty ones out', () => {
      const rows = [0, 1, 2, 61, 62, 250].map((minute) =>
        measurement({ time: START + minute * MINUTE, value: minute / 10 }),
      );
      store.write(rows, 1);
      const expected: Bucket[] = [
        { from: START, min: 0, max: 0.2, mean: 0.1, last: 0.2, count: 3, quality: 'good' },
        { from: START + HOUR, min: 6.1, max: 6.2, mean: 6.15, last: 6.2, count: 2, quality: 'good' },
        { from: START + 4 * HOUR, min: 25, max: 25, mean: 25, last: 25, count: 1, quality: 'good' },
      ];
      const check = () => {
        const buckets = store.buckets(3, START, START + 5 * HOUR, 5);
        expect(buckets.map((b) => ({ ...b, mean: Math.round((b.mean ?? NaN) * 1e6) / 1e6 }))).toEqual(
          expected,
        );
      };
      check();
      maintainForDays(store, START);
      check();
    });

    it('keeps bad values but never counts them; a bucket of bad rows only says so', () => {
      store.write(
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
      expect(store.buckets(3, START, START + 3 * HOUR, 3)).toEqual(expected);
      maintainForDays(store, START);
      expect(store.buckets(3, START, START + 3 * HOUR, 3)).toEqual(expected);
      expect(store.raw(3, START, START + 1, 1)[0]).toMatchObject({ value: null, quality: 'bad' });
      expect(store.latest(3)).toMatchObject({ time: START + HOUR, quality: 'bad' });
    });

    it('keeps a row of the future under its own stamp, never as the latest', () => {
      store.write([measurement({ time: START })], 1);
      const ahead = {
        time: START + 20 * HOUR,
        receivedAt: START + 1,
        quality: 'uncertain',
        flags: FLAG.future,
      };
      store.write([measurement({ ...ahead, quality: 'uncertain' })], 2);
      expect(store.latest(3)?.time).toBe(START);
      maintainForDays(store, START);
      expect(store.latest(3)?.time).toBe(START);
      expect(subject.restart().latest(3)?.time).toBe(START);
      expect(valuesOf(subject.store)).toHaveLength(2);
    });

    it('takes the newest by time as the latest, whatever order rows come in', () => {
      store.write(
        [2, 5, 3].map((minute) => measurement({ time: START + minute * MINUTE, value: minute })),
        1,
      );
      expect(store.latest(3)?.value).toBe(5);
      maintainForDays(store, START);
      store.write([measurement({ time: START + 4 * MINUTE, value: 4 })], 2);
      expect(store.latest(3)?.value).toBe(5);
      expect(subject.restart().latest(3)?.value).toBe(5);
    });

    it('says durable only of positions whose rows survive a restart without the record log', () => {
      store.write(rowsEvery(MINUTE, 90, (i) => i).slice(0, 60), 10);
      expect(store.durableThrough()).toBeLessThan(10);
      store.write(rowsEvery(MINUTE, 90, (i) => i).slice(60), 20);
      maintainForDays(store, START);
      expect(store.durableThrough()).toBe(20);
      store = subject.restart();
      expect(store.durableThrough()).toBe(20);
      expect(valuesOf(store)).toHaveLength(90);
    });

    it('comes back whole from a restart in the middle of an hour, given the record log again', () => {
      const blocks = [0, 1, 2].map((k) =>
        rowsEvery(1000, 3000, (i) => i % 7).slice(k * 1000, k * 1000 + 1000),
      );
      blocks.forEach((rows, k) => store.write(rows, k + 1));
      const before = valuesOf(store);
      store = subject.restart();
      const after = store.durableThrough();
      blocks.forEach((rows, k) => k + 1 > after && store.write(rows, k + 1));
      expect(valuesOf(store)).toEqual(before);
      expect(store.latest(3)?.time).toBe(START + 2_999_000);
    });
  });
}
