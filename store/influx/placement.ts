/**
 * Two values of one point that want the same millisecond: the embedded store has decided which of them moved where
 * (embedded/row-merge.ts), and InfluxDB, which would overwrite one by the other, takes over what it decided.
 */
import type { Measurement } from '#domain/measurement.ts';
import { FLAG } from '#domain/measurement.ts';
import { maySharePlace } from './line.ts';

/** The embedded store read by whole hours, from another thread (embedded/hour-source.ts). */
export interface StoredHours {
  hours(): Promise<number[]>;
  points(hour: number): Promise<number[]>;
  rows(
    hour: number,
    points: readonly number[],
    rowsMax: number,
  ): Promise<{ readonly points: number; readonly rows: readonly Measurement[] }>;
  counts(hour: number, to: number, points: readonly number[]): Promise<number[]>;
}

export const HOUR_MS = 3_600_000;
export const hourOf = (time: number): number => Math.floor(time / HOUR_MS);

/** Remembers the newest time of each point sent since the start: what comes after it has its millisecond to itself. */
export class Placement {
  readonly #stored: StoredHours;
  readonly #newest: number[] = [];

  constructor(stored: StoredHours) {
    this.#stored = stored;
  }

  /** The rows as they are to be sent, in order. Rejects when the store does not answer. */
  async placed(rows: readonly Measurement[]): Promise<Measurement[]> {
    const doubtful = new Map<number, Set<number>>();
    const asked = rows.map((row) => this.#isDoubtful(row));
    for (const [index, row] of rows.entries()) {
      if (asked[index] !== true) continue;
      const hour = hourOf(row.time);
      const points = doubtful.get(hour) ?? new Set();
      doubtful.set(hour, points.add(row.pointIndex));
    }
    if (doubtful.size === 0) return [...rows];
    const there = new Map<string, Measurement[]>();
    for (const [hour, points] of doubtful) {
      for await (const row of storedRows(this.#stored, hour, [...points])) {
        const key = `${hour} ${row.pointIndex}`;
        const list = there.get(key);
        if (list === undefined) there.set(key, [row]);
        else list.push(row);
      }
    }
    return rows.map((row, index) =>
      asked[index] === true ? placeOf(row, there.get(`${hourOf(row.time)} ${row.pointIndex}`) ?? []) : row,
    );
  }

  #isDoubtful({ pointIndex, time, flags }: Measurement): boolean {
    const newest = this.#newest[pointIndex] ?? -Infinity;
    if (time > newest) this.#newest[pointIndex] = time;
    return time <= newest || maySharePlace(flags);
  }
}

/** All rows of these points in the hour, a slice of the store's work at a time. */
export async function* storedRows(
  stored: StoredHours,
  hour: number,
  points: readonly number[],
  rowsMax = Infinity,
): AsyncGenerator<Measurement> {
  for (let left = points; left.length > 0; ) {
    const slice = await stored.rows(hour, left, rowsMax);
    yield* slice.rows;
    left = left.slice(Math.max(1, slice.points));
  }
}

/** The stored row that this one became; itself when the store does not have it (any more). */
function placeOf(row: Measurement, stored: readonly Measurement[]): Measurement {
  const same = stored.filter(({ value }) => Object.is(value, row.value + 0));
  const own = same.find(({ time }) => time === row.time);
  if (own !== undefined) return own;
  const moved = same.filter(({ flags }) => (flags & FLAG.staggered) !== 0);
  return moved.find(({ time }) => time > row.time) ?? moved.findLast(({ time }) => time < row.time) ?? row;
}
