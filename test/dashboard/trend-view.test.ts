import { describe, expect, test } from 'vitest';
import { badStretches, bucketAt, uncertainSeconds } from '../../dashboard/src/store/trend-quality.ts';
import {
  panned,
  trendAddress,
  trendFromQuery,
  trendOfAlarm,
  windowOf,
  zoomed,
} from '../../dashboard/src/store/trend-view.ts';
import { localText, localTime } from '../../dashboard/src/text/clock.ts';
import { trendCsv } from '../../dashboard/src/trend/trend-csv.ts';
import { NOON } from './alarm-fixture.ts';

const viewOf = (address: string) => trendFromQuery(new URL(address, 'http://c').searchParams);
const HOUR = 3_600_000;

describe('the trend’s address', () => {
  test('holds points, range, own times and the table, and gives them back', () => {
    for (const address of [
      '/trend',
      '/trend?points=G-1/ch4,G-2/h2s&range=24h',
      `/trend?points=G-1/ch4&from=${NOON}&to=${NOON + HOUR}&table=1`,
    ])
      expect(trendAddress(viewOf(address))).toBe(address);
  });

  test('takes eight points at most, each once, and no nonsense', () => {
    const many = Array.from({ length: 12 }, (_, i) => `G-${i}/ch4`);
    expect(viewOf(`/trend?points=${[...many, ...many].join(',')}`).points).toEqual(many.slice(0, 8));
    expect(viewOf('/trend?points=%3Cscript%3E,a&range=1y&from=5&to=x')).toEqual(viewOf('/trend'));
  });

  test('moves and zooms; at now it runs on again', () => {
    const day = viewOf('/trend?range=24h');
    const before = panned(day, -0.5, NOON);
    expect(windowOf(before, NOON + 99)).toEqual({ from: NOON - 36 * HOUR, to: NOON - 12 * HOUR });
    expect(panned(before, 0.5, NOON)).toEqual(day);
    const { from, to } = windowOf(zoomed(before, 0.5, NOON), NOON);
    expect([from, to]).toEqual([NOON - 30 * HOUR, NOON - 18 * HOUR]);
    const deep = Array.from({ length: 40 }).reduce<typeof day>((view) => zoomed(view, 0.5, NOON), before);
    expect(windowOf(deep, NOON).to - windowOf(deep, NOON).from).toBe(10_000);
  });

  test('of an alarm shows its onset with what led to it', () => {
    expect(trendAddress(trendOfAlarm('G-1/ch4', NOON - 60_000, NOON))).toBe('/trend?points=G-1/ch4');
    const old = windowOf(trendOfAlarm('G-1/ch4', NOON - 50 * HOUR, NOON), NOON);
    expect(old).toEqual({ from: NOON - 50.5 * HOUR, to: NOON - 49.5 * HOUR });
  });

  test('times in fields are the city’s', () => {
    expect(localText(NOON)).toBe('2026-11-22T16:50:00');
    expect(localTime('2026-11-22T16:50:00')).toBe(NOON);
    expect(localTime('2026-11-22T16:50')).toBe(NOON);
    expect(localTime('')).toBeNull();
  });
});

describe('values not to be trusted', () => {
  const bucket = (from: number, quality: 'good' | 'uncertain' | 'bad', mean: number | null = 1) => ({
    from,
    min: mean,
    max: mean,
    mean,
    last: mean,
    count: 1,
    quality,
  });
  const buckets = [
    bucket(0, 'good'),
    bucket(1_000, 'bad', null),
    bucket(2_000, 'bad', null),
    bucket(3_000, 'uncertain'),
    bucket(9_000, 'bad', null),
  ];

  test('bad neighbours are one stretch, uncertain ones single marks', () => {
    expect(badStretches(buckets, 1_000)).toEqual([
      [1, 3],
      [9, 10],
    ]);
    expect(uncertainSeconds(buckets)).toEqual([3]);
  });

  test('the pointer reads the bucket it stands in, and nothing in a gap', () => {
    expect(bucketAt(buckets, 3_999, 1_000)?.from).toBe(3_000);
    expect(bucketAt(buckets, 6_000, 1_000)).toBeNull();
    expect(bucketAt(buckets, -1, 1_000)).toBeNull();
  });

  test('the file has every row, and no unit runs as a formula', () => {
    const trend = { point: 'G-1/ch4', buckets, widthMs: 1_000, raw: false, alarms: [], trouble: null };
    const lines = trendCsv([trend], () => '=1+1').split('\r\n');
    expect(lines).toHaveLength(buckets.length + 2);
    expect(lines[1]).toBe(`G-1/ch4,"'=1+1",1970-01-01T00:00:00.000Z,1,1,1,1,1,good`);
    expect(lines[2]).toContain(',,,,,1,bad');
  });
});
