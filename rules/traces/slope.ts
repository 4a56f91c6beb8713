/**
 * The slope of a point's last samples. Theil-Sen (the median slope of all pairs) stands a spike in three of ten samples;
 * the simple difference sees every jump. Samples are thinned so that `samples` of them span the window.
 */
import { digits12 } from '../limit-value.ts';

/** Fewer say nothing about a direction. */
export const THEIL_SEN_LEAST = 4;
export const SLOPE_SAMPLES_MAX = 64;
/** Neighbours nearer than this share of their due distance are thinned; jitter of a report interval is not. */
const THIN_SHARE = 0.75;

export type SlopeTerms = {
  readonly by: 'theil-sen' | 'difference';
  readonly samples: number;
  readonly windowMs: number;
};

/** Effective times (ms) and values, oldest first; at most `samples`. `doubtAt` = of the newest value in doubt. */
export type SlopeRing = { readonly times: number[]; readonly values: number[]; doubtAt: number };

export const freshRing = (): SlopeRing => ({ times: [], values: [], doubtAt: -Infinity });

/** Whether only trusted values made the slope; one in doubt may raise, and ends nothing while it is in the window. */
export const provesSlope = ({ times, doubtAt }: SlopeRing): boolean => (times[0] ?? -Infinity) > doubtAt;

/** Takes in a sample not older than the newest. */
export function takeSample(
  ring: SlopeRing,
  terms: SlopeTerms,
  { time, value }: { readonly time: number; readonly value: number },
  trusted: boolean,
): void {
  const { times, values } = ring;
  if (!trusted) ring.doubtAt = time;
  const step = (terms.windowMs / (terms.samples - 1)) * THIN_SHARE;
  const last = times.length - 1;
  const provisional = last >= 1 && (times[last] ?? 0) - (times[last - 1] ?? 0) < step;
  if (provisional || times[last] === time) {
    times.pop();
    values.pop();
  }
  times.push(time);
  values.push(value);
  while (times.length > terms.samples || (times[0] ?? time) < time - terms.windowMs) {
    times.shift();
    values.shift();
  }
}

/** Change per ms; NaN while the samples span less than half the window, or are too few. */
export function slopeOf({ times, values }: SlopeRing, { by, windowMs }: SlopeTerms): number {
  const count = times.length;
  const spanMs = (times[count - 1] ?? 0) - (times[0] ?? 0);
  if (count < (by === 'difference' ? 2 : THEIL_SEN_LEAST) || spanMs < windowMs / 2) return NaN;
  if (by === 'theil-sen') return theilSen(times, values);
  return ((values[count - 1] ?? NaN) - (values[0] ?? NaN)) / spanMs;
}

/** Median of the slopes of all pairs of different times; NaN when there is none. */
export function theilSen(times: readonly number[], values: readonly number[]): number {
  const slopes: number[] = [];
  for (let a = 0; a < times.length; a += 1)
    for (let b = a + 1; b < times.length; b += 1) {
      const apart = (times[b] ?? 0) - (times[a] ?? 0);
      if (apart > 0) slopes.push(((values[b] ?? 0) - (values[a] ?? 0)) / apart);
    }
  return medianOf(slopes);
}

/** The middle of `values`, which it sorts; the mean of the two middle ones; NaN for none. */
export function medianOf(values: number[]): number {
  values.sort((a, b) => a - b);
  const middle = values.length >> 1;
  const upper = values[middle] ?? NaN;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? NaN)) / 2;
}

/** Minutes until `target` at `slope` per ms: 0 when it is reached, Infinity when it is never, NaN without a slope. */
export function minutesTo(target: number, side: 'high' | 'low', value: number, slope: number): number {
  if (Number.isNaN(slope)) return NaN;
  if (side === 'high' ? value >= target : value <= target) return 0;
  if (side === 'high' ? slope <= 0 : slope >= 0) return Infinity;
  return digits12((target - value) / slope / 60_000);
}
