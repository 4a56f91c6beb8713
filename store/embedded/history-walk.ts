/**
 * Stored history in order of time, across points: what a back-test reads, from another process, while the store goes on
 * writing. Month files are opened read-only; the running hours are not in them yet, so the walk ends where sealing has
 * come to. Damaged chunks are counted and passed over.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Measurement } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { QUALITIES } from '../measurement-columns.ts';
import { ChunkDamaged, decodeChunk } from './chunk-codec.ts';
import { type ChunkTable, placeOf } from './month-file.ts';
import { dayOfHour, HOUR_MS, hourOf, newColumns, type RowColumns } from './row-columns.ts';

const NAME = /^data-(\d{4})(\d{2})\.db$/;
const SECOND_MS = 1_000;
const SECONDS_PER_HOUR = 3_600;

export type WalkFigures = {
  readonly rows: number;
  /** End of the last hour that had any row; `from` when there was none. */
  readonly coveredThrough: Timestamp;
  readonly damagedChunks: number;
};

/**
 * Calls `each.row` for every row of the wanted points with from <= time < to, by time, then point, and `each.hour` as an
 * hour begins. Throws SQLite's error when a file cannot be read at all.
 */
export function walkHistory(
  directory: string,
  stretch: {
    readonly from: Timestamp;
    readonly to: Timestamp;
    readonly wanted: (pointIndex: number) => boolean;
    /** Whether one point's rows [start, end) of an hour may be passed over; asked as the hour begins. */
    readonly passes?: Passes;
  },
  each: { row(m: Measurement): void; hour?(time: Timestamp): void },
): WalkFigures {
  const { from, to } = stretch;
  const figures = { rows: 0, coveredThrough: from, damagedChunks: 0 };
  const reading: Reading = { wanted: stretch.wanted, damaged: () => void (figures.damagedChunks += 1) };
  for (const { path, firstHour, endHour } of monthsIn(directory, hourOf(from), hourOf(to - 1))) {
    const database = new DatabaseSync(path, { readOnly: true });
    try {
      let day = -1;
      let ofDay: PointRows = new Map();
      for (let hour = firstHour; hour < endHour; hour += 1) {
        if (dayOfHour(hour) !== day) {
          day = dayOfHour(hour);
          ofDay = chunksAt(database, 'day', day, reading);
        }
        each.hour?.(hour * HOUR_MS);
        const all = sourcesOf(ofDay, chunksAt(database, 'hour', hour, reading), hour);
        const sources = stretch.passes === undefined ? all : notPassed(all, stretch.passes, from, to);
        const told = tellInOrder(sources, hour, from, to, each.row) + rowsPassed(all, sources);
        figures.rows += told;
        if (told > 0) figures.coveredThrough = Math.min(to, (hour + 1) * HOUR_MS);
      }
    } finally {
      database.close();
    }
  }
  return figures;
}

/** Rows are by time, one hour's of one point. */
export type Passes = (point: number, rows: RowColumns, start: number, end: number) => boolean;

type Reading = { readonly wanted: (pointIndex: number) => boolean; readonly damaged: () => void };
/** Rows by time, per point. */
type PointRows = Map<number, RowColumns>;
type MonthStretch = { readonly path: string; readonly firstHour: number; readonly endHour: number };

function monthsIn(directory: string, firstHour: number, lastHour: number): MonthStretch[] {
  return readdirSync(directory)
    .flatMap((name): MonthStretch[] => {
      const match = NAME.exec(name);
      if (match === null) return [];
      const [year, month] = [Number(match[1]), Number(match[2]) - 1];
      const start = Math.max(firstHour, Date.UTC(year, month) / HOUR_MS);
      const end = Math.min(lastHour + 1, Date.UTC(year, month + 1) / HOUR_MS);
      return start < end ? [{ path: join(directory, name), firstHour: start, endHour: end }] : [];
    })
    .sort((a, b) => a.firstHour - b.firstHour);
}

function chunksAt(database: DatabaseSync, table: ChunkTable, t: number, reading: Reading): PointRows {
  const found: PointRows = new Map();
  const statement = database.prepare(`SELECT s, part, b FROM ${table} WHERE t=? ORDER BY s, part`);
  for (const row of statement.iterate(t)) {
    const [point, part, bytes] = [Number(row['s']), Number(row['part']), row['b']];
    if (!reading.wanted(point) || !(bytes instanceof Uint8Array)) continue;
    const rows = found.get(point) ?? newColumns(64);
    found.set(point, rows);
    try {
      decodeChunk(bytes, placeOf(table, t, point, part), rows);
    } catch (error) {
      if (!(error instanceof ChunkDamaged)) throw error;
      reading.damaged();
    }
  }
  return found;
}

/** Rows [start, end) of one point, by time. */
type Source = {
  readonly point: number;
  readonly rows: RowColumns;
  readonly start: number;
  readonly end: number;
};

