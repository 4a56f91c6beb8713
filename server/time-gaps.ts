/** Stretches in which a point has no stored data for more than three report intervals, read from the store. */
import type { PointEntry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import type { HistoryPort } from './ports.ts';

export type TimeGap = {
  readonly point: string;
  /** Last row before it, or the beginning of what was asked; first row after it, or its end. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly reportIntervalMs: number;
};

const INTERVALS = 3;
/** As many buckets as a trend may have. */
const BUCKETS_MAX = 5_000;
const ROWS_MAX = 10_000;

/**
 * A gap of three intervals holds at least one empty bucket of one and a half, whereever they begin; only the edges of
 * empty stretches are then read row by row. Over a long stretch of a fast point buckets are wider, and what is shorter
 * than two of them is not found.
 */
export async function timeGaps(
  history: HistoryPort,
  point: PointEntry,
  from: Timestamp,
  to: Timestamp,
): Promise<TimeGap[]> {
  const { reportIntervalMs, index, id } = point;
  const count = Math.max(
    1,
    Math.min(BUCKETS_MAX, Math.ceil((to - from) / (reportIntervalMs * (INTERVALS / 2)))),
  );
  const widthMs = (to - from) / count;
  const buckets = await history.buckets(index, from, to, count);
  const filled = new Set(buckets.map((bucket) => Math.round((bucket.from - from) / widthMs)));
  const gaps: TimeGap[] = [];
  for (let place = 0; place < count; place++) {
    if (filled.has(place)) continue;
    const begin = place;
    while (place < count && !filled.has(place)) place += 1;
    const start = await lastBefore(history, index, from + begin * widthMs, widthMs, from);
    const end = await firstFrom(history, index, from + place * widthMs, to);
    const lengthMs = end - start;
    if (lengthMs > reportIntervalMs * INTERVALS)
      gaps.push({ point: id, from: start, to: end, reportIntervalMs });
  }
  return gaps;
}

async function lastBefore(
  history: HistoryPort,
  index: number,
  at: number,
  widthMs: number,
  from: Timestamp,
): Promise<Timestamp> {
  if (at <= from) return from;
  const rows = await history.raw(index, Math.floor(at - widthMs), Math.ceil(at), ROWS_MAX);
  return rows.at(-1)?.time ?? Math.floor(at);
}

async function firstFrom(history: HistoryPort, index: number, at: number, to: Timestamp): Promise<Timestamp> {
  if (at >= to) return to;
  const [row] = await history.raw(index, Math.floor(at), to, 1);
  return row?.time ?? to;
}
