/** History across the border of what the embedded store keeps. */
import { describe, expect, it } from 'vitest';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { HistoryPort } from '#server/ports.ts';
import { oldestKept, withOlder } from '../../platform/older-history.ts';

const BORDER = 1_000;
const row = (time: number): RawRow => ({
  time,
  deviceTime: null,
  receivedAt: time,
  value: time,
  quality: 'good',
});
const bucket = (from: number, count: number): Bucket => ({
  ...{ from, min: 1, max: 1, mean: 1, last: 1, count, quality: 'good' },
});

/** A store with a row at each of the times, and a note of what it was asked. */
function storeWith(times: readonly number[]): HistoryPort & { readonly asked: number[][] } {
  const asked: number[][] = [];
  return {
    asked,
    async raw(_, from, to, limit) {
      asked.push([from, to, limit]);
      return times
        .filter((time) => time >= from && time < to)
        .slice(0, limit)
        .map(row);
    },
    async buckets(_, from, to, count) {
      asked.push([from, to, count]);
      const width = (to - from) / count;
      return Array.from({ length: count }, (_unused, index) => from + index * width).flatMap((start) => {
        const inside = times.filter((time) => time >= start && time < start + width);
        return inside.length === 0 ? [] : bucket(start, inside.length);
      });
    },
  };
}

function twoStores() {
  const own = storeWith([1_000, 1_100, 1_200]);
  const older = storeWith([800, 900, 1_000, 1_100]);
  return {
    own,
    older,
    both: withOlder(
      own,
      () => older,
      () => BORDER,
    ),
  };
}
const times = (rows: readonly RawRow[]): number[] => rows.map(({ time }) => time);

describe('history older than the embedded store keeps', () => {
  it('is read from InfluxDB, the rest from the embedded store, no row twice', async () => {
    const { both } = twoStores();
    expect(times(await both.raw(1, 0, 2_000, 10))).toEqual([800, 900, 1_000, 1_100, 1_200]);
    expect(times(await both.raw(1, 0, 2_000, 3))).toEqual([800, 900, 1_000]);
  });

  it('does not touch InfluxDB for what the embedded store has', async () => {
    const { both, older } = twoStores();
    await both.raw(1, BORDER, 2_000, 10);
    await both.buckets(1, BORDER, 2_000, 10);
    expect(older.asked).toEqual([]);
  });

  it('puts buckets of both together; one across the border is InfluxDB’s', async () => {
    const { both } = twoStores();
    const buckets = await both.buckets(1, 750, 1_350, 4);
    expect(buckets.map(({ from, count }) => [from, count])).toEqual([
      [750, 1],
      [900, 2],
      [1_050, 1],
      [1_200, 1],
    ]);
  });

  it('says so when InfluxDB does not answer, and never shows a gap instead', async () => {
    const silent = withOlder(
      storeWith([1_000]),
      () => null,
      () => BORDER,
    );
    await expect(silent.raw(1, 0, 2_000, 10)).rejects.toMatchObject({ code: 'history-unavailable' });
    expect(times(await silent.raw(1, BORDER, 2_000, 10))).toEqual([1_000]);
  });

  it('begins with the month that retention still keeps whole', () => {
    const now = Date.UTC(2026, 5, 15, 12);
    expect(oldestKept(now, 30 * 86_400_000)).toBe(Date.UTC(2026, 4, 1));
  });
});
