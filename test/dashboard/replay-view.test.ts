import { describe, expect, test } from 'vitest';
import { eventBeside, ticksOf, type PastEvent } from '../../dashboard/src/store/replay-ticks.ts';
import {
  axisOf,
  replayAddress,
  replayFromQuery,
  wholeSecond,
} from '../../dashboard/src/store/replay-view.ts';
import { NOON } from './alarm-fixture.ts';

const event = (sequence: number, at: number, change: Partial<PastEvent> = {}): PastEvent => ({
  sequence,
  alarm: `al-${sequence}`,
  at,
  change: 'raised',
  colour: 'yellow',
  by: null,
  ring: true,
  facility: null,
  ...change,
});

describe('the replay’s address', () => {
  test('holds second, alarm, pace, axis and filter, and gives them back', () => {
    const address = `/replay/a/al%2F1?colour=red&at=115.45000%2C35.26000%2C9.00&t=${NOON + 999}&speed=60&span=8h`;
    const view = replayFromQuery(new URL(address, 'http://c').searchParams, 'al/1');
    expect(view).toMatchObject({ at: NOON + 999, alarm: 'al/1', speed: 60, span: '8h' });
    expect(view.seen.filter.colours).toEqual(['red']);
    expect(decodeURIComponent(replayAddress(view))).toBe(decodeURIComponent(address));
  });

  test('a second is shown at its end, and a facility’s card, which knows only now, not at all', () => {
    expect(wholeSecond(NOON + 1)).toBe(NOON + 999);
    expect(wholeSecond(NOON + 999)).toBe(NOON + 999);
    const view = replayFromQuery(new URLSearchParams(`t=${NOON}&facility=F-1`), null);
    expect(view).toMatchObject({ at: NOON + 999, seen: { facility: null } });
    expect(replayFromQuery(new URLSearchParams('t=soon'), null).at).toBeNull();
  });

  test('the axis begins at the city’s hours and midnights', () => {
    expect(axisOf(NOON, '1h')).toEqual({ from: NOON - 50 * 60_000, to: NOON + 10 * 60_000 });
    expect(new Date(axisOf(NOON, '24h').from).toISOString()).toBe('2026-11-21T16:00:00.000Z');
  });
});

describe('marks of the axis', () => {
  const { from, to } = axisOf(NOON, '1h');
  const events = [
    event(1, from + 1_000),
    event(2, from + 2_000, { colour: 'red' }),
    event(3, from + 1_800_000, { ring: false, by: 'zhang', change: 'acknowledged' }),
    event(4, from + 1_900_000, { ring: false, change: 'returned' }),
    event(5, to),
  ];

  test('at one place are one mark with the worst level; people’s actions are marks of their own', () => {
    const ticks = ticksOf(events, from, to);
    expect(ticks).toMatchObject([
      { colour: 'red', people: 0 },
      { colour: null, people: 1 },
    ]);
    expect(ticks[1]?.place).toBeCloseTo(0.5, 2);
  });

  test('stepping goes from event to event, a second apart', () => {
    expect(eventBeside(events, from + 1_999, 1)?.sequence).toBe(2);
    expect(eventBeside(events, from + 2_999, -1)?.sequence).toBe(1);
    expect(eventBeside(events, to + 1_000, 1)).toBeNull();
  });
});
