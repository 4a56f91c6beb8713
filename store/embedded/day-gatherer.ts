/**
 * Gathering: when a day is over, the sparse hours of each point become one chunk of the day, so that a point that reports
 * every ten minutes costs a byte a value, not ten. Late rows join later in the same way.
 */
import { decodeChunk } from './chunk-codec.ts';
import { tailParts, writeParts } from './chunk-writer.ts';
import type { Holdings } from './holdings.ts';
import type { MonthFile } from './month-file.ts';
import { monthOfHour } from './month-files.ts';
import { HOUR_MS, HOURS_PER_DAY, newColumns, type RowColumns } from './row-columns.ts';
import { unite } from './row-merge.ts';
import { decoded, type PartsKey, rowsOfParts } from './stored-chunks.ts';

/** A day is gathered this long after its end (and its grace), and again at most this often. */
const QUIET_MS = HOUR_MS;
/** Points of one slice: 50 ms of work at a row a minute, twice that at most. */
const SLICE_POINTS = 200;
/** Pages given back to the file system at a time. */
const SHRINK_PAGES = 64;

/** Does one slice of gathering, if any day is due. Throws SQLite's error when the disk fails; the slice is then done again. */
export function gatherSlice(holdings: Holdings, now: number, graceMs: number): void {
  const job = (holdings.gathering ??= nextDay(holdings, now, graceMs));
  if (job === null) {
    shrinkSlice(holdings);
    return;
  }
  const month = monthOfHour(job.day * HOURS_PER_DAY);
  const file = holdings.files.existing(month);
  const end = job.nextPoint + SLICE_POINTS;
  const finished = end > job.lastPoint;
  file?.transaction(() => {
    gatherPoints(holdings, file, job.day, job.nextPoint, end);
    if (finished && !job.touched) file.removePending(job.day);
  });
  job.nextPoint = end;
  if (!finished) return;
  holdings.gathering = null;
  holdings.shrinking = month;
  if (job.touched) holdings.pending.set(job.day, now);
  else holdings.pending.delete(job.day);
}

function nextDay(holdings: Holdings, now: number, graceMs: number): Holdings['gathering'] {
  for (const [day, since] of holdings.pending) {
    const quietMs = now - since;
    const over = now >= (day + 1) * HOURS_PER_DAY * HOUR_MS + graceMs + QUIET_MS;
    if (!over || (quietMs >= 0 && quietMs < QUIET_MS)) continue;
    const file = holdings.files.existing(monthOfHour(day * HOURS_PER_DAY));
    const lastPoint = Math.max(-1, ...hoursOf(day).map((hour) => file?.lastPoint(hour) ?? -1));
    return { day, nextPoint: 0, lastPoint, touched: false };
  }
  return null;
}

function gatherPoints(
  holdings: Holdings,
  file: MonthFile,
  day: number,
  fromPoint: number,
  toPoint: number,
): void {
  const occupied = file.holds('day', day);
  const byPoint = new Map<number, SparseHour[]>();
  for (const hour of hoursOf(day)) {
    for (const { point, bytes } of file.sparseHours(hour, fromPoint, toPoint)) {
      const found = byPoint.get(point);
      if (found) found.push({ hour, bytes });
      else byPoint.set(point, [{ hour, bytes }]);
    }
  }
  const rows = newColumns();
  for (const [point, hours] of byPoint) {
    rows.length = 0;
    for (const { hour, bytes } of hours) appendHour(holdings, file, hour, point, bytes, rows);
    const key: PartsKey = { file, table: 'day', t: day, point };
    const parts = occupied ? tailParts(key, -Infinity, holdings.damage).parts : [];
    writeParts(key, 0, unite(rowsOfParts(key, parts, holdings.damage), rows), parts.length > 0);
  }
  for (const hour of hoursOf(day)) file.removeSparseHours(hour, fromPoint, toPoint);
}

type SparseHour = { readonly hour: number; readonly bytes: Uint8Array };

function appendHour(
  holdings: Holdings,
  file: MonthFile,
  hour: number,
  point: number,
  bytes: Uint8Array,
  rows: RowColumns,
): void {
  const key: PartsKey = { file, table: 'hour', t: hour, point };
  const read = decoded(key, { part: 0, bytes }, holdings.damage, (chunk, place) =>
    decodeChunk(chunk, place, rows),
  );
  if (read === null) file.setAside('hour', hour, point, 0);
}

function shrinkSlice(holdings: Holdings): void {
  if (holdings.shrinking === null) return;
  const file = holdings.files.existing(holdings.shrinking);
  if (!file?.shrink(SHRINK_PAGES)) holdings.shrinking = null;
}

const hoursOf = (day: number): number[] =>
  Array.from({ length: HOURS_PER_DAY }, (_, i) => day * HOURS_PER_DAY + i);
