/** What may never be folded, and what no symptom may hide behind: each was once a way to keep people in the dark. */
import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import type { Alarm } from '#domain/alarm.ts';
import * as engine from '#rules/engine.ts';
import { DutyRoom, item, wall } from './duty-room.ts';

const LEVELS = [
  { name: 'L', colour: 'yellow', limit: 230, deadband: 0 },
  { name: 'LL', colour: 'orange', limit: 200, deadband: 0 },
];
const pressureLow = (levels: readonly object[] = LEVELS) => ({
  format: 1,
  system: [],
  settings: { reAlarmMs: { orange: 28_800_000 } },
  rules: [
    {
      ...{ id: 'gas-pressure-low', version: 1, binds: { quantities: ['pressure'], kinds: 'any' } },
      ...{ signal: 'value', side: 'low', unit: 'kPa', levels },
    },
  ],
});

/** Points M-1, M-2, M-3 along one gas main, downstream in this order, each heard every three hours. */
function main(levels?: readonly object[]) {
  const room = new DutyRoom(pressureLow(levels));
  room.presence(0, 'G-1', true);
  const points = [1, 2, 3].map((place) =>
    room.pointAt(
      { kind: 'gas-main-point', place, east: place * 1_000 },
      { quantity: 'pressure', unit: 'kPa', reportIntervalMs: 10_800_000 },
      { device: `M-${place}` },
    ),
  );
  const edge = (from: number): unknown => ({
    ...{ id: `E-${from}`, kind: 'gas-main', lifeline: 'gas' },
    ...{ from: `gas-main-point-${from}`, to: `gas-main-point-${from + 1}` },
  });
  room.register(item('edges', edge(1)), item('edges', edge(2)));
  const [first = -1, second = -1, third = -1] = points;
  return { room, first, second, third };
}

const at = (room: DutyRoom, place: number): Alarm => {
  const alarm = room.open().find(({ point }) => point === `M-${place}/pressure`);
  if (alarm === undefined) throw new Error(`nothing open at M-${place}`);
  return alarm;
};
const lines = (room: DutyRoom, place: number) =>
  room.events
    .filter(({ alarm }) => alarm.point === `M-${place}/pressure`)
    .map(({ change, announce }) => [change, announce.ring, announce.reason]);

describe('red is never folded, and a rise is never silent', () => {
  const red = [{ name: 'L', colour: 'red', limit: 200, deadband: 0 }];
  const yellow = [{ name: 'L', colour: 'yellow', limit: 230, deadband: 0 }];

  it('a folded yellow that a new rule version makes red, with another limit, rings', () => {
    const { room, first, second } = main(yellow);
    room.sample(0, first, 190);
    room.sample(10, second, 190);
    expect(at(room, 2).incident?.folded).toBe(true);
    room.publishCatalogue(20, pressureLow(red));
    expect(lines(room, 2).at(-1)).toEqual(['colour', true, 'colour-up']);
    expect(at(room, 2)).toMatchObject({ colour: 'red', incident: { folded: false } });
  });

  it('a taken alarm is untaken again when a new rule version makes it worse', () => {
    const { room, first } = main(yellow);
    room.sample(0, first, 190);
    room.order(5, 'officer', { action: 'acknowledge' });
    room.publishCatalogue(20, pressureLow(red));
    expect(lines(room, 1).at(-1)).toEqual(['colour', true, 'colour-up']);
    expect(room.latest()).toMatchObject({ state: 'unacknowledged', limitValue: 200 });
  });
});

