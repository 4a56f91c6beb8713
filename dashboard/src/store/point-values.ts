/** Live values by permanent point number, filled from binary batches. */
import { decodePoints } from '#domain/contract/points-batch.ts';
import type { Quality } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';

const QUALITIES: readonly Quality[] = ['good', 'uncertain', 'bad'];
/** A number beyond it is a damaged frame, not a point: the arrays must not be grown to it. */
const INDEX_MAX = 5_000_000;

export type PointValues = {
  numbers: Readonly<Record<string, number>>;
  values: Float32Array;
  qualities: Uint8Array;
  /** Server time of the batch that brought the value; 0 = none yet. */
  times: Float64Array;
};

export type LiveValue = { readonly value: number | null; readonly quality: Quality; readonly at: Timestamp };

export const createPointValues = (): PointValues => ({
  numbers: {},
  values: new Float32Array(1024),
  qualities: new Uint8Array(1024),
  times: new Float64Array(1024),
});

/** Takes one batch and returns the server's time of it. Throws a RangeError when the frame is cut short. */
export function applyPoints(points: PointValues, batch: ArrayBuffer): Timestamp {
  const { serverTime, changes } = decodePoints(batch);
  for (const change of changes) {
    if (change.index > INDEX_MAX) throw new RangeError('points frame names an impossible point');
    if (change.index >= points.values.length) grow(points, change.index + 1);
    points.values[change.index] = change.value;
    points.qualities[change.index] = change.quality;
    points.times[change.index] = serverTime;
  }
  return serverTime;
}

/** The live value of a point, or null when none has come. `number`: of a point registered after the snapshot. */
export function liveValue(points: PointValues, point: string, number?: number): LiveValue | null {
  const index = points.numbers[point] ?? number;
  if (index === undefined) return null;
  const at = points.times[index] ?? 0;
  if (at === 0) return null;
  const value = points.values[index] ?? Number.NaN;
  return {
    value: Number.isNaN(value) ? null : value,
    quality: QUALITIES[points.qualities[index] ?? 2] ?? 'bad',
    at,
  };
}

function grow(points: PointValues, size: number): void {
  const length = Math.max(size, points.values.length * 2);
  const values = new Float32Array(length);
  const qualities = new Uint8Array(length);
  const times = new Float64Array(length);
  values.set(points.values);
  qualities.set(points.qualities);
  times.set(points.times);
  Object.assign(points, { values, qualities, times });
}
