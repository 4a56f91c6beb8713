import { describe, expect, test } from 'vitest';
import { encodePoints } from '#domain/contract/points-batch.ts';
import { createLink, frameCame, isStale, serverNow, staleness } from '../../dashboard/src/store/link.ts';
import { settle, shownAlarm, takeOverdue, type Pending } from '../../dashboard/src/store/pending.ts';
import { applyPoints, createPointValues, liveValue } from '../../dashboard/src/store/point-values.ts';
import { gapMs, trendSeries, trendSummary } from '../../dashboard/src/store/trend-series.ts';
import { eventOf, mergeEvents } from '../../dashboard/src/store/timeline.ts';
import { offer } from '../../dashboard/src/store/rights.ts';
import { alarmOf, messageOf, NOON } from './alarm-fixture.ts';

describe('the age of the picture', () => {
  test('four seconds without a frame make it stale (told within five), and it says of when it is', () => {
    const link = createLink();
    expect(isStale(link, 60_000)).toBe(false);
    frameCame(link, 1_000, NOON);
    frameCame(link, 2_500, null);
    expect(isStale(link, 6_499)).toBe(false);
    expect(isStale(link, 6_500)).toBe(true);
    expect(staleness(link, 14_500, 0)).toEqual({ forMs: 12_000, dataAt: NOON + 1_500 });
  });

  test('is told of a page that never had a beat too: the workstation’s clock stands in', () => {
    const link = createLink();
    frameCame(link, 1_000, null);
    expect(staleness(link, 6_000, NOON)).toEqual({ forMs: 5_000, dataAt: NOON - 5_000 });
  });

  test('the clock on screen is the server’s, also when the workstation’s clock is wrong', () => {
    const link = createLink();
    frameCame(link, 1_000, NOON);
    expect(serverNow(link, 4_000, 0)).toBe(NOON + 3_000);
    // A browser counts in fractions; an instant of the platform has none, and it refuses one that has.
    expect(serverNow(link, 4_000.371, 0)).toBe(NOON + 3_000);
  });
});

describe('an order on its way', () => {
  const taking = { alarm: 'a', action: 'acknowledge', revision: 1, by: 'zhang', startedAt: 0 } as const;
  const pending = (): Pending => new Map([['a', taking]]);

  test('接警 shows at once, under the name of who pressed', () => {
    expect(shownAlarm(alarmOf('a'), taking, NOON)).toMatchObject({
      state: 'acknowledged',
      acknowledgedBy: 'zhang',
    });
  });

  test('without an answer for two seconds the screen goes back', () => {
    const orders = pending();
    expect(takeOverdue(orders, 1_999)).toEqual([]);
    expect(takeOverdue(orders, 2_000)).toEqual([taking]);
    expect(shownAlarm(alarmOf('a'), orders.get('a'), NOON).state).toBe('unacknowledged');
  });

  test('what the server says wins at once: another’s 接警, or a rise of level', () => {
    const orders = pending();
    const taken = alarmOf('a', { revision: 2, state: 'acknowledged', acknowledgedBy: 'li' });
    expect(shownAlarm(taken, orders.get('a'), NOON).acknowledgedBy).toBe('li');
    settle(orders, taken);
    expect(orders.size).toBe(0);
  });

  test('a mere note does not decide it', () => {
    const orders = pending();
    settle(orders, alarmOf('a', { revision: 1, sequence: 9 }));
    expect(orders.size).toBe(1);
  });

  test('only 接警 is shown before the server agreed', () => {
    expect(shownAlarm(alarmOf('a'), { ...taking, action: 'shelve' }, NOON).state).toBe('unacknowledged');
  });
});