describe('what was promised to ring again rings, whatever explains it', () => {
  /** M-2 rang first, then M-1 above it: both orange. */
  function both() {
    const pipe = main();
    pipe.room.sample(0, pipe.second, 190);
    pipe.room.sample(10, pipe.first, 190);
    expect(at(pipe.room, 2).incident).toMatchObject({ role: 'symptom', folded: false });
    return pipe;
  }

  it('the end of a shelf', () => {
    const { room } = both();
    const order = { action: 'shelve', reason: 'x', until: wall(3_600), secondPerson: 'b' } as const;
    room.order(20, 'leader', order, at(room, 2));
    room.pass(4_000);
    expect(lines(room, 2).at(-1)).toEqual(['unshelved', true, 'unshelved']);
  });

  it('the end of out of service', () => {
    const { room } = both();
    const order = { action: 'out-of-service', reason: 'x', reviewAt: wall(3_600) } as const;
    room.order(20, 'engineer', order, at(room, 2));
    room.pass(4_000);
    expect(lines(room, 2).at(-1)).toEqual(['in-service', true, 'back-in-service']);
  });

  it('the end of a maintenance window over an alarm that had rung', () => {
    const { room } = both();
    room.maintenance(20, 'points', 'M-2/pressure', 3_600);
    room.pass(4_000);
    expect(lines(room, 2).at(-1)).toEqual(['unsuppressed', true, 'maintenance-ended']);
  });

  it('the end of an acknowledgement, of an alarm that was folded when somebody took it too', () => {
    const { room, first, second } = main();
    room.sample(0, first, 190);
    room.sample(10, second, 190);
    room.order(20, 'officer', { action: 'acknowledge' }, at(room, 2));
    room.pass(20 + 8 * 3_600);
    expect(lines(room, 2)).toContainEqual(['re-alarmed', true, 're-alarm']);
  });

  it('a return in a worse colour than anybody was told of', () => {
    const { room, first, second } = main();
    room.sample(0, second, 220);
    room.sample(10, first, 190);
    room.sample(60, second, 260);
    room.sample(120, second, 190);
    expect(lines(room, 2).at(-1)).toEqual(['reactivated', true, 'reactivated']);
    expect(at(room, 2).colour).toBe('orange');
  });

  it('a return as bad as it and its cause were told stays under the cause', () => {
    const { room, second } = both();
    room.sample(60, second, 260);
    room.sample(120, second, 190);
    expect(lines(room, 2).at(-1)).toEqual(['reactivated', false, 'folded']);
  });
});

describe('a cause that is put aside explains nothing', () => {
  it('what begins under it rings', () => {
    const { room, first, third } = main();
    room.sample(0, first, 190);
    const order = { action: 'out-of-service', reason: 'x', reviewAt: wall(86_400) } as const;
    room.order(20, 'engineer', order, at(room, 1));
    room.sample(310, third, 190);
    expect(lines(room, 3)).toEqual([['raised', true, 'raised']]);
  });

  it('what was folded under it rings once it has had time to return', () => {
    const { room, first, third } = main();
    room.sample(0, first, 190);
    room.sample(20, third, 190);
    const order = { action: 'shelve', reason: 'x', until: wall(28_000), secondPerson: 'b' } as const;
    room.order(50, 'leader', order, at(room, 1));
    room.pass(27_000);
    expect(lines(room, 3)).toEqual([
      ['raised', false, 'folded'],
      ['resurfaced', true, 'resurfaced'],
    ]);
  });

  it('an incident that rang long ago is no excuse: its cause came back under maintenance', () => {
    const { room, first, second, third } = main();
    room.sample(0, first, 190);
    room.sample(10, second, 190);
    room.sample(60, first, 300);
    room.sample(61, second, 300);
    room.maintenance(100, 'points', 'M-1/pressure', 80_000);
    room.sample(120, first, 190);
    room.sample(130, third, 190);
    expect(lines(room, 3)).toEqual([['raised', true, 'raised']]);
  });

  it('a symptom does not change to another cause that nobody was told of', () => {
    const { room, first, second, third } = main();
    room.maintenance(0, 'points', 'M-2/pressure', 86_000);
    room.sample(0, first, 190);
    room.sample(10, second, 190);
    room.sample(20, third, 190);
    room.sample(60, first, 300);
    room.pass(30_000);
    expect(lines(room, 3)).toContainEqual(['resurfaced', true, 'resurfaced']);
  });
});

