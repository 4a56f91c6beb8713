/** A page of what ingest remembers of points, as a snapshot holds it: one list a field, and the samples end to end. */
import type { Measurement } from '#domain/measurement.ts';
import type { PointIngest } from './ingest-state.ts';

type PackedPoints = {
  readonly seen: readonly number[][];
  readonly next: readonly number[];
  readonly newestDeviceTime: readonly number[];
  readonly newestTime: readonly number[];
  readonly crowdedAt: readonly number[];
  readonly freeAfter: readonly number[];
  readonly newest: readonly (Measurement | null)[];
};

/** Shares objects with `points`: serialise it before they change. */
export function packPoints(points: readonly PointIngest[]): [PackedPoints] {
  const samples = points.map((point) => point.samples);
  return [
    {
      seen: samples.map(({ seen }) => seen),
      next: samples.map(({ next }) => next),
      newestDeviceTime: samples.map(({ newestDeviceTime }) => newestDeviceTime),
      newestTime: samples.map(({ newestTime }) => newestTime),
      crowdedAt: samples.map(({ crowdedAt }) => crowdedAt),
      freeAfter: samples.map(({ freeAfter }) => freeAfter),
      newest: points.map(({ newest }) => newest),
    },
  ];
}

/** The points of a page that `packPoints` made; layout 7 held them as they are. */
export function unpackPoints(page: readonly unknown[]): PointIngest[] {
  const [packed] = page as readonly (PackedPoints | PointIngest)[];
  if (packed === undefined || 'samples' in packed) return page as PointIngest[];
  const { seen, next, newestDeviceTime, newestTime, crowdedAt, freeAfter, newest } = packed;
  return seen.map((samples, at) => ({
    samples: {
      seen: samples,
      next: next[at] ?? 0,
      newestDeviceTime: newestDeviceTime[at] ?? NaN,
      newestTime: newestTime[at] ?? NaN,
      crowdedAt: crowdedAt[at] ?? NaN,
      freeAfter: freeAfter[at] ?? NaN,
    },
    newest: measured(newest[at] ?? null),
  }));
}

/** With its fields where every other measurement has them: the fold reads it with each sample. */
const measured = (m: Measurement | null): Measurement | null =>
  m && {
    pointIndex: m.pointIndex,
    time: m.time,
    deviceTime: m.deviceTime,
    receivedAt: m.receivedAt,
    value: m.value,
    quality: m.quality,
    flags: m.flags,
  };
