/** The figures of alarm quality, held against hand-made ledgers: each row is [second, alarm, what happened]. */
import { describe, expect, it } from 'vitest';
import { floodsOf, loadOf } from '#domain/quality/load.ts';
import { nuisanceOf } from '#domain/quality/nuisance.ts';
import { responseOf } from '#domain/quality/response.ts';
import type { QualityRow } from '#domain/quality/rows.ts';
import { serviceOf } from '#domain/quality/online.ts';
import { ringSeries } from '#domain/quality/series.ts';

const HOUR = 3_600;
const DAY = 86_400;
const ms = (second: number): number => second * 1_000;
const period = (from: number, to: number) => ({ from: ms(from), to: ms(to) });

type Happening = 'rings' | 'again' | 'quiet' | 'returned' | 'taken' | 'shelved' | 'ended' | 'noted';

function row(second: number, alarm: string, what: Happening, more: Partial<QualityRow> = {}): QualityRow {
  const active =
    what === 'rings' || what === 'again' || what === 'quiet' || what === 'noted' || what === 'shelved';
  const change = {
    ...{ rings: 'raised', again: 'reactivated', quiet: 'raised', returned: 'returned' },
    ...{ taken: 'acknowledged', shelved: 'shelved', ended: 'normal', noted: 'note' },
  }[what] as QualityRow['change'];
  return {
    at: ms(second),
    alarm,
    change,
    ring: what === 'rings' || what === 'again',
    point: `${alarm.split('#')[0]}/ch`,
    gateway: 'G-1',
    rule: 'gas-well-ch4',
    colour: 'yellow',
    active: active || what === 'taken',
    state: what === 'taken' ? 'acknowledged' : what === 'ended' ? 'normal' : 'unacknowledged',
    historical: false,
    code: 'limit-high',
    ...more,
  };
}

describe('what people heard', () => {
  it('is counted by ten minutes and by day', () => {
    const heard = [0, 60, 120, 1_000, 4_000].map(ms);
    const load = loadOf(heard, period(0, HOUR));
    expect(load).toMatchObject({ rings: 4, peakPer10Min: 3, floods: 0, floodMinutes: 0, busySlotShare: 0 });
    expect(load.per10Min).toBeCloseTo(4 / 6, 12);
    expect(load.perDay).toBeCloseTo(96, 9);
  });

  it('ten in ten minutes are no flood, eleven are: from the eleventh until fewer than five are left', () => {
    const tenth = Array.from({ length: 10 }, (_, at) => ms(at * 30));
    expect(floodsOf(tenth, ms(DAY))).toEqual([]);
    // 0, 30 … 300 s. The seventh leaves the ten minutes at 180 + 600 s, and with it four are left.
    const eleven = [...tenth, ms(300)];
    expect(floodsOf(eleven, ms(DAY))).toEqual([period(300, 780)]);
    expect(loadOf(eleven, period(0, HOUR))).toMatchObject({
      floods: 1,
      floodMinutes: 8,
      busySlotShare: 1 / 6,
    });
  });

  it('a flood goes on while five are left, and one more makes no second one of it', () => {
    const heard = [...Array.from({ length: 11 }, (_, at) => ms(at)), ms(500)];
    // At 607 s the eighth leaves: three of the first eleven and the late one are left.
    expect(floodsOf(heard, ms(DAY))).toEqual([period(10, 607)]);
  });

  it('two bursts are two floods', () => {
    const burst = (from: number) => Array.from({ length: 12 }, (_, at) => ms(from + at));
    const floods = floodsOf([...burst(0), ...burst(2_000)], ms(DAY));
    expect(floods).toEqual([period(10, 607), period(2_010, 2_607)]);
  });

  it('one that still goes on ends where the period does, and one from before counts from its beginning', () => {
    const heard = Array.from({ length: 40 }, (_, at) => ms(at * 20));
    expect(floodsOf(heard, ms(790))).toEqual([period(200, 790)]);
    expect(loadOf(heard, period(600, 790))).toMatchObject({ rings: 10, floodMinutes: 190 / 60 });
  });

  it('more than thirty in an hour is a busy hour', () => {
    const heard = Array.from({ length: 31 }, (_, at) => ms(at * 100));
    expect(loadOf(heard, period(0, 2 * HOUR)).busyHourShare).toBe(0.5);
  });
});

