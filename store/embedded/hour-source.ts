/** The store read by whole hours: what there is, its rows as they lie, their counts. Every call is a slice of work. */
import type { Measurement } from '#domain/measurement.ts';
import { BAD, QUALITIES } from '../measurement-columns.ts';
import type { Holdings } from './holdings.ts';
import { monthOfHour } from './month-files.ts';
import { openRowsOfPoints, pointOfRow } from './open-hours.ts';
import { dayOfHour, HOUR_MS, HOURS_PER_DAY, hourOf, type RowColumns } from './row-columns.ts';
import { mergeRows } from './row-merge.ts';
import { NO_ROWS, storedHourAlone } from './stored-chunks.ts';

/** Points looked at in one call: about 30 ms. */
export const POINTS_A_CALL = 200;

export interface HourSource {
  /** Hours that may hold rows, ascending. */
  hours(): number[];
  /** Points that may have rows in the hour, ascending. */
  points(hour: number): number[];
  /** Rows of the first `points` of these: no further than POINTS_A_CALL, or the point that makes it `rowsMax`. */
  rows(hour: number, points: readonly number[], rowsMax: number): { points: number; rows: Measurement[] };
  /** Rows of each of these (at most POINTS_A_CALL) in the hour before `to`. */
  counts(hour: number, to: number, points: readonly number[]): number[];
}

export function hourSourceOf(holdings: Holdings): HourSource {
  return {
    hours() {
      const found = new Set<number>();
      for (const month of holdings.files.months()) {
        const file = holdings.files.existing(month);
        for (const hour of file?.times('hour') ?? []) found.add(hour);
        for (const day of file?.times('day') ?? [])
          for (let hour = 0; hour < HOURS_PER_DAY; hour++) found.add(day * HOURS_PER_DAY + hour);
      }
      for (const buffer of [...holdings.hours.sealing, ...holdings.hours.open.values()])
        found.add(buffer.hour);
      return [...found].sort((a, b) => a - b);
    },
    points(hour) {
      const file = holdings.files.existing(monthOfHour(hour));
      const found = new Set(file?.pointsOf('hour', hour) ?? []);
      for (const point of file?.pointsOf('day', dayOfHour(hour)) ?? []) found.add(point);
      for (const buffer of [...holdings.hours.sealing, ...holdings.hours.open.values()]) {
        if (buffer.hour !== hour) continue;
        for (let i = 0; i < buffer.rowCount; i++) found.add(pointOfRow(buffer, i));
      }
      return [...found].sort((a, b) => a - b);
    },
    rows(hour, points, rowsMax) {
      const rows: Measurement[] = [];
      let done = 0;
      for (const columns of hourRows(holdings, hour, points.slice(0, POINTS_A_CALL))) {
        const point = points[done] ?? 0;
        for (let i = 0; i < columns.length; i++) {
          if (hourOf(columns.time[i] ?? 0) === hour) rows.push(measurementAt(columns, i, point));
        }
        done += 1;
        if (rows.length >= rowsMax) break;
      }
      return { points: done, rows };
    },
    counts: (hour, to, points) =>
      [...hourRows(holdings, hour, points.slice(0, POINTS_A_CALL))].map((columns) => {
        const until = Math.min(to, (hour + 1) * HOUR_MS);
        let count = 0;
        for (let i = 0; i < columns.length; i++) {
          const time = columns.time[i] ?? 0;
          if (time >= hour * HOUR_MS && time < until) count++;
        }
        return count;
      }),
  };
}

/** Rows of one point after another, open ones included. */
function* hourRows(holdings: Holdings, hour: number, points: readonly number[]): Generator<RowColumns> {
  const open = openRowsOfPoints(holdings.hours, points, hour);
  const file = holdings.files.existing(monthOfHour(hour));
  for (const point of points) {
    const stored = file ? storedHourAlone(file, hour, point, holdings.damage) : NO_ROWS;
    const incoming = open.get(point);
    yield incoming ? mergeRows(stored, incoming).rows : stored;
  }
}

function measurementAt(columns: RowColumns, index: number, pointIndex: number): Measurement {
  const deviceTime = columns.deviceTime[index] ?? NaN;
  return {
    pointIndex,
    time: columns.time[index] ?? 0,
    deviceTime: Number.isNaN(deviceTime) ? null : deviceTime,
    receivedAt: columns.receivedAt[index] ?? 0,
    value: columns.value[index] ?? NaN,
    quality: QUALITIES[columns.quality[index] ?? BAD] ?? 'bad',
    flags: columns.flags[index] ?? 0,
  };
}
