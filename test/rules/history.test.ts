/** Late data (历史补传): when it rings, and how the past is corrected. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { alarmById, judgeSeries, onRejudged } from '#rules/engine.ts';
import type { StoredRow } from '#rules/engine.ts';
import { PAST_KEPT } from '#rules/state.ts';
import { DutyRoom, moment, wall } from './duty-room.ts';

const LATE = { flags: FLAG.late | FLAG.backfill } as const;
const HOUR = 3_600;

describe('a late ring', () => {
  it('sounds once for the newest sample at orange, and again only for red', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(10_000, well, 2.6, { ...LATE, time: 9_000 });
    room.sample(10_001, well, 2.7, { ...LATE, time: 9_060 });
    room.sample(10_002, well, 4.5, { ...LATE, time: 9_120 });
    room.sample(10_003, well, 4.6, { ...LATE, time: 9_180 });
    expect(room.told()).toEqual([
      [10_000, 'late-ring', 'gas-well-ch4', 'orange', true],
      [10_002, 'late-ring', 'gas-well-ch4', 'red', true],
    ]);
    expect(room.events[0]?.announce.reason).toBe('late');
    expect(room.latest()).toMatchObject({ historical: true, onsetAt: wall(9_000), state: 'unacknowledged' });
    expect(room.open()).toEqual([]);
  });

  const quiet: readonly [string, number, number, number][] = [
    ['yellow', 10_000, 9_000, 1.5],
    ['two hours old', 10_000, 10_000 - 2 * HOUR, 2.6],
  ];
  it.each(quiet)('does not sound when it is %s', (_, arrival, time, value) => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(arrival, well, value, { ...LATE, time });
    expect(room.events).toEqual([]);
  });

  it('does not sound when we know something newer of that point', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(10_000, well, 0.1);
    room.sample(10_010, well, 2.6, { ...LATE, time: 9_000 });
    expect(room.events).toEqual([]);
  });

  it('does not sound beside a live alarm that already rings as loud', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 2.6);
    room.sample(5_000, well, 2.7, { ...LATE, time: 4_000 });
    expect(room.told('gas-well-ch4')).toHaveLength(1);
  });

  it('rings anew after its episode was over', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(10_000, well, 2.6, { ...LATE, time: 9_000 });
    room.sample(10_001, well, 0.1, { ...LATE, time: 9_060 });
    room.sample(10_002, well, 2.6, { ...LATE, time: 9_120 });
    expect(room.told().map(([, change, , , rings]) => [change, rings])).toEqual([
      ['late-ring', true],
      ['historical', false],
      ['late-ring', true],
    ]);
    expect(room.events[1]?.alarm).toMatchObject({
      state: 'returned-unacknowledged',
      returnedAt: wall(9_060),
    });
  });

  it('gives way to the live alarm, and can be taken by itself', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(10_000, well, 2.6, { ...LATE, time: 9_000 });
    const late = room.latest();
    room.sample(10_010, well, 2.6);
    expect(room.told().slice(1)).toEqual([
      [10_010, 'raised', 'gas-well-ch4', 'orange', true],
      [10_010, 'historical', 'gas-well-ch4', 'orange', false],
    ]);
    expect(room.order(10_020, 'officer', { action: 'acknowledge' }, late)).toMatchObject({ ok: true });
    expect(alarmById(room.state, late.id)?.state).toBe('normal');
  });
});

const row = (second: number, value: number, flags = 0): StoredRow => ({
  time: wall(second),
  value,
  quality: 'good',
  flags,
});

/** One rule on temperatures whose only level is orange from 30 Cel on. */
const warm = (more: object, settings: object = {}): object => ({
  format: 1,
  settings,
  system: [],
  rules: [
    {
      id: 'warm',
      version: 1,
      binds: { quantities: ['temperature'], kinds: 'any' },
      signal: 'value',
      side: 'high',
      unit: 'Cel',
      levels: [{ name: 'H', colour: 'orange', limit: 30, deadband: 1, ...more }],
    },
  ],
});

