/**
 * Values that stand still, and values told before: a dead sensor behind a gateway that stamps its last readings anew looks
 * fresh and sounds safe (ThingsBoard gateways do that). Nothing here clears another alarm or raises one for danger.
 */
import { digits12 } from '../limit-value.ts';

/** Longest buffer whose repetition is recognised, in reports. */
export const REPEAT_LAG_MAX = 24;
/** A run that repeats must have moved so often, or it merely stands still. */
const MOVES_LEAST = 4;

export type StillTerms = {
  /** Point's unit. */
  readonly tolerance: number;
  readonly samples: number;
  readonly rests: { readonly from: number; readonly to: number } | null;
};

/** Since when (effective ms, NaN before the first) the value stayed within `low`..`high`, and in how many reports. */
export type StillRun = { since: number; low: number; high: number; count: number };

export const freshStill = (): StillRun => ({ since: NaN, low: NaN, high: NaN, count: 0 });

export type Report = { readonly time: number; readonly value: number; readonly trusted: boolean };

/**
 * Minutes the value has stood still; 0 while it has not for enough reports, or may rest where it is. A value in doubt
 * proves no movement: NaN, and the run goes on as if it had not come.
 */
export function minutesStill(run: StillRun, terms: StillTerms, { time, value, trusted }: Report): number {
  const low = Math.min(run.low, value);
  const high = Math.max(run.high, value);
  const still = run.count > 0 && digits12(high - low) <= terms.tolerance;
  if (!still && !trusted) return NaN;
  if (still) {
    run.low = low;
    run.high = high;
    run.count += 1;
  } else {
    run.since = time;
    run.low = run.high = value;
    run.count = 1;
  }
  const { rests } = terms;
  if (rests !== null && value >= rests.from && value <= rests.to) return 0;
  return run.count < terms.samples ? 0 : digits12((time - run.since) / 60_000);
}

/** The newest values, and for each lag how long (reports) each equalled the one so many reports before it. */
export type RepeatRun = {
  readonly times: number[];
  readonly values: number[];
  /** By lag less one: reports in a row that repeat, and how often the value moved among them. */
  readonly counts: number[];
  readonly moves: number[];
  /** By lag less one: effective time of the first report of the repetition. */
  readonly since: number[];
};

export const freshRepeat = (): RepeatRun => ({ times: [], values: [], counts: [], moves: [], since: [] });

/**
 * Minutes since the value repeats itself exactly with some lag, over at least one whole buffer and `samples` reports. A
 * value in doubt may go on with what repeats, and breaks none of it: NaN, as if it had not come.
 */
export function minutesRepeated(run: RepeatRun, samples: number, { time, value, trusted }: Report): number {
  const { times, values, counts, moves, since } = run;
  if (!trusted && breaksRepetition(run, value)) return NaN;
  const moved = values.length > 0 && values.at(-1) !== value;
  let longest = 0;
  for (let lag = 1; lag <= Math.min(values.length, REPEAT_LAG_MAX); lag += 1) {
    const at = lag - 1;
    if (values.at(-lag) !== value) {
      counts[at] = 0;
      continue;
    }
    const count = (counts[at] ?? 0) + 1;
    counts[at] = count;
    moves[at] = (count === 1 ? 0 : (moves[at] ?? 0)) + (moved ? 1 : 0);
    if (count === 1) since[at] = time;
    if (count >= Math.max(lag, samples) && (moves[at] ?? 0) >= MOVES_LEAST)
      longest = Math.max(longest, time - (since[at] ?? time));
  }
  times.push(time);
  values.push(value);
  if (values.length > REPEAT_LAG_MAX) {
    times.shift();
    values.shift();
  }
  return digits12(longest / 60_000);
}

/** Whether a repetition that has moved would end with `value`. */
const breaksRepetition = ({ values, counts, moves }: RepeatRun, value: number): boolean =>
  counts.some((count, at) => count > 0 && (moves[at] ?? 0) >= MOVES_LEAST && values.at(-at - 1) !== value);
