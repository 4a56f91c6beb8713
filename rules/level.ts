/** How far one limit of one rule has come at one point, and the late ring that still stands for it. */
import type { Colour } from '#domain/colour.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import type { Debounce, Tally } from './debounce.ts';
import type { SampleRun, SampleSpan } from './sample-count.ts';
import type { SeasonWindow } from './season.ts';

export type Side = 'high' | 'low';

/** One limit of one rule at one point: what it asks (fixed at binding, point's unit) and how far it has come. */
export type Level = {
  readonly name: string;
  readonly colour: Colour;
  readonly rank: number;
  readonly side: Side;
  /** Reached at or beyond `limit`; over only strictly inside `clear` (limit less deadband). */
  readonly limit: number;
  readonly clear: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  readonly windowMs: number;
  /** How many samples of its delays must agree; null where time alone counts. */
  readonly onSpan: SampleSpan | null;
  readonly offSpan: SampleSpan | null;
  /** Null = in force all year. */
  readonly season: SeasonWindow | null;
  /** Once active it holds its colour until a person resets it. */
  readonly latch: boolean;
  /** Reached by this bit of FLAG instead of by value (over-range); 0 for an ordinary limit. */
  readonly flag: number;
  readonly debounce: Debounce | null;
  /** Samples counted towards the debounce; null when there are none. */
  tally: Tally | null;
  /** Last value of the rule's signal: what an onset by deadline shows. */
  seen: number;
  overSince: EngineTime | null;
  clearSince: EngineTime | null;
  /** Samples of the delay that runs; null when none runs or none are counted. */
  run: SampleRun | null;
  active: boolean;
  held: boolean;
};

/** A late ring that still stands for its rule: no second ring until the episode is over or a higher colour comes. */
export type LateWatch = {
  /** Effective time since when late samples stand at orange or above. */
  since: Timestamp;
  /** Late samples since then by name of the level they reached: what a debounce asks for. */
  readonly counts: Record<string, number>;
  /** Rank already rung; -1 while a delay still runs. */
  rung: number;
  alarm: string;
};
