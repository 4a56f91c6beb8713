import { describe, expect, test } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { compareAlarms, countAlarms, tabOf } from '../../dashboard/src/store/alarm-order.ts';
import { alarmOf, NOON } from './alarm-fixture.ts';

describe('the order of the list', () => {
  const rows: [string, Partial<Alarm>, Partial<Alarm>][] = [
    [
      'untaken before taken, whatever the colour',
      { colour: 'blue' },
      { colour: 'red', state: 'acknowledged' },
    ],
    [
      'an untaken one before one that returned untaken',
      { colour: 'blue' },
      { colour: 'red', state: 'returned-unacknowledged' },
    ],
    ['red before orange', { colour: 'red' }, { colour: 'orange' }],
    [
      'the latched colour counts, not the present one',
      { colour: 'yellow', highestColour: 'red' },
      { colour: 'orange' },
    ],
    ['the newer of two alike', { onsetAt: NOON + 1 }, { onsetAt: NOON }],
  ];
  test.each(rows)('%s', (_, first, second) => {
    expect(compareAlarms(alarmOf('b', first), alarmOf('a', second))).toBeLessThan(0);
    expect(compareAlarms(alarmOf('a', second), alarmOf('b', first))).toBeGreaterThan(0);
  });
});

describe('the tabs', () => {
  const rows: [string, Partial<Alarm>, string | null][] = [
    ['待接警', {}, 'waiting'],
    ['处置中', { state: 'acknowledged' }, 'handling'],
    [
      '处置中 while it waits for a reset',
      { state: 'acknowledged', latched: true, active: false },
      'handling',
    ],
    ['已恢复待接警', { state: 'returned-unacknowledged', active: false }, 'returned'],
    ['搁置, whatever its state', { suppression: 'shelved' }, 'suppressed'],
    ['nowhere once normal', { state: 'normal' }, null],
    ['nowhere when historical', { historical: true }, null],
    ['nowhere when withdrawn', { withdrawn: true }, null],
  ];
  test.each(rows)('an alarm stands under %s', (_, change, tab) => {
    expect(tabOf(alarmOf('a', change))).toBe(tab);
  });

  test('a shelved alarm is counted under its tab and not by colour', () => {
    const counts = countAlarms([
      alarmOf('a', { colour: 'red' }),
      alarmOf('b', { colour: 'red', state: 'acknowledged' }),
      alarmOf('c', { colour: 'red', suppression: 'shelved' }),
      alarmOf('d', { colour: 'blue', state: 'returned-unacknowledged' }),
    ]);
    expect(counts.colours.red).toEqual({ open: 2, waiting: 1 });
    expect(counts.colours.blue).toEqual({ open: 1, waiting: 1 });
    expect(counts.tabs).toEqual({ waiting: 1, handling: 1, returned: 1, suppressed: 1 });
  });
});
