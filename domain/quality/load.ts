/** How much people heard: rates and floods as ISA-18.2 and EEMUA 191 count them. */
import type { Timestamp } from '../time.ts';
import type { Period } from './rows.ts';

export const TEN_MINUTES_MS = 600_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
/** A flood begins above the first number of alarms in ten minutes and ends below the second. */
export const FLOOD_ABOVE = 10;
export const FLOOD_OVER_BELOW = 5;
/** More than so many in an hour is more than one person can answer. */
const BUSY_HOUR_ABOVE = 30;

export type Load = {
  readonly rings: number;
  readonly per10Min: number;
  readonly perDay: number;
  /** Most in ten minutes, whenever they began. */
  readonly peakPer10Min: number;
  /** Share (0 to 1) of the ten-minute slots of the period with more than ten, and of its hours with more than thirty. */
  readonly busySlotShare: number;
  readonly busyHourShare: number;
  readonly floods: number;
  readonly floodMinutes: number;
};

/** `heard` = when something rang, sorted; those of the hour before the period show a flood that goes on into it. */
export function loadOf(heard: readonly Timestamp[], period: Period): Load {
  const inside = heard.filter((at) => at >= period.from && at < period.to);
  const lastsMs = Math.max(period.to - period.from, 1);
  const floods = floodsOf(heard, period.to).filter(({ to }) => to > period.from);
  const floodMs = floods.reduce((sum, { from, to }) => sum + to - Math.max(from, period.from), 0);
  return {
    rings: inside.length,
    per10Min: (inside.length * TEN_MINUTES_MS) / lastsMs,
    perDay: (inside.length * DAY_MS) / lastsMs,
    peakPer10Min: peak(inside),
    busySlotShare: busyShare(inside, period, TEN_MINUTES_MS, FLOOD_ABOVE),
    busyHourShare: busyShare(inside, period, HOUR_MS, BUSY_HOUR_ABOVE),
    floods: floods.length,
    floodMinutes: floodMs / 60_000,
  };
}

/** Each from the alarm that was one too many until fewer than five were left in the last ten minutes, or `until`. */
export function floodsOf(heard: readonly Timestamp[], until: Timestamp): Period[] {
  const found: Period[] = [];
  let from: Timestamp | null = null;
  let oldest = 0;
  heard.forEach((at, newest) => {
    if (at >= until) return;
    // Whatever left the ten minutes before this one came may have ended the flood.
    for (; (heard[oldest] ?? at) <= at - TEN_MINUTES_MS; oldest += 1) {
      const left = newest - oldest - 1;
      if (from === null || left >= FLOOD_OVER_BELOW) continue;
      found.push({ from, to: (heard[oldest] ?? at) + TEN_MINUTES_MS });
      from = null;
    }
    if (from === null && newest - oldest + 1 > FLOOD_ABOVE) from = at;
  });
  if (from === null) return found;
  const known = heard.filter((at) => at < until);
  // The fifth from the end is the last whose leaving lets the count fall below five.
  const last = known.at(-FLOOD_OVER_BELOW);
  found.push({ from, to: Math.min(until, last === undefined ? until : last + TEN_MINUTES_MS) });
  return found;
}

function peak(heard: readonly Timestamp[]): number {
  let most = 0;
  let oldest = 0;
  heard.forEach((at, newest) => {
    while ((heard[oldest] ?? at) <= at - TEN_MINUTES_MS) oldest += 1;
    most = Math.max(most, newest - oldest + 1);
  });
  return most;
}

function busyShare(heard: readonly Timestamp[], { from, to }: Period, slotMs: number, above: number): number {
  const slots = new Map<number, number>();
  for (const at of heard) {
    const slot = Math.floor((at - from) / slotMs);
    slots.set(slot, (slots.get(slot) ?? 0) + 1);
  }
  const busy = [...slots.values()].filter((count) => count > above).length;
  return busy / Math.max(1, Math.ceil((to - from) / slotMs));
}