describe('alarms that should not be as they are', () => {
  const look = (rows: readonly QualityRow[], to = DAY, now = 10 * DAY) =>
    nuisanceOf(rows, period(0, to), ms(now));

  it('chattering is three onsets within a minute, across episodes of the same thing', () => {
    const rows = [
      row(0, 'a', 'rings'),
      row(10, 'a', 'returned'),
      row(20, 'a', 'again'),
      row(30, 'a', 'ended', { active: false }),
      row(60, 'a#2', 'rings'),
      row(70, 'a#2', 'returned'),
      row(500, 'b', 'rings'),
      row(510, 'b', 'returned'),
      row(530, 'b', 'again'),
      row(540, 'b', 'returned'),
    ];
    expect(look(rows)).toMatchObject({ chattering: 1, chatteringOnsets: 3, fleeting: 2 });
  });

  it('three within a minute and a second are not', () => {
    const rows = [0, 30, 61].flatMap((at) => [row(at, 'a', 'again'), row(at + 5, 'a', 'returned')]);
    expect(look(rows)).toMatchObject({ chattering: 0, fleeting: 3 });
  });

  it('an alarm of a whole minute is not fleeting', () => {
    expect(look([row(0, 'a', 'rings'), row(60, 'a', 'returned')]).fleeting).toBe(0);
    expect(look([row(0, 'a', 'rings'), row(59, 'a', 'returned')]).fleeting).toBe(1);
  });

  it('stale is active for more than a day at the end, however often it was taken', () => {
    const rows = [
      row(0, 'old', 'rings'),
      row(10, 'old', 'taken'),
      row(HOUR, 'young', 'rings'),
      row(0, 'broken', 'rings'),
      row(HOUR, 'broken', 'returned'),
      row(2 * HOUR, 'broken', 'again'),
    ];
    expect(look(rows, DAY + 1).stale).toBe(1);
    expect(look(rows, DAY).stale).toBe(0);
    expect(look(rows, 3 * DAY).stale).toBe(3);
    expect(look(rows, 3 * DAY, DAY + 1).stale).toBe(1);
  });

  it('bad actors are the ten that rang most, with their share', () => {
    const rows = Array.from({ length: 12 }, (_, thing) =>
      Array.from({ length: thing + 1 }, (__, time) => row(time * 1_000, `d${thing}#${time}`, 'rings')),
    ).flat();
    const { badActors, topTenShare } = look(rows);
    expect(badActors).toHaveLength(10);
    expect(badActors[0]).toEqual({
      ...{ point: 'd11/ch', gateway: 'G-1', rule: 'gas-well-ch4', rings: 12 },
      share: 12 / 78,
    });
    expect(topTenShare).toBeCloseTo(75 / 78, 12);
  });
});

describe('response', () => {
  const LIMITS = { red: ms(300), yellow: ms(1_800) };
  const look = (rows: readonly QualityRow[], now = DAY) => responseOf(rows, period(0, DAY), ms(now), LIMITS);

  it('is in time up to the limit of the colour at which it rang, and the waiting are late once it is over', () => {
    const red = { colour: 'red' } as const;
    const rows = [
      row(0, 'a', 'rings', red),
      row(300, 'a', 'taken', { ...red, colour: 'orange' }),
      row(0, 'b', 'rings', red),
      row(301, 'b', 'taken', red),
      row(0, 'c', 'rings', red),
      row(100, 'd', 'rings', red),
    ];
    expect(look(rows, 350).red).toEqual({
      ...{ asked: 4, answered: 2, inTime: 1, tooLate: 2, inTimeShare: 1 / 3, limitMs: ms(300) },
      ...{ medianMs: ms(300), p90Ms: ms(301), longestMs: ms(301) },
    });
    expect(look(rows, 350).orange).toMatchObject({
      asked: 0,
      inTimeShare: null,
      limitMs: null,
      medianMs: null,
    });
  });

  it('one alarm asks once until it is answered, from its first ring, and asks again when it comes again', () => {
    const rows = [
      row(0, 'a', 'rings'),
      row(60, 'a', 'returned'),
      row(120, 'a', 'again'),
      row(200, 'a', 'taken'),
      row(4_000, 'a', 'again'),
      row(4_050, 'a', 'taken'),
    ];
    expect(look(rows).yellow).toMatchObject({ asked: 2, answered: 2, medianMs: ms(50), longestMs: ms(200) });
  });

  it('a person who shelves has answered; what never rang asked nothing; what ended by itself asks no more', () => {
    const rows = [
      row(0, 'a', 'rings'),
      row(30, 'a', 'shelved'),
      row(0, 'b', 'quiet'),
      row(0, 'c', 'rings'),
      row(40, 'c', 'ended', { active: false }),
    ];
    expect(look(rows).yellow).toMatchObject({ asked: 1, answered: 1, medianMs: ms(30) });
  });

  it('what rang before the period is no question of it, and an answer after it counts', () => {
    const rows = [
      row(-10, 'a', 'rings'),
      row(5, 'a', 'taken'),
      row(DAY - 5, 'b', 'rings'),
      row(DAY + 5, 'b', 'taken'),
    ];
    expect(look(rows, 2 * DAY).yellow).toMatchObject({ asked: 1, answered: 1, medianMs: ms(10) });
  });
});

