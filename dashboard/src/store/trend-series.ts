/** Stored buckets as columns to draw. A gap stays a gap: two values are joined only when nothing is missing between. */
import type { Bucket } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';

export type TrendSeries = {
  /** Seconds since the epoch, ascending (the chart's unit). */
  readonly seconds: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
};

export type TrendSummary = {
  readonly min: number;
  readonly minAt: Timestamp;
  readonly max: number;
  readonly maxAt: Timestamp;
  readonly last: number;
  readonly lastAt: Timestamp;
};

/** `gapMs`: longest distance between two buckets that still belong together (three report intervals, at least two buckets). */
export function trendSeries(buckets: readonly Bucket[], gapMs: number): TrendSeries {
  const seconds: number[] = [];
  const mean: (number | null)[] = [];
  const min: (number | null)[] = [];
  const max: (number | null)[] = [];
  const put = (at: Timestamp, bucket: Bucket | null) => {
    seconds.push(at / 1000);
    mean.push(bucket?.mean ?? null);
    min.push(bucket?.min ?? null);
    max.push(bucket?.max ?? null);
  };
  let before: Timestamp | null = null;
  for (const bucket of buckets) {
    if (before !== null && bucket.from - before > gapMs) put((before + bucket.from) / 2, null);
    put(bucket.from, bucket);
    before = bucket.from;
  }
  return { seconds, mean, min, max };
}

/** Lowest, highest and last of the window, in words for those who do not see the curve; null without any value. */
export function trendSummary(buckets: readonly Bucket[]): TrendSummary | null {
  let summary: TrendSummary | null = null;
  for (const { from, min, max, last } of buckets) {
    if (min === null || max === null || last === null) continue;
    if (summary === null) {
      summary = { min, minAt: from, max, maxAt: from, last, lastAt: from };
      continue;
    }
    summary = {
      ...(min < summary.min ? { min, minAt: from } : { min: summary.min, minAt: summary.minAt }),
      ...(max > summary.max ? { max, maxAt: from } : { max: summary.max, maxAt: summary.maxAt }),
      last,
      lastAt: from,
    };
  }
  return summary;
}

export function gapMs(bucketMs: number, reportIntervalMs: number | null): number {
  return Math.max(bucketMs * 2, (reportIntervalMs ?? 60_000) * 3);
}
