/**
 * A measurement as InfluxDB keeps it: measurement `reading`, one tag `point`, and always every field, since a rewrite
 * unites fields instead of replacing the row.
 *
 *   value | bad   the value, float: `value` when it is not bad, so that count and mean over `value` are right without
 *                 a condition; `bad` when it is; neither when the sensor gave none
 *   q             0 good, 1 uncertain, 2 bad
 *   f             bits of FLAG (domain/measurement.ts)
 *   arr, dev      received at, device time (-1 = none), epoch milliseconds
 *
 * Types never change: `value` and `bad` are floats, the rest integers.
 */
import type { RawRow } from '#domain/contract/history.ts';
import { FLAG, type Measurement, type Quality } from '#domain/measurement.ts';

export const MEASUREMENT = 'reading';
const QUALITIES: readonly Quality[] = ['good', 'uncertain', 'bad'];
const NO_DEVICE_TIME = -1;

/** The line of a row, without line break; its time is in milliseconds. */
export function lineOf(point: string, row: Measurement): string {
  const { value, quality, flags, receivedAt, deviceTime, time } = row;
  const number = Number.isFinite(value) ? `${quality === 'bad' ? 'bad' : 'value'}=${value},` : '';
  const dev = deviceTime === null ? NO_DEVICE_TIME : Math.round(deviceTime);
  const rest = `q=${QUALITIES.indexOf(quality)}i,f=${flags}i,arr=${receivedAt}i,dev=${dev}i`;
  return `${MEASUREMENT},point=${escapeTag(point)} ${number}${rest} ${time}`;
}

/** Columns as `rowOf` reads them, after `time`. */
export const FIELDS = 'value,bad,q,f,arr,dev';

/** A stored row and its flags from `[time, ...FIELDS]`; null when it is none of ours. */
export function rowOf(columns: readonly unknown[]): { row: RawRow; flags: number } | null {
  const [time, value, bad, q, flags, arr, dev] = columns;
  if (typeof time !== 'number' || typeof q !== 'number' || typeof arr !== 'number') return null;
  const quality = QUALITIES[q] ?? 'bad';
  const shown = quality === 'bad' ? bad : value;
  return {
    row: {
      time,
      deviceTime: typeof dev !== 'number' || dev === NO_DEVICE_TIME ? null : dev,
      receivedAt: arr,
      value: typeof shown === 'number' ? shown : null,
      quality,
    },
    flags: typeof flags === 'number' ? flags : 0,
  };
}

/** Worst quality of a bucket from `max(q)`. */
export const qualityOf = (q: unknown): Quality => (typeof q === 'number' ? QUALITIES[q] : undefined) ?? 'bad';

/** Rows that may want a millisecond another row of the point has: where it lies, the embedded store decided. */
export const maySharePlace = (flags: number): boolean => (flags & SHARING) !== 0;
const SHARING = FLAG.late | FLAG.future | FLAG.outOfOrder | FLAG.backfill | FLAG.approved | FLAG.staggered;

const escapeTag = (text: string): string => text.replaceAll(/[\\, =]/g, (sign) => `\\${sign}`);
