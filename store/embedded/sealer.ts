/**
 * Sealing: open hours become chunks, a slice at a time, each slice one transaction of a month's file followed by one of
 * `meta.db`. Only then does the buffer move on: whatever fails in between is done again, which changes nothing.
 */
import { storeHourRows } from './chunk-writer.ts';
import type { Holdings } from './holdings.ts';
import type { MonthFile } from './month-file.ts';
import { monthOfHour } from './month-files.ts';
import {
  appendOpenRows,
  beginSealing,
  type HourBuffer,
  heldAfterAll,
  pointOfRow,
  type SealingBuffer,
} from './open-hours.ts';
import { copyRow, dayOfHour, HOUR_MS, newColumns, type RowColumns } from './row-columns.ts';
import { newestIndex } from './latest-values.ts';

/** Bounds of one slice: about 30 ms of work. */
export type SliceBound = { readonly chunks: number; readonly rows: number };

/** Takes hours that are due: over for `graceMs` and known for as long, or known for an hour and `graceMs`. */
export function takeDueHours(holdings: Holdings, now: number, graceMs: number): void {
  for (const buffer of inOrder(holdings)) {
    if (buffer.firstSeenAt === null || buffer.firstSeenAt > now) buffer.firstSeenAt = now;
    const knownMs = now - buffer.firstSeenAt;
    const over = now >= (buffer.hour + 1) * HOUR_MS + graceMs;
    if ((over && knownMs >= graceMs) || knownMs >= HOUR_MS + graceMs) beginSealing(holdings.hours, buffer);
  }
}

/** Takes hours, oldest first, until at most `rowsMax` rows are left in those still open. */
export function takeForRoom(holdings: Holdings, rowsMax: number): void {
  let rows = 0;
  for (const buffer of holdings.hours.open.values()) rows += buffer.rowCount;
  for (const buffer of inOrder(holdings)) {
    if (rows <= rowsMax) return;
    rows -= buffer.rowCount;
    beginSealing(holdings.hours, buffer);
  }
}

type Newest = { readonly points: number[]; readonly rows: RowColumns };

/** Seals one slice of what is queued. Throws SQLite's error when the disk fails; nothing is lost then. */
export function sealSlice(holdings: Holdings, now: number, bound: SliceBound): void {
  const { hours, files } = holdings;
  const first = hours.sealing[0];
  if (!first) return;
  const month = monthOfHour(first.hour);
  const file = files.orCreated(month);
  const newest: Newest = { points: [], rows: newColumns() };
  const reached = new Map<SealingBuffer, number>();
  file.transaction(() => {
    let left = bound;
    for (const buffer of hours.sealing) {
      if (monthOfHour(buffer.hour) !== month || left.chunks <= 0 || left.rows <= 0) break;
      file.addPending(dayOfHour(buffer.hour), now);
      const before = buffer.sealed;
      const { end, chunks } = sealPoints(holdings, file, buffer, left, newest);
      reached.set(buffer, end);
      left = { chunks: left.chunks - chunks, rows: left.rows - (end - before) };
      if (end < buffer.order.length) break;
    }
  });
  settle(holdings, reached, newest, now);
}

function sealPoints(
  holdings: Holdings,
  file: MonthFile,
  buffer: SealingBuffer,
  bound: SliceBound,
  newest: Newest,
): { end: number; chunks: number } {
  const { order, hour } = buffer;
  const occupied = (buffer.occupied ??= {
    hour: file.holds('hour', hour),
    day: file.holds('day', dayOfHour(hour)),
  });
  const incoming = newColumns();
  let at = buffer.sealed;
  let chunks = 0;
  while (at < order.length && chunks < bound.chunks && at - buffer.sealed < bound.rows) {
    const point = pointOfRow(buffer, order[at] ?? 0);
    incoming.length = 0;
    const start = at;
    while (at < order.length && pointOfRow(buffer, order[at] ?? 0) === point) at++;
    appendOpenRows(buffer, order, start, at, incoming);
    const stored = storeHourRows(file, hour, point, incoming, occupied, holdings.damage);
    const index = newestIndex(stored);
    if (index >= 0) {
      newest.points.push(point);
      copyRow(stored, index, newest.rows);
    }
    chunks++;
  }
  return { end: at, chunks };
}

/** Commits what `meta.db` says of the slice, then lets go of what is sealed. */
function settle(
  holdings: Holdings,
  reached: ReadonlyMap<SealingBuffer, number>,
  newest: Newest,
  now: number,
): void {
  const { hours, meta, pending } = holdings;
  const done = new Set<HourBuffer>();
  for (const [buffer, end] of reached) if (end === buffer.order.length) done.add(buffer);
  meta.commit({
    durableThrough: heldAfterAll(hours, holdings.writtenThrough, done),
    retentionClock: holdings.retentionClock,
    points: newest.points,
    rows: newest.rows,
  });
  for (const [buffer, end] of reached) {
    hours.rowCount -= end - buffer.sealed;
    buffer.sealed = end;
    const day = dayOfHour(buffer.hour);
    if (!pending.has(day)) pending.set(day, now);
    if (holdings.gathering?.day === day) holdings.gathering.touched = true;
    if (done.has(buffer)) hours.sealing.splice(hours.sealing.indexOf(buffer), 1);
  }
}

const inOrder = (holdings: Holdings): HourBuffer[] =>
  [...holdings.hours.open.values()].sort((a, b) => a.hour - b.hour);