describe('在线率 and valid data', () => {
  const watched = {
    gateways: ['G-1', 'G-2'],
    points: ['a', 'b', 'c'].map((id) => ({ id: `${id}/ch`, gateway: id === 'c' ? 'G-2' : 'G-1' })),
  };
  const silence = (second: number, alarm: string, what: Happening, code = 'no-data') =>
    row(second, alarm, what, { rule: 'no-data', code });
  const absent = (second: number, alarm: string, what: Happening) =>
    row(second, alarm, what, { rule: 'gateway-absent', point: null, gateway: alarm, code: 'gateway-absent' });
  const look = (rows: readonly QualityRow[], now = DAY) =>
    serviceOf(rows, watched, period(0, 1_000), ms(now));

  it('all is well when nothing was missed', () => {
    expect(look([])).toEqual({ gateways: 2, points: 3, gatewaysOnline: 1, pointsOnline: 1, pointsValid: 1 });
  });

  it('a gateway that was gone takes its points with it, and nothing counts twice', () => {
    const rows = [
      silence(50, 'a', 'rings'),
      absent(100, 'G-1', 'rings'),
      silence(150, 'a', 'returned'),
      absent(300, 'G-1', 'returned'),
    ];
    // a: 50 to 300, b: 100 to 300, c: never.
    expect(look(rows)).toMatchObject({ gatewaysOnline: 1 - 200 / 2_000, pointsOnline: 1 - 450 / 3_000 });
  });

  it('a point that sends only bad values is online, and its data are not valid', () => {
    const rows = [silence(0, 'c', 'rings', 'no-data-only-bad'), silence(600, 'c', 'returned')];
    expect(look(rows)).toMatchObject({ pointsOnline: 1, pointsValid: 1 - 600 / 3_000 });
  });

  it('is cut to the period and to now, and what still lasts lasts until then', () => {
    const rows = [absent(-500, 'G-1', 'rings')];
    expect(look(rows).gatewaysOnline).toBe(0.5);
    expect(look(rows, 100).gatewaysOnline).toBe(0.5);
    expect(look([absent(50, 'G-1', 'rings')], 100).gatewaysOnline).toBe(0.75);
  });

  it('says nothing where nothing is watched, or before the period begins', () => {
    expect(serviceOf([], { gateways: [], points: [] }, period(0, 10), ms(DAY)).gatewaysOnline).toBeNull();
    expect(look([], -1).pointsOnline).toBeNull();
  });
});

describe('what was heard, slot by slot', () => {
  const heard = (second: number, colour: QualityRow['colour']) =>
    row(second, `A#${second}`, 'rings', { colour });
  const sums = (rows: readonly QualityRow[], from: number, to: number) =>
    ringSeries(rows, period(from, to)).map(({ rings }) => Object.values(rings).reduce((a, b) => a + b, 0));

  it('by the hour for up to two days, silent hours too; what made no sound does not count', () => {
    const rows = [heard(10, 'red'), row(20, 'A#1', 'quiet'), heard(HOUR, 'blue'), heard(3 * HOUR, 'blue')];
    expect(sums(rows, 0, 3 * HOUR)).toEqual([1, 1, 0]);
    expect(ringSeries(rows, period(0, HOUR))).toEqual([
      { from: 0, rings: { blue: 0, yellow: 0, orange: 0, red: 1 }, peakPer10Min: 1 },
    ]);
    expect(sums(rows, 0, 2 * DAY)).toHaveLength(48);
  });

  it('by the day beyond, the last one cut short', () => {
    const rows = [heard(DAY - 1, 'red'), heard(DAY, 'red'), heard(2.5 * DAY, 'red')];
    expect(sums(rows, 0, 2.6 * DAY)).toEqual([1, 1, 1]);
  });

  it('with the most of any of its ten minutes', () => {
    const rows = [0, 599, 600, 601, 602, HOUR].map((second) => heard(second, 'blue'));
    expect(ringSeries(rows, period(0, 2 * HOUR)).map(({ peakPer10Min }) => peakPer10Min)).toEqual([3, 1]);
  });

  it('a period that has not begun has none', () => {
    expect(ringSeries([], period(HOUR, 0))).toEqual([]);
  });
});
