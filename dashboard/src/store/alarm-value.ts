/** Which number stands beside an alarm, and in which unit. */
import type { Alarm } from '#domain/alarm.ts';

/** Made of several readings (a sum, a rate, a time to a limit): the limit is not one of the point's own values. */
export const isDerived = (alarm: Pick<Alarm, 'explanation'>): boolean =>
  /^(window|rate|eta|frozen|deviation)-/.test(alarm.explanation.code);

export type ShownValue = {
  readonly value: number | null;
  readonly unit: string | null;
  /** What `value` is held against; null where it is held against nothing. */
  readonly limit: number | null;
};

/**
 * `live`: the point's newest value, `pointUnit`: its unit, each null while unknown. A joined alarm has no unit: what it holds
 * counts points or conditions, as its limit does; the point's own value is shown in its stead, never that count.
 */
export function shownValue(
  alarm: Pick<Alarm, 'point' | 'value' | 'unit' | 'limitValue' | 'explanation'>,
  live: number | null,
  pointUnit: string | null,
): ShownValue {
  const { value, unit, limitValue: limit } = alarm;
  if (alarm.point === null || isDerived(alarm)) return { value, unit, limit };
  if (unit === null) return { value: live, unit: pointUnit, limit: null };
  return { value: live ?? value, unit, limit };
}
