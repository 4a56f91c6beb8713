/** What the replay shows, as its address holds it: the second, the chosen alarm, the pace, the stretch of the axis, the filter. */
import type { Timestamp } from '#domain/time.ts';
import { PLAIN_VIEW, viewFromQuery, viewToQuery, type ViewState } from './view-state.ts';

export const SPEEDS = [1, 10, 60] as const;
export type Speed = (typeof SPEEDS)[number];
export const SPANS = [
  { name: '1h', ms: 3_600_000 },
  { name: '8h', ms: 8 * 3_600_000 },
  { name: '24h', ms: 86_400_000 },
] as const;
export type SpanName = (typeof SPANS)[number]['name'];

/** The city's clock is this far ahead of UTC: a day's axis begins at its midnight. */
const ZONE_MS = 8 * 3_600_000;
const STEP_MS = 1_000;
/** Where a replay without a time begins: an hour back. */
const BACK_MS = 3_600_000;

export type ReplayView = {
  /** Null = not said yet. */
  readonly at: Timestamp | null;
  readonly alarm: string | null;
  readonly speed: Speed;
  readonly span: SpanName;
  readonly seen: ViewState;
};
export const PLAIN_REPLAY: ReplayView = { at: null, alarm: null, speed: 1, span: '1h', seen: PLAIN_VIEW };

export function replayFromQuery(query: URLSearchParams, alarm: string | null): ReplayView {
  const at = Number(query.get('t') ?? Number.NaN);
  return {
    at: Number.isFinite(at) && at > 0 ? wholeSecond(at) : null,
    alarm,
    speed: SPEEDS.find((speed) => String(speed) === query.get('speed')) ?? PLAIN_REPLAY.speed,
    span: SPANS.find(({ name }) => name === query.get('span'))?.name ?? PLAIN_REPLAY.span,
    // A facility's card shows what is now: it has no place in the past.
    seen: { ...viewFromQuery(query), facility: null, follow: false },
  };
}

export function replayAddress({ at, alarm, speed, span, seen }: ReplayView): string {
  const query = new URLSearchParams(viewToQuery(seen));
  if (at !== null) query.set('t', String(wholeSecond(at)));
  if (speed !== PLAIN_REPLAY.speed) query.set('speed', String(speed));
  if (span !== PLAIN_REPLAY.span) query.set('span', span);
  const path = alarm === null ? '/replay' : `/replay/a/${encodeURIComponent(alarm)}`;
  const text = query.toString().replaceAll('%2C', ',');
  return text === '' ? path : `${path}?${text}`;
}

/** The end of its second: what happened in that second has happened. */
export const wholeSecond = (at: Timestamp): Timestamp => Math.floor(at / STEP_MS) * STEP_MS + STEP_MS - 1;

export const startOf = (now: Timestamp): Timestamp => wholeSecond(now - BACK_MS);

/** The stretch of the axis that holds a time: whole hours, eights of hours or days of the city. */
export function axisOf(at: Timestamp, name: SpanName): { readonly from: Timestamp; readonly to: Timestamp } {
  const ms = SPANS.find((span) => span.name === name)?.ms ?? SPANS[0].ms;
  const from = Math.floor((at + ZONE_MS) / ms) * ms - ZONE_MS;
  return { from, to: from + ms };
}
