/** Lane, time and quality of one value (invariants 4, 5 and 7): everything about it but its identity. */
import { FLAG, type Quality } from '#domain/measurement.ts';
import type { RejectionReason } from '#domain/rejection.ts';
import type { Timestamp } from '#domain/time.ts';
import type { PointProfile } from './device-profile.ts';
import { AHEAD_MAX_MS, fitsOffset, isFresh } from './gateway-clock.ts';
import type { LifelineRecord } from './lifeline-record.ts';

const YEAR_2000 = 946_684_800_000;
const FUTURE_MAX_MS = 24 * 3_600_000;

/** Accepted clock offsets that may explain a record; the device's own comes first. */
export type Offsets = { readonly device: number | null; readonly gateway: number | null };

export type Timing = {
  readonly time: Timestamp;
  /** Of the time only. */
  readonly flags: number;
  /** Set when no clock we know explains such a time: not to be stored. */
  readonly refused: RejectionReason | null;
};

/** When a value happened, and in which lane it runs. */
export function timingOf(
  record: LifelineRecord,
  point: PointProfile,
  offsets: Offsets,
  receivedAt: Timestamp,
): Timing {
  const { time, backfill } = record;
  const sent = backfill ? FLAG.backfill : 0;
  if (time === null) {
    return { time: receivedAt, flags: FLAG.timeArrival | sent | (backfill ? FLAG.late : 0), refused: null };
  }
  const lagMs = receivedAt - time;
  if (!backfill) {
    const { windowMs } = point;
    if (fitsOffset(offsets.device, lagMs, windowMs)) return shifted(time, offsets.device);
    if (fitsOffset(offsets.gateway, lagMs, windowMs)) return shifted(time, offsets.gateway);
    if (isFresh(lagMs, windowMs)) return { time, flags: 0, refused: null };
  }
  if (time < YEAR_2000) return { time, flags: sent, refused: 'time-before-2000' };
  if (lagMs < -FUTURE_MAX_MS) return { time, flags: sent, refused: 'time-far-future' };
  return { time, flags: sent | (lagMs < -AHEAD_MAX_MS ? FLAG.future : FLAG.late), refused: null };
}

/** What the value itself says, beside what its sender said of it. */
export function valueFlags(value: number, sent: Quality, point: PointProfile): number {
  if (Number.isNaN(value) || sent === 'bad') return FLAG.sensorBad;
  const doubt = sent === 'uncertain' ? FLAG.valueUncertain : 0;
  if (value < point.absurdMin || value > point.absurdMax) return doubt | FLAG.absurd;
  if (value > point.max) return doubt | FLAG.overRange;
  return value < point.min ? doubt | FLAG.underRange : doubt;
}

/** Bad = no value to judge; uncertain = a value, but its size or its time is in doubt. */
export function qualityOf(flags: number): Quality {
  if ((flags & (FLAG.sensorBad | FLAG.absurd)) !== 0) return 'bad';
  return (flags & UNCERTAIN) === 0 ? 'good' : 'uncertain';
}

const UNCERTAIN =
  FLAG.timeArrival | FLAG.timeOffset | FLAG.future | FLAG.overRange | FLAG.underRange | FLAG.valueUncertain;

const shifted = (time: Timestamp, offsetMs: number): Timing => ({
  time: time + offsetMs,
  flags: FLAG.timeOffset,
  refused: null,
});
