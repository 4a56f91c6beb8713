/**
 * Which rows the list shows, in which order.
 *
 * Free, the list is simply sorted. Held (the officer is at it just now), nothing in it moves: rows keep their places
 * even when their alarm was taken, rose or ended meanwhile; the bar counts what is new and what rose. Red never waits:
 * an untaken red that is not in sight stands in the pinned strip.
 */
import type { Alarm } from '#domain/alarm.ts';
import { colourRank, worseColour, type Colour } from '#domain/colour.ts';
import { compareAlarms, isWaiting, tabOf } from './alarm-order.ts';
import { matches, type Compared, type Filter } from './filter.ts';

/** Rows of the pinned strip; more are counted beside it. */
export const PINNED_MAX = 3;

export type ListView = {
  /** Ids of the rows, top to bottom. */
  readonly rows: readonly string[];
  /** Rows whose alarm no longer belongs here (taken, ended, filtered out) but whose place is kept. */
  readonly settled: ReadonlySet<string>;
  /** The latched colour by which each row has its place. */
  readonly placed: ReadonlyMap<string, Colour>;
  /** Every untaken red of the city, whatever tab and filter show. */
  readonly reds: readonly string[];
  /** Alarms without a row yet, and those that rose since they got theirs; the highest latched colour of both. */
  readonly fresh: number;
  readonly risen: number;
  readonly highest: Colour | null;
};

export const EMPTY_VIEW: ListView = {
  rows: [],
  settled: new Set(),
  placed: new Map(),
  reds: [],
  fresh: 0,
  risen: 0,
  highest: null,
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
  const kept = held ? before.rows.filter((id) => source.find(id) !== undefined) : [];
  // Rows that are all done with are nothing to hold on to while others wait.
  const still = kept.some((id) => belongs.has(id)) || (kept.length > 0 && belonging.length === 0);
  const rows = still ? kept : [...belongs];
  const placed = still ? before.placed : new Map(belonging.map((alarm) => [alarm.id, alarm.highestColour]));

  const fresh = belonging.filter((alarm) => !placed.has(alarm.id));
  const risen = belonging.filter((alarm) => isWaiting(alarm) && hasRisen(alarm, placed.get(alarm.id)));
  return {
    rows,
    settled: new Set(rows.filter((id) => !belongs.has(id))),
    placed,
    reds: all
      .filter((alarm) => alarm.highestColour === 'red' && isWaiting(alarm))
      .sort(compareAlarms)
      .map(({ id }) => id),
    fresh: fresh.length,
    risen: risen.length,
    highest: highestOf([...fresh, ...risen]),
  };
}

const hasRisen = (alarm: Alarm, from: Colour | undefined): boolean =>
  from !== undefined && colourRank(alarm.highestColour) > colourRank(from);

export const highestOf = (alarms: readonly Alarm[]): Colour | null =>
  alarms.reduce<Colour | null>(
    (worst, { highestColour }) => (worst === null ? highestColour : worseColour(worst, highestColour)),
    null,
  );

/** The untaken reds that the rows in sight do not show: those of the pinned strip, and those beyond them. */
export function pinReds(
  view: ListView,
  sight: { readonly first: number; readonly count: number },
): { readonly pinned: readonly string[]; readonly more: readonly string[] } {
  const seen = new Set(view.rows.slice(sight.first, sight.first + sight.count));
  const hidden = view.reds.filter((id) => !seen.has(id));
  return { pinned: hidden.slice(0, PINNED_MAX), more: hidden.slice(PINNED_MAX) };
}

/** The row `by` places below (above when negative) the selected one; the first row when none is selected. */
export function neighbour(view: ListView, selected: string | null, by: number): string | null {
  const last = view.rows.length - 1;
  if (last < 0) return null;
  const at = selected === null ? -1 : view.rows.indexOf(selected);
  if (at < 0) return view.rows[by < 0 ? last : 0] ?? null;
  return view.rows[Math.min(last, Math.max(0, at + by))] ?? null;
}
