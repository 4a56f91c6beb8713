/** The measurement store as a plain list per point: slow, obvious, and what every real store must agree with. */
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import { FLAG, type Measurement, type Quality } from '#domain/measurement.ts';

const HOUR_MS = 3_600_000;
const RANK: Record<Quality, number> = { good: 0, uncertain: 1, bad: 2 };

export type Oracle = {
  write(rows: readonly Measurement[]): void;
  raw(point: number, from: number, to: number, limit: number): RawRow[];
  buckets(point: number, from: number, to: number, count: number): Bucket[];
  latest(point: number): RawRow | null;
};

export function newOracle(): Oracle {
  const points = new Map<number, Map<number, Measurement>>();
  const sorted = (point: number): Measurement[] =>
    [...(points.get(point)?.values() ?? [])].sort((a, b) => a.time - b.time);
  return {
    write(rows) {
      for (const row of rows) {
        const slots = points.get(row.pointIndex) ?? new Map<number, Measurement>();
        points.set(row.pointIndex, slots);
        put(slots, row);
      }
    },
    raw: (point, from, to, limit) =>
      sorted(point)
        .filter((row) => row.time >= from && row.time < to)
        .slice(0, limit)
        .map(asRaw),
    buckets(point, from, to, count) {
      const groups = new Map<number, Measurement[]>();
      for (const row of sorted(point).filter((one) => one.time >= from && one.time < to)) {
        const index = Math.floor(((row.time - from) * count) / (to - from));
        const group = groups.get(index);
        if (group) group.push(row);
        else groups.set(index, [row]);
      }
      return [...groups].map(([index, rows]) =>
        asBucket(from + Math.ceil((index * (to - from)) / count), rows),
      );
    },
    latest(point) {
      const newest = sorted(point).findLast((row) => (row.flags & FLAG.future) === 0);
      return newest ? asRaw(newest) : null;
    },
  };
}

/** Tries the row's own millisecond, then the later ones of its hour, then the earlier ones. */
function put(slots: Map<number, Measurement>, row: Measurement): void {
  const hourStart = Math.floor(row.time / HOUR_MS) * HOUR_MS;
  for (let at = row.time; ; ) {
    const there = slots.get(at);
    if (!there) {
      const moved = at === row.time ? 0 : FLAG.staggered;
      slots.set(at, { ...row, time: at, flags: row.flags | moved });
      return;
    }
    const same = Object.is(there.value, row.value);
    if (same && (at === row.time || there.flags & FLAG.staggered)) return;
    at = at >= row.time ? at + 1 : at - 1;
    if (at >= hourStart + HOUR_MS) at = row.time - 1;
    if (at < hourStart) throw new Error('hour is full');
  }
}

const asRaw = (row: Measurement): RawRow => ({
  time: row.time,
  deviceTime: row.deviceTime,
  receivedAt: row.receivedAt,
  value: Number.isNaN(row.value) ? null : row.value,
  quality: row.quality,
});

function asBucket(from: number, rows: readonly Measurement[]): Bucket {
  const values = rows
    .filter((row) => row.quality !== 'bad' && !Number.isNaN(row.value))
    .map((row) => row.value);
  const worst = rows.reduce<Quality>((a, row) => (RANK[row.quality] > RANK[a] ? row.quality : a), 'good');
  if (values.length === 0)
    return { from, min: null, max: null, mean: null, last: null, count: 0, quality: worst };
  return {
    from,
    min: Math.min(...values),
    max: Math.max(...values),
    mean: values.reduce((a, b) => a + b, 0) / values.length,
    last: values.at(-1) ?? null,
    count: values.length,
    quality: worst,
  };
}
