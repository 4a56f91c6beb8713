import { describe, expect, test } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { EVERYTHING } from '../../dashboard/src/store/filter.ts';
import { EMPTY_VIEW, neighbour, nextView, type ListSource } from '../../dashboard/src/store/list-view.ts';
import { alarmOf, NOON } from './alarm-fixture.ts';

function sourceOf(alarms: readonly Alarm[], closed: readonly Alarm[] = []): ListSource {
  return {
    open: alarms,
    find: (id) => [...alarms, ...closed].find((alarm) => alarm.id === id),
    by: { textOf: (alarm) => alarm.facility ?? '', districtOf: (area) => area },
  };
}
const later = (id: string, change: Partial<Alarm> = {}) => alarmOf(id, { onsetAt: NOON + 1_000, ...change });

describe('the list while the officer works in it', () => {
  const a = alarmOf('a', { colour: 'yellow' });
  const b = alarmOf('b', { colour: 'blue' });
  const before = nextView(EMPTY_VIEW, sourceOf([a, b]), EVERYTHING, false);

  test('free, new alarms take their place at once', () => {
    const view = nextView(before, sourceOf([a, b, later('n', { colour: 'orange' })]), EVERYTHING, false);
    expect(view.rows).toEqual(['n', 'a', 'b']);
    expect(view.waiting).toBe(0);
  });

  test('held, nothing moves and the bar counts what waits, with the highest level', () => {
    const fifty = Array.from({ length: 50 }, (_, i) =>
      later(`n${i}`, { colour: i === 7 ? 'orange' : 'blue' }),
    );
    const view = nextView(before, sourceOf([a, b, ...fifty]), EVERYTHING, true);
    expect(view.rows).toEqual(['a', 'b']);
    expect(view.waiting).toBe(50);
    expect(view.waitingHighest).toBe('orange');
  });

  test('held, a red does not wait in the bar: it is pinned, three at most, the rest counted', () => {
    const reds = Array.from({ length: 5 }, (_, i) => later(`r${i}`, { colour: 'red', onsetAt: NOON + i }));
    const view = nextView(before, sourceOf([a, b, ...reds]), EVERYTHING, true);
    expect(view.pinned).toEqual(['r4', 'r3', 'r2']);
    expect(view.pinnedMore).toBe(2);
    expect(view.waiting).toBe(0);
  });

  test('an untaken red is pinned over another tab and over a filter that hides it', () => {
    const red = later('r', { colour: 'red' });
    expect(nextView(before, sourceOf([a, red]), { ...EVERYTHING, tab: 'handling' }, false).pinned).toEqual([
      'r',
    ]);
    expect(nextView(before, sourceOf([a, red]), { ...EVERYTHING, colours: ['blue'] }, false).pinned).toEqual([
      'r',
    ]);
    expect(nextView(before, sourceOf([a, red]), EVERYTHING, false).pinned).toEqual([]);
  });

  test('a taken or shelved red is not pinned', () => {
    const reds = [
      later('taken', { colour: 'red', state: 'acknowledged' }),
      later('shelved', { colour: 'red', suppression: 'shelved' }),
    ];
    expect(nextView(before, sourceOf([a, ...reds]), EVERYTHING, true).pinned).toEqual([]);
  });

  test('held, a row that was taken or ended keeps its place and is marked as settled', () => {
    const taken = { ...a, state: 'acknowledged' } as const;
    const ended = { ...b, state: 'normal' } as const;
    const view = nextView(before, sourceOf([taken], [ended]), EVERYTHING, true);
    expect(view.rows).toEqual(['a', 'b']);
    expect([...view.settled]).toEqual(['a', 'b']);
    expect(nextView(view, sourceOf([taken], [ended]), EVERYTHING, false).rows).toEqual([]);
  });

  test('held, a row that a fresh snapshot does not know is gone', () => {
    expect(nextView(before, sourceOf([b]), EVERYTHING, true).rows).toEqual(['b']);
  });

  test('the filter finds every word of what the row shows', () => {
    const filter = { ...EVERYTHING, text: 'WELL b' };
    expect(nextView(EMPTY_VIEW, sourceOf([a, b]), filter, false).rows).toEqual(['b']);
  });

  test('moving through the rows stops at both ends', () => {
    expect(neighbour(before, null, 1)).toBe('a');
    expect(neighbour(before, 'a', 1)).toBe('b');
    expect(neighbour(before, 'b', 10)).toBe('b');
    expect(neighbour(before, 'a', -1)).toBe('a');
    expect(neighbour(EMPTY_VIEW, null, 1)).toBeNull();
  });
});
