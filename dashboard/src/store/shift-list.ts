/** What a shift hands over, from the open alarms. */
import type { Alarm } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import { compareAlarms, tabOf } from './alarm-order.ts';

export const SHIFT_SECTIONS = ['open', 'shelved', 'lost', 'out'] as const;
export type ShiftSection = (typeof SHIFT_SECTIONS)[number];

/** Silence of a sensor or a gateway. */
const LOST: ReadonlySet<string> = new Set(['gateway-absent', 'sensor-lost', 'no-data']);

/** Each open alarm stands in one section. */
export function shiftSections(
  open: readonly Alarm[],
): { readonly name: ShiftSection; readonly alarms: readonly Alarm[] }[] {
  const of: Record<ShiftSection, Alarm[]> = { open: [], shelved: [], lost: [], out: [] };
  for (const alarm of open) {
    if (tabOf(alarm) === null) continue;
    if (alarm.suppressions.some(({ kind }) => kind === 'out-of-service')) of.out.push(alarm);
    else if (alarm.suppression !== 'none') of.shelved.push(alarm);
    else if (LOST.has(alarm.rule)) of.lost.push(alarm);
    else of.open.push(alarm);
  }
  return SHIFT_SECTIONS.map((name) => ({ name, alarms: of[name].sort(compareAlarms) }));
}

const HALF_DAY_MS = 12 * 3_600_000;

/** 白班 or 夜班, and how long it has been on. */
export function shiftClock(now: Timestamp): { readonly name: 'day' | 'night'; readonly workedMs: number } {
  const workedMs = now % HALF_DAY_MS;
  return { name: ((now - workedMs) / HALF_DAY_MS) % 2 === 0 ? 'day' : 'night', workedMs };
}

/** When the present shift and the two before it began: 08:00 and 20:00 of the city, which are 00:00 and 12:00 UTC. */
export function shiftStarts(now: Timestamp): Timestamp[] {
  const start = Math.floor(now / HALF_DAY_MS) * HALF_DAY_MS;
  return [start, start - HALF_DAY_MS, start - 2 * HALF_DAY_MS];
}
