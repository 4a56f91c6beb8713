/** What a back-test tells: the alarms of two catalogues on the same history, and how they differ. */
import type { Colour } from '../colour.ts';
import type { Timestamp } from '../time.ts';

/** One alarm the catalogue would have raised. */
export type BacktestEpisode = {
  readonly rule: string;
  readonly ruleVersion: number;
  /** Null for an alarm that is not of one point. */
  readonly point: string | null;
  readonly facility: string | null;
  readonly limit: string;
  /** The worst colour it reached. */
  readonly colour: Colour;
  readonly onsetAt: Timestamp;
  /** Null = still standing at the end. */
  readonly returnedAt: Timestamp | null;
  /** At onset, in `unit`. */
  readonly value: number | null;
  readonly limitValue: number | null;
  readonly unit: string | null;
};

/** An alarm that only one of the two raises, or raises otherwise, with the values around it. */
export type Difference = BacktestEpisode & { readonly trend?: readonly TrendPoint[] };
/** The extremes between `from` and the next. */
export type TrendPoint = { readonly from: Timestamp; readonly min: number; readonly max: number };

/** A known true event, against which the delay of detection is measured. `point` or `facility` says where. */
export type LabelledEvent = {
  readonly name: string;
  readonly point?: string;
  readonly facility?: string;
  readonly from: Timestamp;
  readonly to: Timestamp;
};

/** Load of one catalogue on the duty room. */
export type BacktestLoad = {
  readonly alarms: number;
  readonly byColour: Readonly<Record<Colour, number>>;
  /** Alarms of each shift of the asked length, from the start on; the last may be cut short. */
  readonly perShift: readonly number[];
  /** Most alarms in any ten minutes, and how many floods there were: more than 10 in ten minutes, over below 5. */
  readonly peakPer10Min: number;
  readonly floods: number;
  /** Alarms that are part of chattering: at least three onsets of one (point, rule) within a minute. */
  readonly chattering: number;
};

export type Detection = {
  readonly label: string;
  /** From the event's begin to the onset of the first alarm there; 0 when one already stood; null = missed. */
  readonly delayMs: number | null;
};

export type BacktestReport = {
  readonly before: BacktestLoad;
  readonly after: BacktestLoad;
  readonly same: number;
  readonly added: readonly Difference[];
  readonly removed: readonly Difference[];
  /** Same place and rule at overlapping times, but another colour, limit, onset or return. */
  readonly changed: readonly { readonly before: Difference; readonly after: Difference }[];
  /** How many there are of each, listed or not. */
  readonly differences: { readonly added: number; readonly removed: number; readonly changed: number };
  /** Differences beyond the bound, counted but not listed. */
  readonly unlisted: number;
  readonly detection: readonly { readonly label: string; before: number | null; after: number | null }[];
};
