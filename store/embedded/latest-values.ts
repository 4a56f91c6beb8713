/**
 * The newest row of every point, future ones left aside, in columns indexed by point: ten thousand reads take well under a
 * millisecond. Where a row may have been moved to another millisecond (rare), the point is marked doubtful
 * and its next reader settles it from the stored rows.
 */
import { FLAG } from '#domain/measurement.ts';
import type { MeasurementColumns } from '../measurement-columns.ts';
import { copyRow, newColumns, type RowColumns, setIncoming, setRow } from './row-columns.ts';

export type LatestValues = {
  rows: RowColumns;
  /** 1 where there is a row. */
  present: Uint8Array;
  /** 1 where the stored rows must be asked. */
  doubtful: Uint8Array;
  /** Newest future stamp seen since the start; 0 for none. */
  futureUntil: Float64Array;
};

/** A row this little older than the newest may have been moved past it. Longer runs of taken milliseconds are not looked for. */
const COLLISION_REACH_MS = 1000;

export const newLatestValues = (): LatestValues => ({
  rows: newColumns(0),
  present: new Uint8Array(0),
  doubtful: new Uint8Array(0),
  futureUntil: new Float64Array(0),
});

/** Takes note of row `row`, which is being stored. */
export function observeLatest(latest: LatestValues, rows: MeasurementColumns, row: number): void {
  const pointIndex = rows.pointIndex[row] ?? 0;
  const time = rows.time[row] ?? 0;
  if (pointIndex >= latest.present.length) widen(latest, pointIndex);
  if ((rows.flags[row] ?? 0) & FLAG.future) {
    latest.futureUntil[pointIndex] = Math.max(time, latest.futureUntil[pointIndex] ?? 0);
    return;
  }
  const newest = latest.present[pointIndex] ? (latest.rows.time[pointIndex] ?? 0) : -Infinity;
  if (time > newest) {
    latest.present[pointIndex] = 1;
    setIncoming(latest.rows, pointIndex, rows, row);
    if (time <= (latest.futureUntil[pointIndex] ?? 0)) latest.doubtful[pointIndex] = 1;
  } else if (time > newest - COLLISION_REACH_MS && !isSame(latest, rows, row))
    latest.doubtful[pointIndex] = 1;
}

/** Puts what the stored rows say in its place. */
export function settleLatest(latest: LatestValues, point: number, from: RowColumns, index: number): void {
  if (point >= latest.present.length) widen(latest, point);
  latest.present[point] = 1;
  latest.doubtful[point] = 0;
  setRow(latest.rows, point, from, index);
}

/** Index of the newest row that is not of the future in `rows` (by time); -1 when there is none. */
export function newestIndex(rows: RowColumns): number {
  let index = rows.length - 1;
  while (index >= 0 && (rows.flags[index] ?? 0) & FLAG.future) index--;
  return index;
}

function isSame(latest: LatestValues, rows: MeasurementColumns, row: number): boolean {
  const point = rows.pointIndex[row] ?? 0;
  const value = (rows.value[row] ?? NaN) + 0;
  return latest.rows.time[point] === rows.time[row] && Object.is(latest.rows.value[point], value);
}

function widen(latest: LatestValues, point: number): void {
  const size = Math.max(1024, (point + 1) * 2);
  const { rows, present, doubtful, futureUntil } = latest;
  latest.rows = newColumns(size);
  for (let i = 0; i < present.length; i++) copyRow(rows, i, latest.rows);
  latest.present = new Uint8Array(size);
  latest.present.set(present);
  latest.doubtful = new Uint8Array(size);
  latest.doubtful.set(doubtful);
  latest.futureUntil = new Float64Array(size);
  latest.futureUntil.set(futureUntil);
}
