import { describe, expect, test } from 'vitest';
import { latestOf } from '#ingest/ingest.ts';
import { NOW, HOUR, ch4, flagNames, flagsOf, pass, publish, register, smallCity } from './small-city.ts';

const DAY = 24 * HOUR;

describe('live and late', () => {
  const rows: [string, number, object, string[], string][] = [
    ['now', 0, {}, [], 'good'],
    ['at the edge of the live window', -60_000, {}, [], 'good'],
    ['just older', -60_001, {}, ['late'], 'good'],
    ['two hours old', -2 * HOUR, {}, ['late'], 'good'],
    ['sent as backfill', -1000, { backfill: true }, ['backfill', 'late'], 'good'],
    ['a little ahead', 60_000, {}, [], 'good'],
    ['ahead of us', 60_001, {}, ['future'], 'uncertain'],
    ['a day ahead', DAY, {}, ['future'], 'uncertain'],
    ['a backfill from tomorrow', DAY, { backfill: true }, ['backfill', 'future'], 'uncertain'],
  ];
  test.each(rows)('%s (%d ms)', (_what, ms, more, flags, quality) => {
    const city = smallCity();
    publish(city, ch4(1, NOW + ms, more));
    const [m] = city.said.measurements;
    expect(flagNames(m?.flags ?? 0).filter((name) => name !== 'late' || !flags.includes('future'))).toEqual(
      flags,
    );
    expect(m).toMatchObject({ quality, time: NOW + ms, newest: !flags.includes('future') });
  });

  test('the live window is three report intervals of the point', () => {
    const city = smallCity();
    publish(city, { device: 'G-1', time: NOW - 3 * DAY, values: { daily: 80, ch4: 1 } });
    expect(flagsOf(city)).toEqual([[], ['late']]);
  });

  test('inside the window an older value is out of order, and is not the newest', () => {
    const city = smallCity();
    publish(city, [ch4(1, NOW - 1000), ch4(2, NOW - 2000), ch4(3, NOW - 500)]);
    expect(flagsOf(city)).toEqual([[], ['outOfOrder'], []]);
    expect(city.said.measurements.map(({ newest }) => newest)).toEqual([true, false, true]);
  });

  test('late values that are the newest known say so', () => {
    const city = smallCity();
    publish(city, [ch4(1, NOW - 2 * HOUR), ch4(2, NOW - HOUR), ch4(3, NOW - 3 * HOUR)]);
    expect(city.said.measurements.map(({ newest }) => newest)).toEqual([true, true, false]);
    expect(flagsOf(city)).toEqual([['late'], ['late'], ['late']]);
  });

  test('a sample stamped tomorrow does not hold up those of today', () => {
    const city = smallCity();
    publish(city, [ch4(3, NOW + DAY - 1), ch4(1, NOW)]);
    expect(flagsOf(city)).toEqual([['future'], []]);
    expect(latestOf(city.state, 0)).toMatchObject({ time: NOW, value: 1 });
  });

  test('what came while our own clock was a year ahead does not hold up what comes after', () => {
    const city = smallCity();
    publish(city, ch4(1, NOW + 365 * DAY));
    city.wall += 365 * DAY;
    publish(city, ch4(2, NOW + 365 * DAY));
    city.wall -= 365 * DAY;
    pass(city, 1000);
    publish(city, ch4(3, NOW + 1000));
    expect(city.said.measurements.at(-1)).toMatchObject({ value: 3, flags: 0, newest: true });
    expect(latestOf(city.state, 0)).toMatchObject({ value: 3 });
  });
});

describe('quality', () => {
  const rows: [string, unknown, object, string, string[]][] = [
    ['a good value', 1, {}, 'good', []],
    ['at the top of the range', 4, {}, 'good', []],
    ['above the range', 4.1, {}, 'uncertain', ['overRange']],
    ['below the range', -0.1, {}, 'uncertain', ['underRange']],
    ['pure gas', 100, {}, 'uncertain', ['overRange']],
    ['more than everything', 106, {}, 'bad', ['absurd']],
    ['far below nothing', -3, {}, 'bad', ['absurd']],
    ['no value', null, {}, 'bad', ['sensorBad']],
    ['called bad by its sensor', 1, { quality: 'bad' }, 'bad', ['sensorBad']],
    ['called uncertain by its sensor', 1, { quality: 'uncertain' }, 'uncertain', ['valueUncertain']],
    ['over range and uncertain', 5, { quality: 'uncertain' }, 'uncertain', ['overRange', 'valueUncertain']],
    ['no quality said', 1, { quality: null }, 'good', []],
  ];
  test.each(rows)('%s: %j %j is %s', (_what, value, more, quality, flags) => {
    const city = smallCity();
    publish(city, ch4(value, NOW, more));
    expect(city.said.measurements).toMatchObject([{ quality }]);
    expect(flagsOf(city)).toEqual([flags]);
  });

  test('a changed range counts from the next value on', () => {
    const city = smallCity();
    publish(city, ch4(5, NOW - 2));
    register(city, { op: 'update', kind: 'points', value: { id: 'G-1/ch4', range: { min: 0, max: 100 } } });
    publish(city, ch4(5, NOW - 1));
    expect(flagsOf(city)).toEqual([['overRange'], []]);
  });

  test('absurd is told in the unit of the point', () => {
    const city = smallCity();
    register(city, {
      op: 'create',
      kind: 'points',
      value: { device: 'G-1', channel: 'lel', quantity: 'ch4', unit: '%{LEL}', reportIntervalMs: 1000 },
    });
    publish(city, { device: 'G-1', time: NOW, values: { lel: 2000 } });
    publish(city, { device: 'G-1', time: NOW + 1, values: { lel: 2200 } });
    expect(flagsOf(city)).toEqual([[], ['absurd']]);
  });
});