describe('live values', () => {
  test('a binary batch reaches the point by its permanent number; none stays none', () => {
    const points = createPointValues();
    points.numbers = { 'd/ch4': 5_000, 'd/co': 1 };
    applyPoints(
      points,
      encodePoints(NOON, [
        { index: 5_000, value: 2.5, quality: 1 },
        { index: 1, value: Number.NaN, quality: 2 },
      ]),
    );
    expect(liveValue(points, 'd/ch4')).toEqual({ value: 2.5, quality: 'uncertain', at: NOON });
    expect(liveValue(points, 'd/co')).toEqual({ value: null, quality: 'bad', at: NOON });
    expect(liveValue(points, 'unknown/x')).toBeNull();
  });

  test('a damaged batch is refused', () => {
    const points = createPointValues();
    const batch = encodePoints(NOON, [{ index: 1, value: 1, quality: 0 }]);
    expect(() => applyPoints(points, batch.slice(0, 20))).toThrow(RangeError);
    expect(() => applyPoints(points, encodePoints(NOON, [{ index: 4e9, value: 1, quality: 0 }]))).toThrow(
      RangeError,
    );
  });
});

describe('the trend', () => {
  const bucket = (at: number, value: number | null) => ({
    from: NOON + at,
    min: value,
    max: value,
    mean: value,
    last: value,
    count: value === null ? 0 : 1,
    quality: 'good' as const,
  });

  test('a gap stays a gap, and bad values are one too', () => {
    const series = trendSeries(
      [bucket(0, 1), bucket(10_000, 2), bucket(90_000, 3), bucket(100_000, null)],
      30_000,
    );
    expect(series.mean).toEqual([1, 2, null, 3, null]);
    expect(series.seconds).toHaveLength(5);
  });

  test('two reports of a slow sensor belong together', () => {
    expect(gapMs(10_000, 300_000)).toBe(900_000);
    expect(trendSeries([bucket(0, 1), bucket(300_000, 2)], 900_000).mean).toEqual([1, 2]);
  });

  test('lowest, highest and last are told in words', () => {
    const summary = trendSummary([bucket(0, 5), bucket(10_000, 9), bucket(20_000, 2), bucket(30_000, null)]);
    expect(summary).toMatchObject({ min: 2, minAt: NOON + 20_000, max: 9, maxAt: NOON + 10_000, last: 2 });
    expect(trendSummary([])).toBeNull();
  });
});

test('the story of an alarm tells each event once, newest first', () => {
  const first = eventOf(messageOf(alarmOf('a'), 1));
  const second = eventOf(messageOf(alarmOf('a'), 2));
  expect(mergeEvents([first, second], [second]).map((event) => event.sequence)).toEqual([2, 1]);
});

describe('what is offered', () => {
  test('an officer shelves blue and yellow, a leader all, orange and red with a second person', () => {
    const officer = ['duty-officer'] as const;
    const leader = ['duty-leader'] as const;
    expect(offer(alarmOf('a', { colour: 'yellow' }), officer)).toMatchObject({
      shelve: true,
      shelveNeedsSecond: false,
    });
    expect(offer(alarmOf('a', { colour: 'red' }), officer)).toMatchObject({
      shelve: false,
      shelveNeedsLeader: true,
    });
    const fallen = alarmOf('a', { colour: 'yellow', highestColour: 'red' });
    expect(offer(fallen, officer).shelve).toBe(false);
    expect(offer(fallen, leader)).toMatchObject({ shelve: true, shelveNeedsSecond: true });
  });

  test('a viewer is offered nothing, and nobody can take what is not journaled', () => {
    expect(Object.values(offer(alarmOf('a'), ['viewer'])).some(Boolean)).toBe(false);
    expect(offer(alarmOf('a', { unjournaled: true }), ['duty-officer']).acknowledge).toBe(false);
  });

  test('a reset is offered once a latched alarm has been taken', () => {
    const latched = { latched: true, active: false };
    expect(offer(alarmOf('a', latched), ['duty-officer']).reset).toBe(false);
    expect(offer(alarmOf('a', { ...latched, state: 'acknowledged' }), ['duty-officer']).reset).toBe(true);
  });
});
