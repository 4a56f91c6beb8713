/**
 * What one window of late data says, judged together with what was stored around it. An episode may begin before the
 * window, or go on after it, in data that came at another time: it is judged whole, so that the same data end in the
 * same alarms in whatever order they came.
 */
import type { RawRow } from '#domain/contract/history.ts';
import type { RejudgedEpisode } from '#domain/input.ts';
import { FLAG } from '#domain/measurement.ts';
import type { PointEntry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import type { OutputStore } from '#store/ports.ts';
import { AHEAD_MAX_MS, liveWindowMs } from '#ingest/gateway-clock.ts';
import { beginSeries } from '#rules/engine.ts';
import type { City } from './city.ts';
import type { LateWindow } from './late-windows.ts';

const HOUR_MS = 3_600_000;
/** Longest rule window of the catalogue (rain over 12 h) and the delays around it: what a judgement needs before it. */
const WARM_UP_MS = 13 * HOUR_MS;
/** As long as that a sample goes on to count: it may begin, put off or end an episode whose own times lie after it. */
const REACH_MS = WARM_UP_MS;
/** How far back is read, one after the other, while an episode of the window began before what was read. */
const LOOK_BACKS_MS = [WARM_UP_MS, 240 * HOUR_MS, 2_400 * HOUR_MS];
const LOOK_AHEAD_MS = HOUR_MS;
/** Rows of one point judged in one go; what is left of a longer window is judged next. */
const ROWS_MAX = 500_000;
/** Rows read or judged without letting anything else happen: a few milliseconds. */
const SLICE_ROWS = 2_000;

/** `episodes` is all there is with an onset in [from, to] and begun in late data. */
export type Judged = {
  readonly from: Timestamp;
  readonly to: Timestamp;
  readonly episodes: readonly RejudgedEpisode[];
};

type Reach = Pick<LateWindow, 'from' | 'to'>;
type Stretch = { readonly rows: readonly RawRow[]; readonly until: Timestamp; readonly whole: boolean };

/**
 * Judges what the samples of `late` may have changed, at the wall clock's `now`, slice by slice with a `pause` between.
 * Rejects when `read` does.
 */
export async function judgeWindow(
  city: City,
  pointIndex: number,
  late: LateWindow,
  now: Timestamp,
  read: OutputStore['raw'],
  pause: () => Promise<void>,
): Promise<Judged> {
  const point = city.registry.pointsByIndex[pointIndex];
  const window = { from: late.from, to: Math.max(late.to, Math.min(late.to + REACH_MS, now)) };
  const readFrom = async (from: Timestamp, ahead: Timestamp): Promise<Stretch> => {
    const to = Math.max(window.to, Math.min(ahead, now));
    const rows = await readSliced(read, pointIndex, from, to + 1);
    const whole = rows.length < ROWS_MAX;
    return { rows, until: whole ? to : (rows.at(-1)?.time ?? to), whole };
  };
  const judge = async ({ rows, until }: Stretch): Promise<readonly RejudgedEpisode[]> => {
    const series = beginSeries(city.rules, city.registry, pointIndex);
    for (let at = 0; at < rows.length; at += SLICE_ROWS) {
      if (at > 0) await pause();
      series.take(seriesOf(rows.slice(at, at + SLICE_ROWS), point));
    }
    return series.finish(until);
  };

  let ahead = window.to + LOOK_AHEAD_MS;
  let back = 0;
  let from = window.from - (LOOK_BACKS_MS[back] ?? 0);
  let stretch = await readFrom(from, ahead);
  let found = await judge(stretch);
  for (;;) {
    const touching = found.filter((episode) => touches(episode, window, stretch.until));
    const beganBefore = touching.some((one) => one.onsetAt < Math.min(window.from, from + WARM_UP_MS));
    const goesOn = touching.some((one) => one.returnedAt === null) && stretch.until < now;
    const further = LOOK_BACKS_MS[back + 1];
    if (!stretch.whole || !((beganBefore && further !== undefined) || goesOn)) break;
    if (beganBefore && further !== undefined) {
      back += 1;
      from = window.from - further;
    }
    if (goesOn) ahead = now;
    const more = await readFrom(from, ahead);
    if (more.until < stretch.until || more.rows.length === stretch.rows.length) break;
    stretch = more;
    found = await judge(stretch);
  }
  return within(found, window, stretch, point);
}

function touches(episode: RejudgedEpisode, window: Reach, until: Timestamp): boolean {
  return episode.onsetAt <= Math.min(window.to, until) && (episode.returnedAt ?? Infinity) >= window.from;
}

/** The window, widened to hold every episode that touches it whole, and the late ones in it. */
function within(
  found: readonly RejudgedEpisode[],
  window: Reach,
  { rows, until }: Stretch,
  point: PointEntry | undefined,
): Judged {
  let { from } = window;
  let to = Math.min(window.to, until);
  for (const episode of found) {
    if (!touches(episode, window, until)) continue;
    from = Math.min(from, episode.onsetAt);
    to = Math.max(to, episode.returnedAt ?? until);
  }
  const liveMs = liveWindowMs(point?.reportIntervalMs ?? 0);
  const isLate = (row: RawRow): boolean => row.receivedAt - row.time > liveMs;
  const allLate = rows.every(isLate);
  const begunLate = (onsetAt: Timestamp): boolean => {
    const begin = allLate ? undefined : rows[lastThrough(rows, onsetAt)];
    return allLate || (begin !== undefined && isLate(begin));
  };
  const episodes = found.filter(({ onsetAt }) => onsetAt >= from && onsetAt <= to && begunLate(onsetAt));
  return { from, to, episodes };
}

/** Up to ROWS_MAX rows with from <= time < to, by time. */
async function readSliced(
  read: OutputStore['raw'],
  pointIndex: number,
  from: Timestamp,
  to: Timestamp,
): Promise<RawRow[]> {
  const rows: RawRow[] = [];
  for (let next = from; rows.length < ROWS_MAX; ) {
    const more = await read(pointIndex, next, to, Math.min(SLICE_ROWS, ROWS_MAX - rows.length));
    for (const row of more) rows.push(row);
    const last = more.at(-1);
    if (last === undefined || more.length < SLICE_ROWS) break;
    // One row a millisecond: none is passed over.
    next = last.time + 1;
  }
  return rows;
}

/** Index of the last row at or before `time`; -1 when there is none. */
function lastThrough(rows: readonly RawRow[], time: Timestamp): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.time ?? Infinity) <= time) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** What is stored does not say why a row is uncertain: its times and its point's range do. */
function seriesOf(rows: readonly RawRow[], point: PointEntry | undefined) {
  const { min = -Infinity, max = Infinity } = point?.range ?? {};
  return rows.map(({ time, receivedAt, value, quality }) => {
    const size =
      value === null || (value >= min && value <= max) ? 0 : value > max ? FLAG.overRange : FLAG.underRange;
    const future = time - receivedAt > AHEAD_MAX_MS ? FLAG.future : 0;
    return { time, value: value ?? Number.NaN, quality, flags: size | future };
  });
}
