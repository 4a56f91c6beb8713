/** Which limits the chart shows: the one in force, and the point's own others. */
import type { Alarm } from '#domain/alarm.ts';
import { isDerived } from '#domain/judged.ts';
import type { Point } from '#domain/registry.ts';
import { writtenValue } from '../text/unit.ts';
import type { LimitLine } from './trend-chart.ts';

const NAMES = ['LL', 'L', 'H', 'HH'] as const;

/** All in the alarm's unit; the point's limits are left out when they are in another. */
export function limitLines(
  alarm: Pick<Alarm, 'unit' | 'limit' | 'limitValue' | 'explanation'>,
  point: Point | undefined,
  named: (limit: string) => string,
): LimitLine[] {
  const lines: LimitLine[] = [];
  const label = (name: string, value: number) => `${named(name)}  ${writtenValue(value, alarm.unit)}`;
  // The limit of a sum or a rise is no level of the values drawn, nor is how many must join.
  if (alarm.limitValue !== null && alarm.unit !== null && !isDerived(alarm))
    lines.push({ value: alarm.limitValue, label: label(alarm.limit, alarm.limitValue) });
  if (point === undefined || point.unit !== alarm.unit) return lines;
  for (const name of NAMES) {
    const value = point.limits?.[name];
    if (value !== undefined && value !== alarm.limitValue) lines.push({ value, label: label(name, value) });
  }
  return lines;
}