/** Wells W-1 to W-3 behind gateway G-1, each with a yellow value that keeps coming. */
function wells() {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  const points = [1, 2, 3].map((place) =>
    room.pointAt(
      { kind: 'gas-valve-well', place, east: place * 1_000 },
      { quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 },
      { device: `W-${place}` },
    ),
  );
  for (const second of [0, 60, 125]) for (const point of points) room.sample(second, point, 1.1);
  return { room, points };
}

describe('a gateway that comes and goes', () => {
  it('hides a lost sensor no longer than its absence explains: the others were heard meanwhile', () => {
    const { room, points } = wells();
    room.presence(130, 'G-1', false);
    for (let second = 195; second < 3_600; second += 180) {
      room.presence(second, 'G-1', true);
      for (const point of points.slice(0, 2)) room.sample(second + 5, point, 1.1);
      room.presence(second + 70, 'G-1', false);
    }
    const lost = room.open().find(({ point, rule }) => point === 'W-3/ch4' && rule === 'sensor-lost');
    expect(lost?.incident?.folded).toBe(false);
    const told = room.events.filter(({ alarm, announce }) => alarm.id === lost?.id && announce.ring);
    expect(told.map(({ change }) => change)).toEqual(['resurfaced']);
  });

  it('leaves nothing behind in its incident for each time it was gone', () => {
    const { room } = wells();
    for (let second = 130; second < 20_000; second += 100) {
      room.presence(second, 'G-1', false);
      room.pass(second + 65);
      const gone = room.open().find(({ rule }) => rule === 'gateway-absent');
      if (gone !== undefined) room.order(second + 66, 'officer', { action: 'acknowledge' }, gone);
      room.presence(second + 70, 'G-1', true);
    }
    const { slots } = room.state.incidents;
    const kept = Array.from(
      { length: slots.length },
      (_, at) => slots.get(at)?.incident?.explaining.length ?? 0,
    );
    expect(room.events.filter(({ alarm }) => alarm.rule === 'gateway-absent').length).toBeGreaterThan(300);
    expect(Math.max(...kept)).toBeLessThanOrEqual(20);
  });
});

describe('a snapshot that is being taken', () => {
  it('is told of every page before an alarm on it changes, when a symptom rings by itself too', () => {
    const { room, points } = wells();
    room.presence(130, 'G-1', false);
    room.pass(195);
    room.presence(300, 'G-1', true);
    for (let second = 330; second <= 450; second += 60)
      for (const point of points.slice(0, 2)) room.sample(second, point, 1.1);
    room.pass(479);
    const before: unknown = deserialize(serialize(room.state.points.pages[0]));
    const saved: unknown[] = [];
    room.state.points.beforeWrite = (): void =>
      void saved.push(deserialize(serialize(room.state.points.pages[0])));
    room.pass(480);
    expect(room.events.at(-1)?.change).toBe('resurfaced');
    expect(saved[0]).toEqual(before);
    expect(engine.alarmById(room.state, room.latest().id)?.incident?.folded).toBe(false);
  });
});

describe('a restart', () => {
  it('ends the same windows over the same alarms, in the same order', () => {
    const play = (restarted: boolean) => {
      const { room, points } = wells();
      room.maintenance(200, 'facilities', 'gas-valve-well-1', 1_000);
      for (const point of points.toReversed()) room.sample(205, point, 1.1);
      if (restarted) room.restart();
      room.maintenance(210, 'gateways', 'G-1', 2_000);
      room.maintenance(220, 'points', 'W-3/ch4', 3_000);
      room.pass(3_100);
      return room.events.map(({ sequence, change, alarm }) => [sequence, change, alarm.id]);
    };
    const told = play(false);
    expect(told.map(([, change]) => change)).toEqual(expect.arrayContaining(['suppressed', 'unsuppressed']));
    expect(play(true)).toEqual(told);
  });
});
