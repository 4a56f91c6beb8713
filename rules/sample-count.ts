/**
 * Delays longer than the report interval count samples (防抖). A delay of D at interval T spans m = floor(D/T) + 1 samples,
 * both ends included; n = ceil(2m/3) of the last m must agree (2 min at 60 s: 2 of 3). The delay still takes its whole
 * time; what changes is that a stray sample no longer starts it anew. Only more than m - n strays among the last m do.
 */

/** `need` of the last `of` samples. */
export type SampleSpan = { readonly need: number; readonly of: number };

/** Samples since a delay began, and which of the last `of` disagreed, by their number. */
export type SampleRun = { samples: number; readonly strays: number[] };

/** Null = the delay is no longer than the report interval: time alone drives it. */
export function spanOf(delayMs: number, intervalMs: number): SampleSpan | null {
  if (!(intervalMs > 0) || delayMs <= intervalMs) return null;
  const of = Math.floor(delayMs / intervalMs) + 1;
  return { of, need: Math.ceil((2 * of) / 3) };
}

/** The run that begins with a sample that agrees. */
export const beginRun = (): SampleRun => ({ samples: 1, strays: [] });

/** Counts one more sample; false when too many of the last ones disagreed and the delay is over for nothing. */
export function countSample(run: SampleRun, span: SampleSpan, agrees: boolean): boolean {
  run.samples += 1;
  while ((run.strays[0] ?? Infinity) <= run.samples - span.of) run.strays.shift();
  if (!agrees) run.strays.push(run.samples);
  return run.strays.length <= span.of - span.need;
}

/** How many of the last samples agreed. */
export const agreed = (run: SampleRun, span: SampleSpan): number =>
  Math.min(run.samples, span.of) - run.strays.length;
