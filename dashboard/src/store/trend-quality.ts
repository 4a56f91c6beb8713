/** Where a curve is not to be trusted. */
import type { Bucket } from '#domain/contract/history.ts';

/** Stretches of bad buckets, seconds; `widthMs` = how long a bucket lasts, the gap to the next one when 0. */
export function badStretches(buckets: readonly Bucket[], widthMs: number): [number, number][] {
  const stretches: [number, number][] = [];
  for (const [i, bucket] of buckets.entries()) {
    if (bucket.quality !== 'bad') continue;
    const next = buckets[i + 1]?.from ?? bucket.from;
    const end = (widthMs > 0 ? bucket.from + widthMs : next) / 1000;
    const last = stretches.at(-1);
    if (last !== undefined && last[1] >= bucket.from / 1000) last[1] = end;
    else stretches.push([bucket.from / 1000, end]);
  }
  return stretches;
}

/** Seconds of the uncertain ones. */
export const uncertainSeconds = (buckets: readonly Bucket[]): number[] =>
  buckets
    .filter(({ quality, mean }) => quality === 'uncertain' && mean !== null)
    .map(({ from }) => from / 1000);

/** The bucket at a time: the last that began by then, unless it is over. Null in a gap. */
export function bucketAt(buckets: readonly Bucket[], atMs: number, reachMs: number): Bucket | null {
  let [low, high] = [0, buckets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((buckets[middle]?.from ?? Infinity) <= atMs) low = middle + 1;
    else high = middle;
  }
  const found = buckets[low - 1];
  return found !== undefined && atMs - found.from <= reachMs ? found : null;
}
