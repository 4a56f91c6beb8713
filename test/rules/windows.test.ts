/** Sums, means and rates over a window of effective time. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { createHistory, remember, signalOver, WINDOW_ENTRIES_MAX } from '#rules/window.ts';
import { DutyRoom } from './duty-room.ts';

const HOUR = 3_600;

/** A rain gauge every 30 min that has just reached orange. */
function stormy(): { room: DutyRoom; gauge: number } {
  const room = new DutyRoom();
  const gauge = room.point('rain-gauge', 'rain-increment', 'mm', { reportIntervalMs: 1_800_000 });
  room.sample(0, gauge, 30);
  room.sample(1_800, gauge, 25);
  return { room, gauge };
}

const rainAlarm = (room: DutyRoom) => room.open().find(({ rule }) => rule === 'rain-sum');

describe('rain sums', () => {
  it('fall back colour by colour as the rain leaves the windows', () => {
    const { room, gauge } = stormy();
    for (let second = 3_600; second <= 14 * HOUR; second += 1_800) room.sample(second, gauge, 0);
    const moves = room.told('rain-sum').map(([second, change, , colour]) => [second / HOUR, change, colour]);
    // Orange falls when 30 mm are three hours old, yellow after six, blue after twelve; each plus ten minutes.
    expect(moves).toEqual([
      [0.5, 'raised', 'orange'],
      [3 + 1 / 6, 'colour', 'yellow'],
      [6 + 1 / 6, 'colour', 'blue'],
      [12 + 1 / 6, 'returned', 'blue'],
    ]);
  });

  it('an outage is not dry weather: a window with a hole in it clears nothing', () => {
    const { room, gauge } = stormy();
    room.sample(6 * HOUR, gauge, 0);
    room.sample(7 * HOUR, gauge, 0);
    expect(rainAlarm(room)).toMatchObject({ colour: 'orange', active: true });
    for (let second = 7 * HOUR; second <= 10 * HOUR; second += 1_800) room.sample(second, gauge, 0);
    expect(rainAlarm(room)).toMatchObject({ colour: 'yellow' });
  });

  it('counts rain that arrived out of order, but not what was stored late or stamped ahead', () => {
    const room = new DutyRoom();
    const gauge = room.point('rain-gauge', 'rain-increment', 'mm', { reportIntervalMs: 1_800_000 });
    room.sample(0, gauge, 20);
    room.sample(600, gauge, 100, { flags: FLAG.late, time: -HOUR });
    room.sample(700, gauge, 100, { flags: FLAG.future, time: HOUR });
    room.sample(1_800, gauge, 10);
    expect(room.events).toEqual([]);
    room.sample(1_900, gauge, 20, { flags: FLAG.outOfOrder, time: 900 });
    expect(room.latest()).toMatchObject({ colour: 'orange', value: 50 });
  });

  it('of a running total survive an outage, a reset, and begin anew after half a day', () => {
    const room = new DutyRoom();
    const gauge = room.point('rain-gauge', 'rain-total', 'mm', { reportIntervalMs: 1_800_000 });
    room.sample(0, gauge, 100);
    room.sample(2 * HOUR, gauge, 130);
    room.sample(2.5 * HOUR, gauge, 20);
    expect(room.latest()).toMatchObject({ colour: 'orange', value: 50, limit: '50mm/3h' });
    const other = room.point('rain-gauge', 'rain-total', 'mm', { reportIntervalMs: 1_800_000 });
    room.sample(3 * HOUR, other, 0);
    room.sample(20 * HOUR, other, 400);
    expect(room.told('rain-sum')).toHaveLength(1);
  });

  it('convert the unit of the gauge once', () => {
    const room = new DutyRoom();
    const gauge = room.point('rain-gauge', 'rain-increment', '[in_i]', { reportIntervalMs: 1_800_000 });
    room.sample(0, gauge, 1);
    room.sample(1_800, gauge, 0.97);
    expect(room.latest()).toMatchObject({ colour: 'orange', unit: '[in_i]' });
  });
});

describe('a rate of change', () => {
  it('needs no clock of its own: out of the window, out of the alarm', () => {
    const room = new DutyRoom();
    const road = room.point('underpass', 'water-depth', 'cm');
    room.sample(0, road, 0);
    room.sample(60, road, 3.1);
    expect(room.told('ponding-rise')).toEqual([[60, 'raised', 'ponding-rise', 'yellow', true]]);
    for (let second = 120; second <= 900; second += 60) room.sample(second, road, 3.1);
    // The low value of second 0 leaves the window after 300 s; the off-delay is five minutes more.
    expect(room.told('ponding-rise').at(-1)).toEqual([660, 'returned', 'ponding-rise', 'yellow', false]);
  });

  it('is not bound where the sensor reports more rarely than the window is long', () => {
    const room = new DutyRoom();
    const road = room.point('underpass', 'water-depth', 'cm', { reportIntervalMs: 600_000 });
    room.sample(0, road, 0);
    room.sample(600, road, 4);
    expect(room.events).toEqual([]);
    expect(room.state.points.get(road)?.unbound).toEqual([
      'ponding-rise/3cm/5min: its window is shorter than the report interval',
      'ponding-eta: its window holds too few reports',
    ]);
  });
});

describe('a rolling mean', () => {
  const rule = {
    id: 'mean',
    version: 1,
    binds: { quantities: ['temperature'], kinds: 'any' },
    signal: 'mean',
    side: 'low',
    unit: 'Cel',
    levels: [{ name: 'cold', colour: 'yellow', limit: 40, windowMs: 180_000 }],
  };
  it('says nothing before its window is full, then follows the mean', () => {
    const room = new DutyRoom({ format: 1, rules: [rule], system: [] });
    const point = room.point('heat-station', 'temperature', 'Cel');
    [30, 30, 30, 44, 46, 60].forEach((value, at) => room.sample(at * 60, point, value));
    expect(room.told('mean')).toEqual([
      [180, 'raised', 'mean', 'yellow', true],
      [300, 'returned', 'mean', 'yellow', false],
    ]);
  });
});

describe('the memory of a window', () => {
  it('stays bounded however fast the sensor sends, and forgets no rain', () => {
    const history = createHistory(12 * HOUR * 1_000, false);
    const drops = 20_000;
    for (let at = 0; at < drops; at += 1)
      remember(history, { ...SAMPLE, time: at * 2_000, value: 0.01 }, 2_000);
    expect(history.times.length).toBeLessThan(WINDOW_ENTRIES_MAX * 1.4);
    expect(signalOver(history, 'sum', 12 * HOUR * 1_000, 0)).toBeCloseTo(drops * 0.01, 6);
  });
});

const SAMPLE = {
  pointIndex: 0,
  deviceTime: null,
  receivedAt: 0,
  quality: 'good',
  flags: 0,
} as const;
