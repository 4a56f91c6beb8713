/**
 * Which rows the list shows, in which order.
 *
 * Free, the list is simply sorted. Held (it has the focus, or is scrolled), nothing in it moves: rows keep their places
 * even when their alarm was taken or ended meanwhile, and new ones wait in the "new alarms" bar. Red never waits:
 * an untaken red that is not among the rows stands in the pinned strip.
 */
import type { Alarm } from '#domain/alarm.ts';
import { worseColour, type Colour } from '#domain/colour.ts';
import { compareAlarms, isWaiting, tabOf } from './alarm-order.ts';
import { matches, type Compared, type Filter } from './filter.ts';

/** Rows of the pinned strip; more are counted beside it. */
export const PINNED_MAX = 3;

export type ListView = {
  /** Ids of the rows, top to bottom. */
  readonly rows: readonly string[];
  /** Rows whose alarm no longer belongs here (taken, ended, filtered out) but whose place is kept. */
  readonly settled: ReadonlySet<string>;
  readonly pinned: readonly string[];
  /** Untaken reds beyond those pinned. */
  readonly pinnedMore: number;
  /** Alarms waiting in the bar, and the highest latched colour among them. */
  readonly waiting: number;
  readonly waitingHighest: Colour | null;
};

export const EMPTY_VIEW: ListView = {
  rows: [],
  settled: new Set(),
  pinned: [],
  pinnedMore: 0,
  waiting: 0,
  waitingHighest: null,
};

export type ListSource = {
  readonly open: Iterable<Alarm>;
  /** Also closed ones, for rows whose place is kept. */
  find(id: string): Alarm | undefined;
  readonly by: Compared;
};

/** The next view. `held` keeps the rows of `before` in place. */
export function nextView(before: ListView, source: ListSource, filter: Filter, held: boolean): ListView {
  const all = [...source.open];
  const belonging = all
    .filter((alarm) => tabOf(alarm) === filter.tab && matches(filter, alarm, source.by))
    .sort(compareAlarms);
  const belongs = new Set(belonging.map((alarm) => alarm.id));
  const rows = held ? before.rows.filter((id) => source.find(id) !== undefined) : [...belongs];
  const shown = new Set(rows);

  const reds = all.filter((a) => a.highestColour === 'red' && isWaiting(a) && !shown.has(a.id));
  reds.sort(compareAlarms);
  const strip = new Set(reds.map((alarm) => alarm.id));
  const late = belonging.filter((alarm) => !shown.has(alarm.id) && !strip.has(alarm.id));
  return {
    rows,
    settled: new Set(rows.filter((id) => !belongs.has(id))),
    pinned: reds.slice(0, PINNED_MAX).map((alarm) => alarm.id),
    pinnedMore: Math.max(0, reds.length - PINNED_MAX),
    waiting: late.length,
    waitingHighest: late.reduce<Colour | null>(
      (worst, alarm) => (worst === null ? alarm.highestColour : worseColour(worst, alarm.highestColour)),
      null,
    ),
  };
}

/** The row `by` places below (above when negative) the selected one; the first row when none is selected. */
export function neighbour(view: ListView, selected: string | null, by: number): string | null {
  const last = view.rows.length - 1;
  if (last < 0) return null;
  const at = selected === null ? -1 : view.rows.indexOf(selected);
  if (at < 0) return view.rows[by < 0 ? last : 0] ?? null;
  return view.rows[Math.min(last, Math.max(0, at + by))] ?? null;
}
