/**
 * Debounce by samples (防抖, in JetLinks's words): a level is reached when `count` samples reached its limit within `windowMs`
 * of effective time, in a row (连续) or in all (累计); the alarm then shows the first or the last of them.
 */
import type { Timestamp } from '#domain/time.ts';

export type Debounce = {
  readonly windowMs: number;
  readonly count: number;
  readonly counting: 'continuous' | 'total';
  readonly tells: 'first' | 'last';
};

/** Samples counted so far, oldest first; fewer than `count`. */
export type Tally = { readonly times: Timestamp[]; readonly values: number[] };

type Counted = {
  readonly debounce: Debounce | null;
  readonly active: boolean;
  tally: Tally | null;
  seen: number;
};

/** Counts one sample; true when with it the level is reached. `level.seen` becomes what the alarm shows. */
export function countReached(
  level: Counted,
  reached: boolean,
  trusted: boolean,
  time: Timestamp,
  value: number,
): boolean {
  const { debounce } = level;
  if (debounce === null || level.active) return reached;
  if (!reached) {
    if (trusted && debounce.counting === 'continuous') level.tally = null;
    return false;
  }
  const tally = (level.tally ??= { times: [], values: [] });
  tally.times.push(time);
  tally.values.push(value);
  const oldest = Math.max(...tally.times) - debounce.windowMs;
  for (let at = tally.times.length - 1; at >= 0; at -= 1)
    if ((tally.times[at] ?? 0) < oldest) {
      tally.times.splice(at, 1);
      tally.values.splice(at, 1);
    }
  if (tally.times.length < debounce.count) return false;
  level.seen = debounce.tells === 'first' ? (tally.values[0] ?? value) : value;
  level.tally = null;
  return true;
}
