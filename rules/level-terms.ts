/** A level at a point before it has any history. */
import { colourRank } from '#domain/colour.ts';
import { spanOf } from './sample-count.ts';
import type { Level } from './state.ts';

export type LevelTerms = Omit<
  Level,
  'rank' | 'onSpan' | 'offSpan' | 'tally' | 'seen' | 'overSince' | 'clearSince' | 'run' | 'active' | 'held'
>;

/** `intervalMs` = how often samples come; 0 = delays are time alone. */
export const freshLevel = (terms: LevelTerms, intervalMs: number): Level => ({
  ...terms,
  rank: colourRank(terms.colour),
  onSpan: spanOf(terms.onDelayMs, intervalMs),
  offSpan: spanOf(terms.offDelayMs, intervalMs),
  tally: null,
  seen: NaN,
  overSince: null,
  clearSince: null,
  run: null,
  active: false,
  held: false,
});
