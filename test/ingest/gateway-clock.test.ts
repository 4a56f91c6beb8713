import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { latestOf } from '#ingest/ingest.ts';
import {
  HOUR,
  ch4,
  flagsOf,
  isLive,
  last,
  live,
  offset,
  pass,
  publish,
  smallCity,
  type SmallCity,
} from './small-city.ts';

const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

describe('a wrong clock', () => {
  const offs: [string, number][] = [
    ['8 hours behind', 8 * HOUR],
    ['8 hours ahead', -8 * HOUR],
    ['5 minutes behind', 5 * 60_000],
    ['2 minutes ahead', -2 * 60_000],
    ['30 hours ahead', -30 * HOUR],
    ['a year ahead', -YEAR],
    ['a year behind', YEAR],
    ['at 1970', 1_763_827_200_000],
  ];
  test.each(offs)('%s rings with the first publish after 30 s, not before', (_what, offMs) => {
    const city = smallCity();
    live(city, 6, 5000, offMs, 3);
    expect(city.said.measurements.some(({ flags }) => isLive(flags))).toBe(false);
    expect(city.said.conditions).toEqual([]);
    pass(city, 5000);
    publish(city, ch4(3, city.wall - offMs));
    expect(last(city)).toMatchObject({
      time: city.wall,
      deviceTime: city.wall - offMs,
      quality: 'uncertain',
    });
    expect(flagsOf(city).at(-1)).toEqual(['timeOffset']);
    expect(last(city)?.newest).toBe(true);
    expect(offset(city)).toBe(offMs);
    expect(city.said.conditions).toMatchObject([
      { subject: 'GW-1', active: true, detail: { offsetMs: offMs } },
    ]);
    expect(latestOf(city.state, 0)).toMatchObject({ time: city.wall });
  });

  test.each(offs)('%s: the newest value of each point before is judged again', (_what, offMs) => {
    const city = smallCity();
    pass(city, 1000);
    publish(city, { device: 'G-1', time: city.wall - offMs, values: { temperature: 90 } });
    const heard = city.wall;
    live(city, 6, 5000, offMs, 3);
    expect(city.said.again.map(({ pointIndex, time, value }) => ({ pointIndex, time, value }))).toEqual([
      { pointIndex: 1, time: heard, value: 90 },
      { pointIndex: 0, time: city.wall - 5000, value: 3 },
    ]);
    for (const { flags, quality } of city.said.again) {
      expect(isLive(flags)).toBe(true);
      expect(quality).toBe('uncertain');
    }
  });

  test('what came before the fault, or was overtaken since, is not judged again', () => {
    const city = smallCity();
    publish(city, { device: 'G-1', time: city.wall - HOUR, values: { temperature: 90 } });
    live(city, 1, 5000, 0, 1);
    live(city, 6, 5000, 8 * HOUR, 3);
    pass(city, 1000);
    publish(city, { device: 'G-1', values: { ch4: 1 } });
    live(city, 1, 5000, 8 * HOUR, 1);
    expect(offset(city)).toBe(8 * HOUR);
    expect(city.said.again).toEqual([]);
  });

  test('five publishes are needed, however long it takes', () => {
    const city = smallCity();
    live(city, 4, 20_000, 8 * HOUR);
    expect(offset(city)).toBeNull();
    live(city, 1, 20_000, 8 * HOUR);
    expect(offset(city)).toBe(8 * HOUR);
  });

  test('thirty seconds are needed, however many publishes come', () => {
    const city = smallCity();
    live(city, 300, 100, 8 * HOUR);
    expect(offset(city)).toBeNull();
    live(city, 1, 100, 8 * HOUR);
    expect(offset(city)).toBe(8 * HOUR);
  });

  test('a jump of our own wall clock changes nothing: engine time counts', () => {
    const city = smallCity();
    live(city, 3, 5000, 0);
    city.wall += YEAR;
    live(city, 7, 5000, YEAR);
    expect(offset(city)).toBe(YEAR);
    expect(last(city)).toMatchObject({ time: city.wall });
    city.wall -= YEAR;
    live(city, 1, 5000, 0, 1);
    expect(offset(city)).toBeNull();
    expect(last(city)).toMatchObject({ time: city.wall, flags: 0, newest: true });
  });

  test.each(offs)('%s, then set right: what is live stays live, and the fault ends', (_what, offMs) => {
    const city = smallCity();
    live(city, 10, 5000, offMs, 3);
    live(city, 5, 5000, 0, 3);
    expect(flagsOf(city).slice(-5)).toEqual([[], [], [], [], []]);
    expect(city.said.measurements.slice(-5).every(({ newest }) => newest)).toBe(true);
    expect(city.said.conditions.map(({ active }) => active)).toEqual([true, false]);
    expect(offset(city)).toBeNull();
  });

  test('a second error replaces the first after 30 s', () => {
    const city = smallCity();
    live(city, 8, 5000, 8 * HOUR, 3);
    live(city, 8, 5000, 3 * HOUR, 3);
    expect(last(city)).toMatchObject({ time: city.wall });
    expect(city.said.conditions.map(({ detail }) => detail.offsetMs)).toEqual([8 * HOUR, 3 * HOUR]);
  });

  test('a clock that drifts ahead while corrected is followed without a gap', () => {
    const city = smallCity();
    live(city, 8, 5000, 8 * HOUR, 3);
    for (let drift = 1; drift <= 200; drift++) live(city, 1, 5000, 8 * HOUR - drift * 1000, 3);
    expect(
      flagsOf(city)
        .slice(-200)
        .every((flags) => flags.join() === 'timeOffset'),
    ).toBe(true);
    expect(last(city)?.time).toBe(city.wall);
  });

  test('delays on the way of up to some seconds do not hide it', () => {
    const delays = fc.array(fc.nat({ max: 8000 }), { minLength: 7, maxLength: 7 });
    fc.assert(
      fc.property(delays, fc.constantFrom(8 * HOUR, -8 * HOUR), (ms, offMs) => {
        const city = smallCity();
        for (const delay of ms) live(city, 1, 5000, offMs, 3, delay);
        const falls = ms.filter((delay, i) => i > 0 && delay < (ms[i - 1] ?? 0)).length;
        if (falls < 5) expect(offset(city)).toBe(offMs + Math.min(...ms));
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('a gateway that polls for a minute under one stamp is understood after ten rounds', () => {
    const city = smallCity();
    for (let second = 0; second < 660; second += 5) {
      pass(city, 5000);
      publish(city, ch4(3, city.wall - (second % 60) * 1000 - 8 * HOUR + (second % 7)));
    }
    expect(offset(city)).not.toBeNull();
  });
});

describe('a backlog is no wrong clock', () => {
  /** Records `stepMs` apart, the first `ageMs` old, one each `everyMs`, until it has caught up. */
  function replay(city: SmallCity, ageMs: number, stepMs: number, everyMs: number): void {
    let time = city.wall - ageMs;
    while (city.wall - time > 60_000) {
      pass(city, everyMs);
      publish(city, ch4(3, time));
      time += stepMs;
    }
  }

  const speeds: [string, number, number, number][] = [
    ['at once', 8 * HOUR, 60_000, 20],
    ['60 times as fast', 8 * HOUR, 60_000, 1000],
    ['ten times as fast', 8 * HOUR, 60_000, 6000],
    ['twice as fast', 8 * HOUR, 10_000, 5000],
    ['half again as fast', 8 * HOUR, 10_000, 6667],
    ['a tenth faster', HOUR, 1000, 909],
    ['a twentieth faster', HOUR, 1000, 952],
  ];
  test.each(speeds)('8 hours replayed %s ring nobody', (_what, ageMs, stepMs, everyMs) => {
    const city = smallCity();
    replay(city, ageMs, stepMs, everyMs);
    expect(city.said.again).toEqual([]);
    expect(city.said.conditions).toEqual([]);
    const live = city.said.measurements.filter(({ flags }) => isLive(flags));
    expect(live.every(({ flags }) => (flags & FLAG.timeOffset) === 0)).toBe(true);
  });

  test('a backlog that falls behind is none either', () => {
    const city = smallCity();
    let time = city.wall - 8 * HOUR;
    for (let i = 0; i < 200; i++) {
      pass(city, 15_000);
      publish(city, ch4(3, time));
      time += 10_000;
    }
    expect(city.said.conditions).toEqual([]);
  });

  test('records sent as backfill say nothing of the clock', () => {
    const city = smallCity();
    for (let i = 0; i < 20; i++) {
      pass(city, 5000);
      publish(city, ch4(3, city.wall - 8 * HOUR, { backfill: true }));
    }
    expect(offset(city)).toBeNull();
  });

  test('old and new records in turn: the new ones show that the clock is right', () => {
    const city = smallCity();
    for (let i = 0; i < 20; i++) {
      pass(city, 5000);
      publish(city, [ch4(3, city.wall - 8 * HOUR), ch4(1, city.wall)]);
    }
    expect(city.said.conditions).toEqual([]);
  });
});
