/**
 * What two catalogues make of the same history, side by side: what would have been added, removed and changed, and how
 * much an officer would have had to bear. Figures are those of alarm management (IEC 62682, EEMUA 191).
 */
import { COLOURS, type Colour } from '#domain/colour.ts';
import type { Timestamp } from '#domain/time.ts';
import type {
  BacktestEpisode,
  BacktestLoad,
  BacktestReport,
  Detection,
  LabelledEvent,
} from '#domain/contract/backtest.ts';

export type { BacktestLoad, BacktestReport, LabelledEvent } from '#domain/contract/backtest.ts';

/** Shifts of `shiftMs` follow each other from `from` on. */
export type Shifts = { readonly from: Timestamp; readonly shiftMs: number };

export type ReportOptions = Shifts & {
  readonly labels: readonly LabelledEvent[];
  /** Differences listed in all; the rest is counted. */
  readonly listedMax: number;
};

const MINUTE = 60_000;
const FLOOD_WINDOW_MS = 10 * MINUTE;
const FLOOD_BEGINS_ABOVE = 10;
const FLOOD_ENDS_BELOW = 5;
const CHATTER_ONSETS = 3;

/** Both lists by onset, as `createBacktest` gives them. */
export function compareEpisodes(
  before: readonly BacktestEpisode[],
  after: readonly BacktestEpisode[],
  options: ReportOptions,
): BacktestReport {
  const pairs = pairUp(before, after);
  const changed = pairs.matched.filter(([a, b]) => !isSame(a, b)).map(([a, b]) => ({ before: a, after: b }));
  const room = { left: options.listedMax };
  const listed = {
    added: take(pairs.added, room),
    removed: take(pairs.removed, room),
    changed: take(changed, room),
  };
  const differences = pairs.added.length + pairs.removed.length + changed.length;
  const counts = {
    added: pairs.added.length,
    removed: pairs.removed.length,
    changed: changed.length,
  };
  const shown = listed.added.length + listed.removed.length + listed.changed.length;
  const found = [before, after].map((episodes) => detect(episodes, options.labels));
  return {
    before: loadOf(before, options),
    after: loadOf(after, options),
    same: pairs.matched.length - changed.length,
    ...listed,
    differences: counts,
    unlisted: differences - shown,
    detection: options.labels.map(({ name }, at) => ({
      label: name,
      before: found[0]?.[at]?.delayMs ?? null,
      after: found[1]?.[at]?.delayMs ?? null,
    })),
  };
}

/** Load of one list of episodes, by onset. */
export function loadOf(episodes: readonly BacktestEpisode[], { from, shiftMs }: Shifts): BacktestLoad {
  const byColour: Record<Colour, number> = { blue: 0, yellow: 0, orange: 0, red: 0 };
  const perShift: number[] = [];
  for (const { colour, onsetAt } of episodes) {
    byColour[colour] += 1;
    const shift = Math.max(0, Math.floor((onsetAt - from) / shiftMs));
    while (perShift.length <= shift) perShift.push(0);
    perShift[shift] = (perShift[shift] ?? 0) + 1;
  }
  return { alarms: episodes.length, byColour, perShift, ...burdenOf(episodes) };
}

/** Delay from each labelled event to the first alarm at its place that stands at any time during it. */
export function detect(
  episodes: readonly BacktestEpisode[],
  labels: readonly LabelledEvent[],
): readonly Detection[] {
  return labels.map((label) => {
    const first = episodes.find(
      (one) =>
        (label.point === undefined || one.point === label.point) &&
        (label.facility === undefined || one.facility === label.facility) &&
        one.onsetAt <= label.to &&
        (one.returnedAt ?? Infinity) >= label.from,
    );
    const delayMs = first === undefined ? null : Math.max(0, first.onsetAt - label.from);
    return { label: label.name, delayMs };
  });
}

function burdenOf(episodes: readonly BacktestEpisode[]) {
  let peakPer10Min = 0;
  let floods = 0;
  let inFlood = false;
  let first = 0;
  episodes.forEach(({ onsetAt }, last) => {
    while ((episodes[first]?.onsetAt ?? onsetAt) <= onsetAt - FLOOD_WINDOW_MS) {
      first += 1;
      if (inFlood && last - first < FLOOD_ENDS_BELOW) inFlood = false;
    }
    const count = last - first + 1;
    peakPer10Min = Math.max(peakPer10Min, count);
    if (!inFlood && count > FLOOD_BEGINS_ABOVE) {
      inFlood = true;
      floods += 1;
    }
  });
  return { peakPer10Min, floods, chattering: chatteringOf(episodes) };
}

function chatteringOf(episodes: readonly BacktestEpisode[]): number {
  let chattering = 0;
  for (const onsets of byPlace(episodes).values()) {
    const part = new Set<number>();
    onsets.forEach(({ onsetAt }, at) => {
      const third = onsets[at + CHATTER_ONSETS - 1];
      if (third === undefined || third.onsetAt - onsetAt > MINUTE) return;
      for (let i = at; i < at + CHATTER_ONSETS; i += 1) part.add(i);
    });
    chattering += part.size;
  }
  return chattering;
}

type Pairs = {
  readonly matched: readonly (readonly [BacktestEpisode, BacktestEpisode])[];
  readonly added: readonly BacktestEpisode[];
  readonly removed: readonly BacktestEpisode[];
};

/** Pairs episodes of one place and rule that overlap, earliest with earliest; each at most once. */
function pairUp(before: readonly BacktestEpisode[], after: readonly BacktestEpisode[]): Pairs {
  const matched: (readonly [BacktestEpisode, BacktestEpisode])[] = [];
  const removed: BacktestEpisode[] = [];
  const taken = new Set<BacktestEpisode>();
  const others = byPlace(after);
  const nextAt = new Map<string, number>();
  for (const one of before) {
    const place = placeOf(one);
    const candidates = others.get(place) ?? [];
    let at = nextAt.get(place) ?? 0;
    while (at < candidates.length && endsBefore(candidates[at], one)) at += 1;
    const partner = candidates[at];
    if (partner !== undefined && !endsBefore(one, partner)) {
      matched.push([one, partner]);
      taken.add(partner);
      at += 1;
    } else removed.push(one);
    nextAt.set(place, at);
  }
  return { matched, removed, added: after.filter((one) => !taken.has(one)) };
}

const endsBefore = (one: BacktestEpisode | undefined, other: BacktestEpisode): boolean =>
  one !== undefined && (one.returnedAt ?? Infinity) < other.onsetAt;

function byPlace(episodes: readonly BacktestEpisode[]): Map<string, BacktestEpisode[]> {
  const places = new Map<string, BacktestEpisode[]>();
  for (const one of episodes) {
    const list = places.get(placeOf(one));
    if (list === undefined) places.set(placeOf(one), [one]);
    else list.push(one);
  }
  return places;
}

const placeOf = ({ rule, point, facility }: BacktestEpisode): string => `${rule} ${point ?? facility ?? ''}`;

const isSame = (a: BacktestEpisode, b: BacktestEpisode): boolean =>
  a.colour === b.colour && a.limit === b.limit && a.onsetAt === b.onsetAt && a.returnedAt === b.returnedAt;

function take<T>(from: readonly T[], room: { left: number }): readonly T[] {
  const taken = from.slice(0, Math.max(0, room.left));
  room.left -= taken.length;
  return taken;
}

/** `red 1 · orange 6 · …`, most severe first. */
export const colourLine = (byColour: Readonly<Record<Colour, number>>): string =>
  COLOURS.toReversed()
    .map((colour) => `${colour} ${byColour[colour]}`)
    .join(' · ');
