/** Which number stands beside an alarm, and in which unit. */
import type { Alarm } from '#domain/alarm.ts';
import { isDerived, isJoined } from '#domain/judged.ts';

export type ShownValue = {
  readonly value: number | null;
  readonly unit: string | null;
  /** What `value` is held against; null where it is held against nothing. */
  readonly limit: number | null;
};

/**
 * `live`: the point's newest value, `pointUnit`: its unit, each null while unknown. What a joined alarm holds counts points
 * or conditions, as its limit does, and its point need not be among those that decided: it has no value of its own.
 */
export function shownValue(
  alarm: Pick<Alarm, 'point' | 'value' | 'unit' | 'limitValue' | 'explanation'>,
  live: number | null,
  pointUnit: string | null,
): ShownValue {
  const { value, unit, limitValue: limit } = alarm;
  if (alarm.point === null || isDerived(alarm)) return { value, unit, limit };
  if (isJoined(alarm)) return { value: null, unit: null, limit: null };
  if (unit === null) return { value: live, unit: pointUnit, limit: null };
  return { value: live ?? value, unit, limit };
}