describe('what a late ring asks for beside its limit', () => {
  it('as many late samples as the debounce of its level', () => {
    const debounce = { count: 3, windowMs: 600_000, counting: 'continuous', tells: 'last' };
    const room = new DutyRoom(warm({ debounce }));
    const point = room.point('pump-station', 'temperature', 'Cel');
    for (const second of [4_000, 4_060, 4_120])
      room.sample(second + 1_000, point, 40, { ...LATE, time: second });
    expect(room.told().map(([second, change]) => [second, change])).toEqual([[5_120, 'late-ring']]);
  });

  it('that its level is in force at the time of the sample', () => {
    // The duty room works on a day of July.
    const seasons = { heating: { from: '11-15', to: '03-15' }, summer: { from: '06-01', to: '08-31' } };
    for (const [season, rings] of [
      ['heating', 0],
      ['summer', 1],
    ] as const) {
      const room = new DutyRoom(warm({ season }, { seasons }));
      const point = room.point('pump-station', 'temperature', 'Cel');
      room.sample(5_000, point, 40, { ...LATE, time: 4_000 });
      expect(room.events.length, season).toBe(rings);
    }
  });
});

describe('judging stored data again', () => {
  it('finds the episodes a live run would have found, whatever the order of the rows', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    const rows = [
      row(0, 0.1),
      row(60, 2.6),
      row(120, 4.2, FLAG.late),
      row(180, 0.1),
      row(240, 0.1),
      row(300, 3),
    ];
    const expected = [
      { onsetAt: wall(60), returnedAt: wall(240), colour: 'red', limit: '80%LEL', limitValue: 4, value: 4.2 },
      { onsetAt: wall(300), returnedAt: null, colour: 'orange', limit: '50%LEL', limitValue: 2.5, value: 3 },
    ];
    const found = judgeSeries(room.state, room.registry, well, rows);
    expect(found).toMatchObject(expected);
    expect(judgeSeries(room.state, room.registry, well, [...rows].reverse())).toEqual(found);
    expect(room.events).toEqual([]);
  });

  it('does not let a hole in the data clear anything', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    const found = judgeSeries(room.state, room.registry, well, [row(0, 3), row(10, 0.1), row(9_000, 3)]);
    expect(found).toMatchObject([{ onsetAt: wall(0), returnedAt: wall(70) }, { onsetAt: wall(9_000) }]);
    const bad = { ...row(20, NaN, FLAG.sensorBad), quality: 'bad' } as const;
    const held = judgeSeries(room.state, room.registry, well, [row(0, 3), row(10, 0.1), bad, row(9_000, 3)]);
    expect(held).toMatchObject([{ onsetAt: wall(0), returnedAt: null }]);
  });

  it('adds what was unknown, changes what was told wrongly, withdraws what is not so, and never rings', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    const rejudge = (rows: StoredRow[]): void => {
      room.pass(20_000);
      const episodes = judgeSeries(room.state, room.registry, well, rows);
      const input = { pointIndex: well, from: wall(0), to: wall(10_000), episodes };
      onRejudged(room.state, room.registry, input, moment(20_000), room.sink);
    };
    rejudge([row(0, 3), row(60, 0.1), row(120, 0.1)]);
    rejudge([row(0, 3), row(60, 0.1), row(120, 0.1)]);
    rejudge([row(0, 3), row(30, 4.4), row(60, 0.1), row(120, 0.1)]);
    rejudge([row(-60, 3), row(0, 3), row(60, 0.1), row(120, 0.1)]);
    expect(room.told().map(([, change, , colour, rings]) => [change, colour, rings])).toEqual([
      ['historical', 'orange', false],
      ['historical', 'red', false],
      ['withdrawn', 'red', false],
    ]);
    expect(room.events[0]?.alarm).toMatchObject({
      historical: true,
      state: 'normal',
      onsetAt: wall(0),
      returnedAt: wall(120),
    });
    expect(room.events[2]?.alarm).toMatchObject({ withdrawn: true });
    expect(new Set(room.events.map(({ alarm }) => alarm.id)).size).toBe(1);
  });

  it('tells a worse value that is found later, though colour and times stay', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    for (const worst of [3, 3.6, 3.6]) {
      const rows = [row(0, 3), row(30, worst), row(60, 0.1), row(120, 0.1)];
      const episodes = judgeSeries(room.state, room.registry, well, rows);
      const input = { pointIndex: well, from: wall(0), to: wall(120), episodes };
      onRejudged(room.state, room.registry, input, moment(20_000), room.sink);
    }
    expect(room.events.map(({ alarm }) => [alarm.colour, alarm.value])).toEqual([
      ['orange', 3],
      ['orange', 3.6],
    ]);
  });

  it('leaves alone what was announced live', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 3);
    room.sample(60, well, 0.1);
    room.sample(120, well, 0.1);
    const seen = room.events.length;
    const episodes = judgeSeries(room.state, room.registry, well, [row(0, 3), row(60, 0.1), row(120, 0.1)]);
    const input = { pointIndex: well, from: wall(-100), to: wall(10_000), episodes };
    onRejudged(room.state, room.registry, input, moment(130), room.sink);
    expect(episodes).toHaveLength(1);
    expect(room.events).toHaveLength(seen);
  });

  it('completes a late ring instead of telling the same episode twice', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(5_000, well, 2.6, { ...LATE, time: 4_000 });
    const episodes = judgeSeries(room.state, room.registry, well, [
      row(3_940, 2.6),
      row(4_000, 2.6),
      row(4_060, 0.1),
      row(4_120, 0.1),
    ]);
    const input = { pointIndex: well, from: wall(3_000), to: wall(5_000), episodes };
    onRejudged(room.state, room.registry, input, moment(5_100), room.sink);
    expect(room.told().map(([, change]) => change)).toEqual(['late-ring', 'historical']);
    expect(room.latest()).toMatchObject({ returnedAt: wall(4_120), state: 'returned-unacknowledged' });
  });

  it('keeps a red late ring that nobody took, however often its stretch is judged again', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(5_000, well, 4.6, { ...LATE, time: 4_000 });
    const { id } = room.latest();
    const rows = [row(4_000, 4.6), row(3_900, 4.8)];
    for (const more of [[], [row(3_800, 0.1)], [row(3_700, 0.1), row(3_950, 4.9)]]) {
      rows.push(...more);
      const episodes = judgeSeries(room.state, room.registry, well, rows, wall(4_500));
      const input = { pointIndex: well, from: wall(3_000), to: wall(5_000), episodes };
      onRejudged(room.state, room.registry, input, moment(5_100), room.sink);
    }
    expect(new Set(room.events.map(({ alarm }) => alarm.id))).toEqual(new Set([id]));
    expect(alarmById(room.state, id)).toMatchObject({ active: true, state: 'unacknowledged', value: 4.9 });
  });

  it('forgets settled episodes beyond its bound, never a late ring that nobody took', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(5_000, well, 4.6, { ...LATE, time: 4_000 });
    const ring = room.latest();
    const starts = Array.from({ length: PAST_KEPT + 6 }, (_, n) => -1_000_000 + n * 600);
    const rows = starts.flatMap((from) => [
      row(from, 3),
      ...[60, 120, 180, 240].map((s) => row(from + s, 0.1)),
    ]);
    const episodes = judgeSeries(room.state, room.registry, well, rows, wall(-100_000));
    const input = { pointIndex: well, from: wall(-1_100_000), to: wall(-100_000), episodes };
    onRejudged(room.state, room.registry, input, moment(5_100), room.sink);
    expect(room.events.filter(({ change }) => change === 'historical')).toHaveLength(starts.length);
    expect(room.order(5_300, 'officer', { action: 'acknowledge' }, ring)).toMatchObject({ ok: true });
  });
});
