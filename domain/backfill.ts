/** One back-fill of a gateway, judged: what it brought in one line. */
import type { Colour } from './colour.ts';
import type { Timestamp } from './time.ts';

/** Alarms named in one line; the counts tell of all. */
export const BACKFILL_ALARMS_MAX = 500;

export type Backfill = {
  readonly gateway: string;
  /** When the last of it was judged. */
  readonly at: Timestamp;
  /** Stretch of effective time that was judged again. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Judgements: one a point, more where data came while one was judged. */
  readonly points: number;
  /** Historical alarms that are new, that are told otherwise now, and that were taken back. */
  readonly added: number;
  readonly changed: number;
  readonly withdrawn: number;
  /** Of those added. */
  readonly byColour: Readonly<Record<Colour, number>>;
  /** Ids of the alarms, at most BACKFILL_ALARMS_MAX. */
  readonly alarms: readonly string[];
};

export type BackfillEvent = {
  readonly kind: 'backfill';
  readonly at: Timestamp;
  readonly backfill: Backfill;
};