/** By point; a point may have rows in its day's chunk and in its hour's, and while days are gathered the same in both. */
function sourcesOf(ofDay: PointRows, ofHour: PointRows, hour: number): Source[] {
  const sources: Source[] = [];
  for (const [point, rows] of ofHour) sources.push({ point, rows, start: 0, end: rows.length });
  for (const [point, rows] of ofDay) {
    const start = firstFrom(rows, hour * HOUR_MS);
    const end = firstFrom(rows, (hour + 1) * HOUR_MS);
    if (start < end) sources.push({ point, rows, start, end });
  }
  return sources.sort((a, b) => a.point - b.point);
}

/** Without those that may be passed over. An hour cut by the stretch, or kept in two places, is gone through. */
function notPassed(all: readonly Source[], passes: Passes, from: Timestamp, to: Timestamp): Source[] {
  return all.filter(({ point, rows, start, end }, at) => {
    const isWhole = (rows.time[start] ?? 0) >= from && (rows.time[end - 1] ?? to) < to;
    const isAlone = all[at - 1]?.point !== point && all[at + 1]?.point !== point;
    return !(isWhole && isAlone && passes(point, rows, start, end));
  });
}

const rowsIn = (sources: readonly Source[]): number =>
  sources.reduce((sum, { start, end }) => sum + end - start, 0);
const rowsPassed = (all: readonly Source[], told: readonly Source[]): number =>
  all === told ? 0 : rowsIn(all) - rowsIn(told);

/** Index of the first row at or after `time`. */
function firstFrom(rows: RowColumns, time: Timestamp): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows.time[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

function tellInOrder(
  sources: readonly Source[],
  hour: number,
  from: Timestamp,
  to: Timestamp,
  each: (m: Measurement) => void,
): number {
  const order = orderOf(sources, hour);
  let told = 0;
  let last = { point: -1, time: NaN };
  for (let place = 0; place < order.source.length; place += 1) {
    const source = sources[order.source[place] ?? 0];
    if (source === undefined) continue;
    const { point, rows } = source;
    const at = order.row[place] ?? 0;
    const time = rows.time[at] ?? 0;
    if (time < from || time >= to || (point === last.point && time === last.time)) continue;
    last = { point, time };
    told += 1;
    each(measurementOf(point, rows, at));
  }
  return told;
}

function measurementOf(pointIndex: number, rows: RowColumns, at: number): Measurement {
  const deviceTime = rows.deviceTime[at] ?? NaN;
  return {
    pointIndex,
    time: rows.time[at] ?? 0,
    deviceTime: Number.isNaN(deviceTime) ? null : deviceTime,
    receivedAt: rows.receivedAt[at] ?? 0,
    value: rows.value[at] ?? NaN,
    quality: QUALITIES[rows.quality[at] ?? 2] ?? 'bad',
    flags: rows.flags[at] ?? 0,
  };
}

/** Places by time, then point: counted into the seconds of the hour, then each second sorted by insertion. */
function orderOf(sources: readonly Source[], hour: number): { source: Uint32Array; row: Uint32Array } {
  const hourMs = hour * HOUR_MS;
  const secondOf = (rows: RowColumns, at: number): number =>
    Math.floor(((rows.time[at] ?? 0) - hourMs) / SECOND_MS);
  const begins = new Uint32Array(SECONDS_PER_HOUR + 1);
  for (const { rows, start, end } of sources) {
    for (let at = start; at < end; at += 1) {
      const next = secondOf(rows, at) + 1;
      begins[next] = (begins[next] ?? 0) + 1;
    }
  }
  for (let i = 1; i < begins.length; i += 1) begins[i] = (begins[i] ?? 0) + (begins[i - 1] ?? 0);
  const total = begins[SECONDS_PER_HOUR] ?? 0;
  const order = { source: new Uint32Array(total), row: new Uint32Array(total) };
  const fill = begins.slice();
  sources.forEach(({ rows, start, end }, index) => {
    for (let at = start; at < end; at += 1) {
      const second = secondOf(rows, at);
      let place = fill[second] ?? 0;
      fill[second] = place + 1;
      const time = rows.time[at] ?? 0;
      for (; place > (begins[second] ?? 0) && timeAt(sources, order, place - 1) > time; place -= 1) {
        order.source[place] = order.source[place - 1] ?? 0;
        order.row[place] = order.row[place - 1] ?? 0;
      }
      order.source[place] = index;
      order.row[place] = at;
    }
  });
  return order;
}

const timeAt = (
  sources: readonly Source[],
  order: { readonly source: Uint32Array; readonly row: Uint32Array },
  place: number,
): Timestamp => sources[order.source[place] ?? 0]?.rows.time[order.row[place] ?? 0] ?? 0;
