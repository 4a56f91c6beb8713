/** What the wall shows and when it turns: pure, told the time. */
import type { Alarm } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import { isWaiting, tabOf } from './alarm-order.ts';
import { colourRank } from '#domain/colour.ts';

/** Overview with the map, the open alarms as a list, the lifelines by district. */
export const WALL_PAGES = ['overview', 'list', 'areas'] as const;
export const TURN_MS = 30_000;

/** The page of an address's number; an unknown one is the first. */
export const wallPage = (n: string | undefined): number =>
  Math.min(WALL_PAGES.length, Math.max(1, Math.trunc(Number(n)) || 1));

/** An open 一级 or 二级 that nothing suppresses, taken or not: then the wall stays on its overview. */
export const isGrave = (alarm: Alarm): boolean => {
  const tab = tabOf(alarm);
  return tab !== null && tab !== 'suppressed' && colourRank(alarm.highestColour) >= colourRank('orange');
};

/** The gravest first, whoever took them; then the untaken, then the newest. */
export function worstFirst(alarms: readonly Alarm[]): Alarm[] {
  return alarms
    .filter((alarm) => {
      const tab = tabOf(alarm);
      return tab !== null && tab !== 'suppressed';
    })
    .sort(
      (a, b) =>
        colourRank(b.highestColour) - colourRank(a.highestColour) ||
        Number(isWaiting(b)) - Number(isWaiting(a)) ||
        b.onsetAt - a.onsetAt ||
        (a.id < b.id ? -1 : 1),
    );
}

/**
 * What runs out for an alarm: untaken, the time to take it (`respondMs` from its onset, when its rule has one); taken for
 * a time, that time. Null when nothing does. `leftMs` is negative when it is over.
 */
export function countdown(
  alarm: Alarm,
  respondMs: number | null,
  now: Timestamp,
): { readonly kind: 'take' | 'renew'; readonly leftMs: number } | null {
  if (alarm.state === 'unacknowledged')
    return respondMs === null ? null : { kind: 'take', leftMs: alarm.onsetAt + respondMs - now };
  const ends = alarm.acknowledgementExpiresAt;
  return alarm.state === 'acknowledged' && ends !== undefined ? { kind: 'renew', leftMs: ends - now } : null;
}

const SHIFT_EVERY_MS = 600_000;
const SHIFTS = [
  [0, 0],
  [2, 0],
  [2, 2],
  [0, 2],
] as const;

/** Which way the picture stands off its place, px, so that no line burns into the screen: another one every ten minutes. */
export const burnInShift = (now: Timestamp): readonly [x: number, y: number] =>
  SHIFTS[Math.floor(now / SHIFT_EVERY_MS) % SHIFTS.length] ?? SHIFTS[0];

const DAY_MS = 86_400_000;
/** 04:00 in the city, which is eight hours ahead of UTC. */
const RELOAD_OF_DAY_MS = 20 * 3_600_000;

/** The next night's moment for taking a fresh page. */
export function nextReload(from: Timestamp): Timestamp {
  const today = Math.floor(from / DAY_MS) * DAY_MS + RELOAD_OF_DAY_MS;
  return today > from ? today : today + DAY_MS;
}
