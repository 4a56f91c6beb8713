/** What people heard, slot after slot of a period: by the hour for up to two days, else by the day. */
import type { Colour } from '../colour.ts';
import type { Timestamp } from '../time.ts';
import { TEN_MINUTES_MS } from './load.ts';
import { isIn, type Period, type QualityRow } from './rows.ts';

export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export type RingSlot = {
  readonly from: Timestamp;
  /** Rings by colour. */
  readonly rings: Readonly<Record<Colour, number>>;
  /** Most rings in any of the slot's ten minutes, counted from its begin. */
  readonly peakPer10Min: number;
};

/** `rows` are whole alarms, oldest first; every slot of the period stands there, silent ones too. */
export function ringSeries(rows: readonly QualityRow[], period: Period): RingSlot[] {
  const slotMs = period.to - period.from <= 2 * DAY_MS ? HOUR_MS : DAY_MS;
  const count = Math.ceil((period.to - period.from) / slotMs);
  const rings = Array.from({ length: count }, () => ({ blue: 0, yellow: 0, orange: 0, red: 0 }));
  const tens = new Map<number, number>();
  for (const { at, ring, colour } of rows) {
    if (!ring || !isIn(period, at)) continue;
    const slot = rings[Math.floor((at - period.from) / slotMs)];
    if (slot !== undefined) slot[colour] += 1;
    const ten = Math.floor((at - period.from) / TEN_MINUTES_MS);
    tens.set(ten, (tens.get(ten) ?? 0) + 1);
  }
  const peaks = rings.map(() => 0);
  for (const [ten, heard] of tens) {
    const slot = Math.floor((ten * TEN_MINUTES_MS) / slotMs);
    peaks[slot] = Math.max(peaks[slot] ?? 0, heard);
  }
  return rings.map((heard, slot) => ({
    ...{ from: period.from + slot * slotMs, rings: heard, peakPer10Min: peaks[slot] ?? 0 },
  }));
}
