/** Reading one point over a stretch of time: chunks of hours and days, with open rows applied onto them. */
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import { addRows, addSummary, type BucketBuilder, builtBuckets, newBucketBuilder } from './bucket-builder.ts';
import { decodeTrend } from './chunk-codec.ts';
import type { MonthFile } from './month-file.ts';
import { type MonthFiles, type Month, monthOfHour, monthStartHour } from './month-files.ts';
import { type OpenHours, openRowsOf } from './open-hours.ts';
import { mergeRows } from './row-merge.ts';
import {
  dayOfHour,
  HOUR_MS,
  HOURS_PER_DAY,
  hourOf,
  newColumns,
  rawRow,
  type RowColumns,
} from './row-columns.ts';
import {
  type DamageReports,
  decoded,
  NO_ROWS,
  type PartsKey,
  storedDay,
  storedHour,
  storedHourAlone,
  storedParts,
  summaryOf,
} from './stored-chunks.ts';

export type Sources = {
  readonly files: MonthFiles;
  readonly hours: OpenHours;
  readonly damage: DamageReports;
};

/** The first `limit` rows in [from, to), by time. */
export function readRaw(
  sources: Sources,
  point: number,
  from: Timestamp,
  to: Timestamp,
  limit: number,
): RawRow[] {
  const found: RawRow[] = [];
  const open = openRowsOf(sources.hours, point, from, to);
  for (const { file, day, hours } of daysIn(sources, open, from, to)) {
    const dayRows = file ? storedDay(file, day, point, sources.damage) : NO_ROWS;
    for (const hour of hours) {
      const stored = file ? storedHour(file, hour, point, dayRows, sources.damage) : NO_ROWS;
      const incoming = open.get(hour);
      const rows = incoming ? mergeRows(stored, incoming).rows : stored;
      for (let i = 0; i < rows.length; i++) {
        const time = rows.time[i] ?? 0;
        if (time < from || time >= to) continue;
        if (found.length >= limit) return found;
        found.push(rawRow(rows, i));
      }
    }
  }
  return found;
}

/** Buckets over [from, to); [] when there is nothing or the stretch or count is empty. */
export function readBuckets(
  sources: Sources,
  point: number,
  from: Timestamp,
  to: Timestamp,
  count: number,
): Bucket[] {
  if (!(to > from) || !(count >= 1)) return [];
  const builder = newBucketBuilder(from, to, Math.floor(count));
  const open = openRowsOf(sources.hours, point, from, to);
  for (const { file, day, hours } of daysIn(sources, open, from, to)) {
    if (file) addParts(builder, { file, table: 'day', t: day, point }, open, sources.damage);
    for (const hour of hours) {
      const incoming = open.get(hour);
      if (incoming) {
        const stored = file ? storedHourAlone(file, hour, point, sources.damage) : NO_ROWS;
        const { rows } = mergeRows(stored, incoming);
        addRows(builder, rows, 0, rows.length);
      } else if (file) addParts(builder, { file, table: 'hour', t: hour, point }, NONE_OPEN, sources.damage);
    }
  }
  return builtBuckets(builder);
}

/** Rows of one hour as they stand, open ones included. */
export function readHour(sources: Sources, point: number, hour: number): RowColumns {
  const incoming = openRowsOf(sources.hours, point, hour * HOUR_MS, (hour + 1) * HOUR_MS).get(hour);
  const file = sources.files.existing(monthOfHour(hour));
  const stored = file ? storedHourAlone(file, hour, point, sources.damage) : NO_ROWS;
  return incoming ? mergeRows(stored, incoming).rows : stored;
}

const NONE_OPEN: ReadonlyMap<number, RowColumns> = new Map();
/** Decoded here again and again; only good until the next part. */
const trend = newColumns(4096);

/** Adds stored parts: by summary where one bucket takes the whole part, else row by row, less the hours that are open. */
function addParts(
  builder: BucketBuilder,
  key: PartsKey,
  open: ReadonlyMap<number, RowColumns>,
  damage: DamageReports,
): void {
  const someOpen = [...open.keys()].some((hour) => dayOfHour(hour) === key.t);
  for (const part of storedParts(key, damage)) {
    if (!someOpen) {
      const summary = summaryOf(key, part, damage);
      if (summary === null || summary.lastTime < builder.from || summary.firstTime >= builder.to) continue;
      if (addSummary(builder, summary)) continue;
    }
    trend.length = 0;
    if (decoded(key, part, damage, (bytes, place) => decodeTrend(bytes, place, trend)) === null) continue;
    if (someOpen) addClosedHours(builder, trend, open);
    else addRows(builder, trend, 0, trend.length);
  }
}

function addClosedHours(
  builder: BucketBuilder,
  rows: RowColumns,
  open: ReadonlyMap<number, RowColumns>,
): void {
  for (let start = 0; start < rows.length; ) {
    const hour = hourOf(rows.time[start] ?? 0);
    let end = start + 1;
    while (end < rows.length && hourOf(rows.time[end] ?? 0) === hour) end++;
    if (!open.has(hour)) addRows(builder, rows, start, end);
    start = end;
  }
}

type DayStretch = { readonly file: MonthFile | null; readonly day: number; readonly hours: Iterable<number> };

/** The days of [from, to) that can hold rows, with their hours in it, in order. */
function* daysIn(
  sources: Sources,
  open: ReadonlyMap<number, RowColumns>,
  from: Timestamp,
  to: Timestamp,
): Iterable<DayStretch> {
  const lastHour = Math.ceil(to / HOUR_MS) - 1;
  for (const month of monthsIn(sources, open, hourOf(from), lastHour)) {
    const file = sources.files.existing(month);
    const first = Math.max(hourOf(from), monthStartHour(month));
    const last = Math.min(lastHour, monthStartHour(month + 1) - 1);
    for (let day = dayOfHour(first); day <= dayOfHour(last); day++) {
      const dayFirst = Math.max(first, day * HOURS_PER_DAY);
      const dayLast = Math.min(last, (day + 1) * HOURS_PER_DAY - 1);
      const hours = Array.from({ length: dayLast - dayFirst + 1 }, (_, i) => dayFirst + i);
      if (file || hours.some((hour) => open.has(hour))) yield { file, day, hours };
    }
  }
}

function monthsIn(
  sources: Sources,
  open: ReadonlyMap<number, RowColumns>,
  firstHour: number,
  lastHour: number,
): Month[] {
  const months = new Set([...sources.files.months(), ...[...open.keys()].map(monthOfHour)]);
  const inRange = (month: Month): boolean =>
    monthStartHour(month + 1) > firstHour && monthStartHour(month) <= lastHour;
  return [...months].filter(inRange).sort((a, b) => a - b);
}
