/**
 * What a back-test need not look at. A point watched by plain limits alone, with nothing begun, is left as it is by every
 * value that reaches none of them: whole hours of such values are passed over. Whoever is watched over a window, by
 * samples in a row, or together with other points, is judged value by value.
 */
import { isOpen } from '#domain/alarm.ts';
import { everyRule } from './at-rest.ts';
import type { AlarmSlot, Level, RulesState } from './state.ts';

/** Values strictly between the two reach no limit of the point, in its unit. */
export type QuietBand = { readonly low: number; readonly high: number };

/** Null = every value counts. */
export function quietBand(state: RulesState, pointIndex: number): QuietBand | null {
  const point = state.points.get(pointIndex);
  let [low, high] = [-Infinity, Infinity];
  if (point === undefined || !point.bound) return { low, high };
  if (point.memberOf !== null || point.history !== null) return null;
  for (const { signal, join, trace, levels } of everyRule(point)) {
    if (signal === 'due-date') continue;
    if (signal !== 'value' || join !== null || trace !== null) return null;
    for (const { side, limit, flag, debounce } of levels) {
      if (debounce !== null) return null;
      if (flag !== 0) continue;
      if (side === 'high') high = Math.min(high, limit);
      else low = Math.max(low, limit);
    }
  }
  return { low, high };
}

/** Nothing has begun at the point: no level reached, no delay running, no alarm open. */
export function isIdle(state: RulesState, pointIndex: number): boolean {
  const point = state.points.get(pointIndex);
  if (point === undefined || !point.bound) return true;
  if (!isShut(point.noData) || !isShut(point.sensorLost)) return false;
  return point.rules.every(
    ({ levels, slot, late }) => late === null && isShut(slot) && levels.every(isAtRest),
  );
}

const isShut = ({ alarm }: AlarmSlot): boolean => alarm === null || !isOpen(alarm);

const isAtRest = ({ active, held, overSince, clearSince, run }: Level): boolean =>
  !active && !held && overSince === null && clearSince === null && run === null;

/** Everything that decides what the point's own samples come to: equal texts, equal alarms. */
export function bindingText(state: RulesState, pointIndex: number): string {
  const point = state.points.get(pointIndex);
  if (point === undefined) return '';
  const { bound, memberOf, unit, intervalMs } = point;
  return JSON.stringify([bound, unit, intervalMs, everyRule(point), memberOf], plain);
}

/** JSON makes null of what is no number; limits may be infinite. */
const plain = (_name: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;

/** Points at which rules that look at this one stand. */
export const anchorsOf = (state: RulesState, pointIndex: number): readonly number[] =>
  state.points.get(pointIndex)?.memberOf?.map(({ anchor }) => anchor) ?? [];
