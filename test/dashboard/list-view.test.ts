import { describe, expect, test } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import { createStillness } from '../../dashboard/src/live/stillness.ts';
import { EVERYTHING, type Filter } from '../../dashboard/src/store/filter.ts';
import {
  EMPTY_VIEW,
  neighbour,
  nextView,
  pinReds,
  type ListSource,
} from '../../dashboard/src/store/list-view.ts';
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
    expect(view.fresh).toBe(0);
  });

  test('held, nothing moves and the bar counts what waits, with the highest level', () => {
    const fifty = Array.from({ length: 50 }, (_, i) =>
      later(`n${i}`, { colour: i === 7 ? 'orange' : 'blue' }),
    );
    const view = nextView(before, sourceOf([a, b, ...fifty]), EVERYTHING, true);
    expect(view.rows).toEqual(['a', 'b']);
    expect(view.fresh).toBe(50);
    expect(view.highest).toBe('orange');
  });

  test('held, what rose keeps its place, and the bar counts it with its level; free, it takes its new place', () => {
    const risen = { ...b, colour: 'orange', highestColour: 'orange' } as const;
    const view = nextView(before, sourceOf([a, risen, later('n')]), EVERYTHING, true);
    expect(view.rows).toEqual(['a', 'b']);
    expect(view).toMatchObject({ fresh: 1, risen: 1, highest: 'orange' });
    // Held on, it goes on counting: its place is still the one of a blue.
    expect(nextView(view, sourceOf([a, risen]), EVERYTHING, true)).toMatchObject({ fresh: 0, risen: 1 });
    const free = nextView(view, sourceOf([a, risen]), EVERYTHING, false);
    expect(free.rows).toEqual(['b', 'a']);
    expect(free).toMatchObject({ fresh: 0, risen: 0, highest: null });
  });

  test('held, what rose and was taken is nobody’s to see any more', () => {
    const risen = { ...b, highestColour: 'red', state: 'acknowledged' } as const;
    expect(nextView(before, sourceOf([a, risen]), EVERYTHING, true).risen).toBe(0);
  });

  test('the bar names the highest of all that it hides, reds too', () => {
    const view = nextView(
      before,
      sourceOf([a, b, later('o', { colour: 'orange' }), later('r', { colour: 'red' })]),
      EVERYTHING,
      true,
    );
    expect(view).toMatchObject({ fresh: 2, highest: 'red' });
  });

  test('rows that are all done with are not held on to while others wait', () => {
    const ended = [a, b].map((alarm) => ({ ...alarm, state: 'normal' }) as const);
    expect(nextView(before, sourceOf([later('n')], ended), EVERYTHING, true).rows).toEqual(['n']);
  });
});

describe('the strip of untaken reds', () => {
  const a = alarmOf('a', { colour: 'yellow' });
  const before = nextView(EMPTY_VIEW, sourceOf([a]), EVERYTHING, false);
  const all = { first: 0, count: 10 };

  test('shows three at most of those without a row in sight, and knows the rest', () => {
    const reds = Array.from({ length: 5 }, (_, i) => later(`r${i}`, { colour: 'red', onsetAt: NOON + i }));
    const held = nextView(before, sourceOf([a, ...reds]), EVERYTHING, true);
    expect(pinReds(held, all)).toEqual({ pinned: ['r4', 'r3', 'r2'], more: ['r1', 'r0'] });
    const free = nextView(before, sourceOf([a, ...reds]), EVERYTHING, false);
    expect(pinReds(free, all)).toEqual({ pinned: [], more: [] });
    expect(pinReds(free, { first: 2, count: 4 })).toEqual({ pinned: ['r4', 'r3'], more: [] });
  });

  test('shows an untaken red over another tab and over a filter that hides it', () => {
    const source = sourceOf([a, later('r', { colour: 'red' })]);
    const pinned = (filter: Filter) => pinReds(nextView(before, source, filter, false), all).pinned;
    expect(pinned({ ...EVERYTHING, tab: 'handling' })).toEqual(['r']);
    expect(pinned({ ...EVERYTHING, colours: ['blue'] })).toEqual(['r']);
    expect(pinned(EVERYTHING)).toEqual([]);
  });

  test('shows no taken or shelved red', () => {
    const reds = [
      later('taken', { colour: 'red', state: 'acknowledged' }),
      later('shelved', { colour: 'red', suppression: 'shelved' }),
    ];
    expect(nextView(before, sourceOf([a, ...reds]), EVERYTHING, true).reds).toEqual([]);
  });
});

describe('the order stands still', () => {
  test('for ten seconds after the last movement, no longer, and not once the list was left', () => {
    const stillness = createStillness();
    expect(stillness.on(0)).toBe(false);
    stillness.hold(true, 1_000);
    stillness.hold(true, 4_000);
    expect(stillness.on(13_999)).toBe(true);
    expect(stillness.ranOut(13_999)).toBe(false);
    expect(stillness.on(14_000)).toBe(false);
    expect(stillness.ranOut(14_000)).toBe(true);
    expect(stillness.ranOut(15_000)).toBe(false);
    stillness.hold(true, 20_000);
    stillness.hold(false, 20_001);
    expect(stillness.on(20_002)).toBe(false);
  });
});

describe('a held list', () => {
  const a = alarmOf('a', { colour: 'yellow' });
  const b = alarmOf('b', { colour: 'blue' });
  const before = nextView(EMPTY_VIEW, sourceOf([a, b]), EVERYTHING, false);

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
