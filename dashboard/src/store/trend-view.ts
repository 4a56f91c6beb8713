/** What the trend page shows, as its address holds it; panning and zooming are new addresses. */
import type { Timestamp } from '#domain/time.ts';

export const RANGES = [
  { name: '1h', ms: 3_600_000 },
  { name: '8h', ms: 8 * 3_600_000 },
  { name: '24h', ms: 86_400_000 },
  { name: '7d', ms: 7 * 86_400_000 },
] as const;
export type RangeName = (typeof RANGES)[number]['name'];

export const TREND_POINTS_MAX = 8;
const SPAN_MIN_MS = 10_000;
const SPAN_MAX_MS = 400 * 86_400_000;

export type TrendView = {
  readonly points: readonly string[];
  /** Up to now, and going on; `own` names a stretch of its own instead. */
  readonly range: RangeName;
  readonly own: { readonly from: Timestamp; readonly to: Timestamp } | null;
  readonly table: boolean;
};

export function trendFromQuery(query: URLSearchParams): TrendView {
  const named = (query.get('points') ?? '').split(',').filter((id) => /^[\w.-]+\/[\w.-]+$/.test(id));
  const [from, to] = [Number(query.get('from') ?? Number.NaN), Number(query.get('to') ?? Number.NaN)];
  return {
    points: [...new Set(named)].slice(0, TREND_POINTS_MAX),
    range: RANGES.find(({ name }) => name === query.get('range'))?.name ?? '1h',
    own: from < to ? bounded(from, to) : null,
    table: query.get('table') === '1',
  };
}

export function trendAddress(view: TrendView): string {
  const query = new URLSearchParams();
  if (view.points.length > 0) query.set('points', view.points.join(','));
  if (view.own !== null) {
    query.set('from', String(view.own.from));
    query.set('to', String(view.own.to));
  } else if (view.range !== '1h') query.set('range', view.range);
  if (view.table) query.set('table', '1');
  const text = query.toString().replaceAll('%2C', ',').replaceAll('%2F', '/');
  return text === '' ? '/trend' : `/trend?${text}`;
}

/** The stretch shown at `now`. */
export function windowOf(view: TrendView, now: Timestamp): { from: Timestamp; to: Timestamp } {
  if (view.own !== null) return view.own;
  const span = RANGES.find(({ name }) => name === view.range)?.ms ?? RANGES[0].ms;
  return { from: now - span, to: now };
}

/** By a part of what is shown; never past now, where it becomes the running range again if it has that length. */
export function panned(view: TrendView, part: number, now: Timestamp): TrendView {
  const { from, to } = windowOf(view, now);
  const by = Math.round((to - from) * part);
  if (to + by >= now) {
    const range = RANGES.find(({ ms }) => ms === to - from)?.name;
    return range === undefined ? zoomedTo(view, now - (to - from), now) : { ...view, range, own: null };
  }
  return zoomedTo(view, from + by, to + by);
}

/** Around the middle; `factor` below 1 comes closer. */
export function zoomed(view: TrendView, factor: number, now: Timestamp): TrendView {
  const { from, to } = windowOf(view, now);
  const half = ((to - from) * factor) / 2;
  const middle = (from + to) / 2;
  return zoomedTo(view, middle - half, Math.min(now, middle + half));
}

export const zoomedTo = (view: TrendView, from: Timestamp, to: Timestamp): TrendView => ({
  ...view,
  own: bounded(from, to),
});

/** Where an alarm began, with what led to it: the last hour when it lies therein, else the half hours around it. */
export function trendOfAlarm(point: string, onsetAt: Timestamp, now: Timestamp): TrendView {
  const view: TrendView = { points: [point], range: '1h', own: null, table: false };
  const half = RANGES[0].ms / 2;
  return now - onsetAt <= half ? view : zoomedTo(view, onsetAt - half, Math.min(now, onsetAt + half));
}

function bounded(from: Timestamp, to: Timestamp): { from: Timestamp; to: Timestamp } {
  const span = Math.min(SPAN_MAX_MS, Math.max(SPAN_MIN_MS, to - from));
  const start = Math.round(Math.max(0, (from + to - span) / 2));
  return { from: start, to: start + Math.round(span) };
}
