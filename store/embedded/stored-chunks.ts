/** Reading chunks of one point. A chunk or file that is damaged is reported once and then skipped: no query fails of it. */
import type { StoreTrouble } from '../ports.ts';
import { ChunkDamaged, type ChunkSummary, decodeChunk, readSummary } from './chunk-codec.ts';
import { type ChunkTable, type MonthFile, placeOf, type StoredPart } from './month-file.ts';
import { isCorrupt } from './month-files.ts';
import { between, unite } from './row-merge.ts';
import { dayOfHour, HOUR_MS, newColumns, type RowColumns } from './row-columns.ts';

export type DamageReports = { readonly report: (trouble: StoreTrouble) => void; readonly known: Set<string> };

/** Which parts: those of one point in one hour or day of a month's file. */
export type PartsKey = {
  readonly file: MonthFile;
  readonly table: ChunkTable;
  readonly t: number;
  readonly point: number;
};

export type Decoder<T> = (bytes: Uint8Array, place: ReturnType<typeof placeOf>) => T;

/** The stored bytes, or none when the file cannot be read there. */
export function storedParts(key: PartsKey, damage: DamageReports): StoredPart[] {
  try {
    return key.file.parts(key.table, key.t, key.point);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const at = `${key.file.path} ${key.table} ${key.t} point ${key.point}`;
    reportOnce(damage, 'measurement-file-damaged', at, String(error));
    return [];
  }
}

/** What `decode` makes of the part, or null when the part is damaged. */
export function decoded<T>(
  key: PartsKey,
  part: StoredPart,
  damage: DamageReports,
  decode: Decoder<T>,
): T | null {
  try {
    return decode(part.bytes, placeOf(key.table, key.t, key.point, part.part));
  } catch (error) {
    if (!(error instanceof ChunkDamaged)) throw error;
    const at = `${key.file.path} ${key.table} ${key.t} point ${key.point} part ${part.part}`;
    reportOnce(damage, 'measurement-chunk-damaged', at, error.message);
    return null;
  }
}

/** All rows of these parts that can be read, by time. */
export function rowsOfParts(key: PartsKey, parts: readonly StoredPart[], damage: DamageReports): RowColumns {
  if (parts.length === 0) return NO_ROWS;
  const rows = newColumns();
  for (const part of parts) decoded(key, part, damage, (bytes, place) => decodeChunk(bytes, place, rows));
  return rows;
}

/** Shared by all who find nothing; never written to. */
export const NO_ROWS: RowColumns = newColumns(0);

/** Summary of a part, or null when it is damaged. */
export const summaryOf = (key: PartsKey, part: StoredPart, damage: DamageReports): ChunkSummary | null =>
  decoded(key, part, damage, readSummary);

/** Rows of one day's own chunks. */
export function storedDay(file: MonthFile, day: number, point: number, damage: DamageReports): RowColumns {
  const key: PartsKey = { file, table: 'day', t: day, point };
  return rowsOfParts(key, storedParts(key, damage), damage);
}

/** Rows of one hour, whichever table holds them; `dayRows` are those of its day's chunks. */
export function storedHour(
  file: MonthFile,
  hour: number,
  point: number,
  dayRows: RowColumns,
  damage: DamageReports,
): RowColumns {
  const key: PartsKey = { file, table: 'hour', t: hour, point };
  const ofDay = between(dayRows, hour * HOUR_MS, (hour + 1) * HOUR_MS);
  return unite(ofDay, rowsOfParts(key, storedParts(key, damage), damage));
}

/** As `storedHour`, fetching the day's chunks itself. */
export const storedHourAlone = (
  file: MonthFile,
  hour: number,
  point: number,
  damage: DamageReports,
): RowColumns => storedHour(file, hour, point, storedDay(file, dayOfHour(hour), point, damage), damage);

/** Places remembered as reported; beyond that many, repeats are reported again. */
const KNOWN_MAX = 10_000;

function reportOnce(damage: DamageReports, code: string, at: string, detail: string): void {
  if (damage.known.has(at)) return;
  if (damage.known.size >= KNOWN_MAX) damage.known.clear();
  damage.known.add(at);
  damage.report({ code, detail: `${at}: ${detail}` });
}
