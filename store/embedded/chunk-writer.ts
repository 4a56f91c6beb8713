/** Writing chunks: rows of one point and hour, applied onto what is stored, in parts. Inside a transaction of the caller. */
import { CHUNK_ROWS_MAX, encodeChunk } from './chunk-codec.ts';
import { type MonthFile, placeOf, type StoredPart } from './month-file.ts';
import { HOUR_MS, dayOfHour, type RowColumns } from './row-columns.ts';
import { between, mergeRows, unite, without } from './row-merge.ts';
import {
  type DamageReports,
  NO_ROWS,
  type PartsKey,
  rowsOfParts,
  storedDay,
  summaryOf,
} from './stored-chunks.ts';

/** What an hour's tables hold at all: spares a look-up per point where they hold nothing. */
export type Occupied = { readonly hour: boolean; readonly day: boolean };

/** A last part with fewer rows is filled up by what follows it in time; a fuller one is left as it is. */
const FULL_ENOUGH = CHUNK_ROWS_MAX / 2;

/** Stores `incoming` (in record-log order); returns the rows around and after it as they now stand, by time. */
export function storeHourRows(
  file: MonthFile,
  hour: number,
  point: number,
  incoming: RowColumns,
  occupied: Occupied,
  damage: DamageReports,
): RowColumns {
  const key: PartsKey = { file, table: 'hour', t: hour, point };
  const dayRows = occupied.day ? rowsOfDay(file, hour, point, damage) : NO_ROWS;
  if (dayRows.length > 0) return storeBesideDay(key, dayRows, incoming, damage);
  let tail = occupied.hour ? tailParts(key, earliest(incoming), damage) : NO_PARTS;
  let merged = mergeRows(rowsOfParts(key, tail.parts, damage), incoming);
  if (merged.movedBack && tail.firstNumber > 0) {
    tail = tailParts(key, -Infinity, damage);
    merged = mergeRows(rowsOfParts(key, tail.parts, damage), incoming);
  }
  if (merged.added > 0) writeParts(key, tail.firstNumber, merged.rows, tail.parts.length > 0);
  return merged.rows;
}

/** Writes these rows (by time) as parts from number `firstPart` on, in place of those there when `replaces`. */
export function writeParts(key: PartsKey, firstPart: number, rows: RowColumns, replaces: boolean): void {
  const { file, table, t, point } = key;
  if (replaces) file.removeParts(table, t, point, firstPart);
  for (let start = 0, part = firstPart; start < rows.length; start += CHUNK_ROWS_MAX, part++) {
    const end = Math.min(rows.length, start + CHUNK_ROWS_MAX);
    file.put(
      table,
      t,
      point,
      part,
      end - start,
      encodeChunk(rows, start, end, placeOf(table, t, point, part)),
    );
  }
}

/** Parts, by time, that a write replaces from number `firstNumber` on. */
export type TailParts = { readonly parts: readonly StoredPart[]; readonly firstNumber: number };

const NO_PARTS: TailParts = { parts: [], firstNumber: 0 };

/**
 * The parts that rows from `firstTime` on can change or fill up, found from the end, so that adding to an hour of many
 * parts reads only the last. Those that cannot be read are set aside: writing never destroys evidence.
 */
export function tailParts(key: PartsKey, firstTime: number, damage: DamageReports): TailParts {
  const { file, table, t, point } = key;
  const parts: StoredPart[] = [];
  let limit = PART_LIMIT;
  for (;;) {
    const part = file.partBelow(table, t, point, limit);
    if (part === null) return { parts, firstNumber: 0 };
    limit = part.part;
    const summary = summaryOf(key, part, damage);
    if (summary === null) {
      file.setAside(table, t, point, part.part);
      continue;
    }
    const fills = parts.length === 0 && summary.rows < FULL_ENOUGH;
    if (summary.lastTime < firstTime && !fills) return { parts, firstNumber: part.part + 1 };
    parts.unshift(part);
  }
}

/** Above every part number: an hour has 3.6 million milliseconds. */
const PART_LIMIT = 10_000_000;

function rowsOfDay(file: MonthFile, hour: number, point: number, damage: DamageReports): RowColumns {
  const rows = storedDay(file, dayOfHour(hour), point, damage);
  return between(rows, hour * HOUR_MS, (hour + 1) * HOUR_MS);
}

/** Late rows of a finished day stay in `hour`, without those that the day's chunks have, until the day is gathered again. */
function storeBesideDay(
  key: PartsKey,
  dayRows: RowColumns,
  incoming: RowColumns,
  damage: DamageReports,
): RowColumns {
  const { parts } = tailParts(key, -Infinity, damage);
  const merged = mergeRows(unite(dayRows, rowsOfParts(key, parts, damage)), incoming);
  if (merged.added > 0) writeParts(key, 0, without(merged.rows, dayRows), parts.length > 0);
  return merged.rows;
}

function earliest(rows: RowColumns): number {
  let time = Infinity;
  for (let i = 0; i < rows.length; i++) time = Math.min(time, rows.time[i] ?? Infinity);
  return time;
}
