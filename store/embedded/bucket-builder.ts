/**
 * Rows to buckets: half-open, of equal widths from `from`; a bucket begins at the first whole millisecond of its width. Empty ones
 * are left out. One with bad rows only is there, with count 0, nulls and quality bad: the sensor spoke, and a
 * trend must not show that as silence.
 */
import type { Bucket } from '#domain/contract/history.ts';
import { BAD, QUALITIES } from '../measurement-columns.ts';
import type { ChunkSummary } from './chunk-codec.ts';
import { type RowColumns } from './row-columns.ts';

type Gathered = {
  readonly end: number;
  readonly start: number;
  notBad: number;
  worst: number;
  min: number;
  max: number;
  sum: number;
  last: number;
  lastAt: number;
};

export type BucketBuilder = {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly gathered: Map<number, Gathered>;
};

export const newBucketBuilder = (from: number, to: number, count: number): BucketBuilder => ({
  from,
  to,
  count,
  gathered: new Map(),
});

/** Adds rows [start, end), which go by time; what lies outside [from, to) is passed over. */
export function addRows(builder: BucketBuilder, rows: RowColumns, start: number, end: number): void {
  const { time } = rows;
  let i = start;
  while (i < end && (time[i] ?? 0) < builder.from) i++;
  while (i < end) {
    const at = time[i] ?? 0;
    if (at >= builder.to) return;
    const bucket = bucketAt(builder, at);
    let stop = i + 1;
    const limit = Math.min(bucket.end, builder.to);
    while (stop < end && (time[stop] ?? 0) < limit) stop++;
    addRun(bucket, rows, i, stop);
    i = stop;
  }
}

/** Adds a whole chunk by its summary; false when it does not lie in one bucket, and then nothing is added. */
export function addSummary(builder: BucketBuilder, summary: ChunkSummary): boolean {
  if (summary.firstTime < builder.from || summary.lastTime >= builder.to) return false;
  if (indexAt(builder, summary.firstTime) !== indexAt(builder, summary.lastTime)) return false;
  const bucket = bucketAt(builder, summary.firstTime);
  bucket.worst = Math.max(bucket.worst, summary.worstQuality);
  if (summary.notBad > 0)
    fold(bucket, summary.notBad, summary.min, summary.max, summary.sum, summary.last, summary.lastAt);
  return true;
}

/** Buckets with at least one row, by time. */
export function builtBuckets(builder: BucketBuilder): Bucket[] {
  return [...builder.gathered.values()].sort((a, b) => a.start - b.start).map(toBucket);
}

function addRun(bucket: Gathered, rows: RowColumns, start: number, end: number): void {
  const { value: values, quality: qualities } = rows;
  let notBad = 0;
  let worst = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let lastIndex = -1;
  for (let i = start; i < end; i++) {
    const quality = qualities[i] ?? BAD;
    const value = values[i] ?? NaN;
    if (quality > worst) worst = quality;
    if (quality === BAD || value !== value) continue;
    notBad++;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
    lastIndex = i;
  }
  if (worst > bucket.worst) bucket.worst = worst;
  if (notBad > 0) fold(bucket, notBad, min, max, sum, values[lastIndex] ?? NaN, rows.time[lastIndex] ?? 0);
}

function fold(
  bucket: Gathered,
  notBad: number,
  min: number,
  max: number,
  sum: number,
  last: number,
  lastAt: number,
): void {
  bucket.notBad += notBad;
  bucket.sum += sum;
  if (min < bucket.min) bucket.min = min;
  if (max > bucket.max) bucket.max = max;
  if (lastAt < bucket.lastAt) return;
  bucket.last = last;
  bucket.lastAt = lastAt;
}

function bucketAt(builder: BucketBuilder, time: number): Gathered {
  const index = indexAt(builder, time);
  let bucket = builder.gathered.get(index);
  if (!bucket) {
    bucket = {
      start: edgeOf(builder, index),
      end: edgeOf(builder, index + 1),
      notBad: 0,
      worst: 0,
      min: Infinity,
      max: -Infinity,
      sum: 0,
      last: NaN,
      lastAt: -Infinity,
    };
    builder.gathered.set(index, bucket);
  }
  return bucket;
}

const indexAt = ({ from, to, count }: BucketBuilder, time: number): number =>
  Math.floor(((time - from) * count) / (to - from));
const edgeOf = ({ from, to, count }: BucketBuilder, index: number): number =>
  from + Math.ceil((index * (to - from)) / count);

function toBucket(bucket: Gathered): Bucket {
  const { notBad } = bucket;
  const some = notBad > 0;
  return {
    from: bucket.start,
    min: some ? bucket.min : null,
    max: some ? bucket.max : null,
    mean: some ? bucket.sum / notBad : null,
    last: some ? bucket.last : null,
    count: notBad,
    quality: QUALITIES[bucket.worst] ?? 'bad',
  };
}
