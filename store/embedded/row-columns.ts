/** Rows of measurements as columns: what chunks are decoded into, and what open hours gather. */
import type { RawRow } from '#domain/contract/history.ts';
import { BAD, type MeasurementColumns, QUALITIES } from '../measurement-columns.ts';

export const HOUR_MS = 3_600_000;
export const HOURS_PER_DAY = 24;

/** Growable columns; only the first `length` items of each mean anything. */
export type RowColumns = {
  length: number;
  /** Epoch milliseconds, whole. */
  time: Float64Array;
  /** Epoch milliseconds; NaN when the device sent no time. */
  deviceTime: Float64Array;
  receivedAt: Float64Array;
  /** NaN when the sensor gave none. */
  value: Float64Array;
  quality: Uint8Array;
  flags: Uint16Array;
};

export const newColumns = (capacity = 16): RowColumns => ({
  length: 0,
  time: new Float64Array(capacity),
  deviceTime: new Float64Array(capacity),
  receivedAt: new Float64Array(capacity),
  value: new Float64Array(capacity),
  quality: new Uint8Array(capacity),
  flags: new Uint16Array(capacity),
});

/** Makes room for `more` further rows. */
export function reserve(columns: RowColumns, more: number): void {
  const needed = columns.length + more;
  if (needed <= columns.time.length) return;
  const capacity = Math.max(needed, columns.time.length * 2);
  columns.time = grown(columns.time, new Float64Array(capacity));
  columns.deviceTime = grown(columns.deviceTime, new Float64Array(capacity));
  columns.receivedAt = grown(columns.receivedAt, new Float64Array(capacity));
  columns.value = grown(columns.value, new Float64Array(capacity));
  columns.quality = grown(columns.quality, new Uint8Array(capacity));
  columns.flags = grown(columns.flags, new Uint16Array(capacity));
}

/** Appends row `index` of `from`. */
export function copyRow(from: RowColumns, index: number, to: RowColumns): void {
  reserve(to, 1);
  setRow(to, to.length++, from, index);
}

/** Makes row `at` of `to`, which has room for it, a copy of row `index` of `from`. */
export function setRow(to: RowColumns, at: number, from: RowColumns, index: number): void {
  to.time[at] = from.time[index] ?? 0;
  to.deviceTime[at] = from.deviceTime[index] ?? NaN;
  to.receivedAt[at] = from.receivedAt[index] ?? 0;
  to.value[at] = from.value[index] ?? NaN;
  to.quality[at] = from.quality[index] ?? BAD;
  to.flags[at] = from.flags[index] ?? 0;
}

/** The same of a row that comes in: it is brought into the form in which rows are kept. */
export function setIncoming(to: RowColumns, at: number, from: MeasurementColumns, index: number): void {
  to.time[at] = from.time[index] ?? 0;
  to.deviceTime[at] = Math.round(from.deviceTime[index] ?? NaN);
  to.receivedAt[at] = from.receivedAt[index] ?? 0;
  to.value[at] = (from.value[index] ?? NaN) + 0;
  to.quality[at] = Math.min(from.quality[index] ?? BAD, BAD);
  to.flags[at] = from.flags[index] ?? 0;
}

/**
 * Throws a RangeError when a row breaks what `ingest/` promises: a dense point index, whole and sane milliseconds.
 * `deviceTime` is NaN where there is none.
 */
export function checkRow(pointIndex: number, time: number, receivedAt: number, deviceTime: number): void {
  if (!(pointIndex >= 0 && pointIndex <= POINT_INDEX_MAX))
    throw new RangeError(`no point can have index ${pointIndex}`);
  if (!isSaneTime(time) || !isSaneTime(receivedAt))
    throw new RangeError(`measurement of point ${pointIndex} at ${time}: not whole milliseconds`);
  if (Math.abs(deviceTime) > TIME_MAX)
    throw new RangeError(`measurement of point ${pointIndex}: device time ${deviceTime} is beyond reason`);
}

/** Row `index` as outsiders read it. */
export function rawRow(columns: RowColumns, index: number): RawRow {
  const deviceTime = columns.deviceTime[index] ?? NaN;
  const value = columns.value[index] ?? NaN;
  return {
    time: columns.time[index] ?? 0,
    deviceTime: Number.isNaN(deviceTime) ? null : deviceTime,
    receivedAt: columns.receivedAt[index] ?? 0,
    value: Number.isNaN(value) ? null : value,
    quality: QUALITIES[columns.quality[index] ?? BAD] ?? 'bad',
  };
}

/** The hour, counted from the epoch, that holds `time`. */
export const hourOf = (time: number): number => Math.floor(time / HOUR_MS);
/** The UTC day, counted from the epoch, that holds `hour`. */
export const dayOfHour = (hour: number): number => Math.floor(hour / HOURS_PER_DAY);

/** Point indexes are dense; far more than any city has means a broken caller, not a city. */
const POINT_INDEX_MAX = 2 ** 24;
/** Ends of the times a Date can hold are 8.64e15; half of it keeps every difference an exact integer. */
const TIME_MAX = 4e15;

const isSaneTime = (time: number): boolean => Number.isInteger(time) && Math.abs(time) <= TIME_MAX;

function grown<T extends Float64Array | Uint8Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
