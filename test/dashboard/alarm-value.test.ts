/** Numbers beside alarms, and what stands on top on a chart. */
import { describe, expect, test } from 'vitest';
import { worstLast } from '../../dashboard/src/store/alarm-order.ts';
import { shownValue } from '../../dashboard/src/store/alarm-value.ts';

const alarm = (code: string, value: number, unit: string | null) => ({
  point: 'D-1/pressure',
  value,
  unit,
  limitValue: 2,
  explanation: { code, params: {} },
});

describe('the value beside an alarm', () => {
  test('is the newest of its point, and until it comes the one that raised it', () => {
    expect(shownValue(alarm('limit-high', 3, '%'), 2.1, '%')).toEqual({ value: 2.1, unit: '%', limit: 2 });
    expect(shownValue(alarm('limit-high', 3, '%'), null, null)).toEqual({ value: 3, unit: '%', limit: 2 });
  });

  test('of a rise is the rise, whatever the point says now', () => {
    expect(shownValue(alarm('window-fall', 0.05, 'MPa'), 0.7, 'MPa')).toEqual({
      value: 0.05,
      unit: 'MPa',
      limit: 2,
    });
  });

  test('of a joined alarm is none: neither how many joined nor what its point says', () => {
    for (const live of [0.68, null])
      expect(shownValue(alarm('k-of-n-near', 3, null), live, 'MPa')).toEqual({
        value: null,
        unit: null,
        limit: null,
      });
  });

  test('of a difference is the difference, not what its first point says', () => {
    expect(shownValue(alarm('relation-difference', 6, 'K'), 11, 'Cel').value).toBe(6);
  });

  test('of an alarm without a point is its own', () => {
    const system = { ...alarm('system.disk-full', 12, null), point: null };
    expect(shownValue(system, null, null)).toEqual({ value: 12, unit: null, limit: 2 });
  });
});

test('where bands of one point overlap, the worse is drawn last', () => {
  const bands = (['red', 'blue', 'yellow'] as const).map((colour) => ({
    fromMs: 0,
    toMs: 1,
    colour,
    lane: 0,
  }));
  expect(worstLast(bands).map(({ colour }) => colour)).toEqual(['blue', 'yellow', 'red']);
});
