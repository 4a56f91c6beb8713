/** Limits that hold in the heating season alone, by the local date. */
import { describe, expect, it, test } from 'vitest';
import { judgeSeries, parseCatalogue } from '#rules/engine.ts';
import { isInForce, monthDay } from '#rules/season.ts';
import { DutyRoom, wall, START } from './duty-room.ts';

const HEATING = { from: 1115, to: 315, inside: true };
const DAY = 86_400;

describe('the season', () => {
  test.each([
    ['2026-11-14T23:59:59+08:00', false],
    ['2026-11-15T00:00:00+08:00', true],
    ['2027-01-01T00:00:00+08:00', true],
    ['2027-03-15T23:59:59+08:00', true],
    ['2027-03-16T00:00:00+08:00', false],
    ['2026-11-14T16:00:00Z', true],
  ])('%s: %s', (at, inside) => {
    expect(isInForce(HEATING, Date.parse(at))).toBe(inside);
    expect(isInForce({ ...HEATING, inside: false }, Date.parse(at))).toBe(!inside);
  });

  test.each([
    ['02-29', 229],
    ['11-15', 1115],
    ['02-30', null],
    ['13-01', null],
    ['1-1', null],
  ])('%s is %s', (text, day) => expect(monthDay(text)).toBe(day));
});

const rule = {
  id: 'make-up',
  version: 1,
  binds: { quantities: ['make-up-ratio'], kinds: 'any' },
  signal: 'value',
  side: 'high',
  unit: '%',
  levels: [
    { name: 'winter', colour: 'orange', limit: 1, deadband: 0.1, season: 'summer' },
    { name: 'rest', colour: 'blue', limit: 4, outsideSeason: 'summer' },
  ],
};
// The duty room begins on 1 July.
const catalogue = {
  format: 1,
  settings: { seasons: { summer: { from: '06-01', to: '07-10' } } },
  rules: [rule],
  system: [],
};

describe('a rule of a season', () => {
  it('rings in its season; out of it its alarm ends by the next good value, not by the calendar', () => {
    const room = new DutyRoom(catalogue);
    const point = room.point('heat-station', 'make-up-ratio', '%', { reportIntervalMs: 3_600_000 });
    room.sample(0, point, 1.5);
    room.pass(12 * DAY);
    expect(room.open().find(({ rule: id }) => id === 'make-up')).toMatchObject({ active: true });
    room.sample(12 * DAY, point, 1.5);
    expect(room.told('make-up').map(([, change, , colour]) => [change, colour])).toEqual([
      ['raised', 'orange'],
      ['returned', 'orange'],
    ]);
    room.sample(12 * DAY + 60, point, 5);
    expect(room.told('make-up').at(-1)?.slice(1, 4)).toEqual(['reactivated', 'make-up', 'blue']);
  });

  it('judges late data by the date of the sample', () => {
    const room = new DutyRoom(catalogue);
    const point = room.point('heat-station', 'make-up-ratio', '%', { reportIntervalMs: 3_600_000 });
    const rows = [0, 20 * DAY].map((second) => ({
      time: wall(second),
      value: 1.5,
      quality: 'good' as const,
      flags: 0,
    }));
    expect(judgeSeries(room.state, room.registry, point, rows)).toMatchObject([
      { onsetAt: START, returnedAt: wall(20 * DAY), colour: 'orange' },
    ]);
  });
});

describe('a slip in a rule refuses the catalogue and says where', () => {
  const count = {
    id: 'two',
    version: 1,
    kind: 'k-of-n',
    binds: { quantities: ['ch4'], kinds: 'any' },
    among: 'facility',
    count: 'points',
    when: { side: 'high', unit: '%', limit: 1 },
    levels: [{ name: 'two', colour: 'red', atLeast: 2 }],
  };
  test.each([
    [
      'an unknown season',
      { ...rule, levels: [{ ...rule.levels[0], season: 'monsoon' }] },
      'no season monsoon',
    ],
    ['an unknown kind', { ...rule, kind: 'oracle' }, 'rules[0].kind: none of'],
    ['a promotion of nothing', { ...rule, promotes: { rule: 'ghost' } }, 'rules[0].promotes.rule'],
    ['a promotion of itself', { ...rule, promotes: { rule: 'make-up' } }, 'rules[0].promotes.rule'],
    ['half a detector', { ...count, levels: [{ name: 'x', colour: 'red', atLeast: 1.5 }] }, 'whole number'],
    ['an alarm and a limit', { ...count, when: { ...count.when, alarm: 'yellow' } }, 'not both'],
    [
      'a window for a plain value',
      { ...count, when: { ...count.when, windowMs: 5 } },
      'not for a plain value',
    ],
    ['no distance', { ...count, among: {} }, 'rules[0].among.withinM: not a number'],
    ['no partner', { ...count, kind: 'combined', among: undefined, count: undefined }, 'unknown field'],
  ])('%s', (_name, broken, error) => {
    const parsed = parseCatalogue({ ...catalogue, rules: [JSON.parse(JSON.stringify(broken))] }, 'x');
    expect(parsed).toMatchObject({ ok: false, error: expect.stringContaining(error) });
  });
});
