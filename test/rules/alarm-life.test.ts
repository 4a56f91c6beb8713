/** The life of one alarm, told in rows: [second, what happens, the state afterwards]. */
import { describe, expect, it } from 'vitest';
import { DutyRoom, wall } from './duty-room.ts';

type Row = readonly [second: number, what: number | 'ack' | 'tick' | 'reset', state: string];

/** H = 25, deadband 2, on-delay 10 s, off-delay none, sampled as the rows say. */
const LIMITS = { H: 25, deadband: 2, onDelayMs: 10_000 };

function play(rows: readonly Row[], limits: object = LIMITS, range?: { min: number; max: number }): DutyRoom {
  const room = new DutyRoom();
  const point = room.point('heat-station', 'temperature', 'Cel', { limits, ...(range && { range }) });
  for (const [second, what, state] of rows) {
    if (typeof what === 'number') room.sample(second, point, what);
    else if (what === 'tick') room.pass(second);
    else room.order(second, 'officer', { action: what === 'ack' ? 'acknowledge' : 'reset' });
    expect([second, stateOf(room)]).toEqual([second, state]);
  }
  return room;
}

const stateOf = (room: DutyRoom): string => room.open()[0]?.state ?? 'normal';

describe('the life of an alarm', () => {
  const stories: readonly [string, readonly Row[]][] = [
    [
      'the script of ISA-18.2: onset after the delay, return inside the deadband, acknowledge',
      [
        [0, 26, 'normal'],
        [9, 26, 'normal'],
        [10, 26, 'unacknowledged'],
        [11, 24, 'unacknowledged'],
        [12, 22.9, 'returned-unacknowledged'],
        [13, 'ack', 'normal'],
      ],
    ],
    [
      'a late timer changes nothing: due at 10, noticed at 31',
      [
        [0, 25, 'normal'],
        [31, 5, 'returned-unacknowledged'],
        [40, 'ack', 'normal'],
      ],
    ],
    [
      'a limit counts when it is reached, and the edge of the deadband does not clear',
      [
        [0, 25, 'normal'],
        [10, 'tick', 'unacknowledged'],
        [11, 23, 'unacknowledged'],
        [12, 22.99, 'returned-unacknowledged'],
      ],
    ],
    [
      'a value that falls back before the delay is over starts it again',
      [
        [0, 26, 'normal'],
        [9, 24.9, 'normal'],
        [10, 26, 'normal'],
        [19, 'tick', 'normal'],
        [20, 'tick', 'unacknowledged'],
      ],
    ],
    [
      'taken first, returned later: no further duty',
      [
        [0, 30, 'normal'],
        [10, 'ack', 'acknowledged'],
        [20, 20, 'normal'],
      ],
    ],
    [
      'return before acknowledgement still needs the officer',
      [
        [0, 30, 'normal'],
        [10, 'tick', 'unacknowledged'],
        [20, 20, 'returned-unacknowledged'],
        [5_000, 'tick', 'returned-unacknowledged'],
        [5_001, 'ack', 'normal'],
      ],
    ],
    [
      'back before it was taken is the same episode',
      [
        [0, 30, 'normal'],
        [10, 'tick', 'unacknowledged'],
        [20, 20, 'returned-unacknowledged'],
        [30, 30, 'returned-unacknowledged'],
        [40, 'tick', 'unacknowledged'],
      ],
    ],
  ];
  // The officer's order at second 10 comes after what fell due at second 10.
  it.each(stories)('%s', (_, rows) => void play(rows));

  it('shows the onset at the end of the delay, and counts revisions and sequence without holes', () => {
    const room = play(stories[0]?.[1] ?? []);
    expect(room.told('point-limits')).toEqual([
      [10, 'raised', 'point-limits', 'yellow', true],
      [12, 'returned', 'point-limits', 'yellow', false],
      [13, 'acknowledged', 'point-limits', 'yellow', false],
    ]);
    expect(room.events.map(({ sequence, alarm }) => [sequence, alarm.revision, alarm.sequence])).toEqual([
      [1, 1, 1],
      [2, 2, 2],
      [3, 3, 3],
    ]);
    expect(room.latest()).toMatchObject({
      onsetAt: wall(10),
      returnedAt: wall(12),
      acknowledgedAt: wall(13),
      acknowledgedBy: 'officer',
      limit: 'H',
      limitValue: 25,
      unit: 'Cel',
    });
  });

  it('keeps the id through the whole episode and takes a new one for the next', () => {
    const room = play([
      [0, 30, 'normal'],
      [10, 'tick', 'unacknowledged'],
      [20, 20, 'returned-unacknowledged'],
      [30, 30, 'returned-unacknowledged'],
      [40, 'ack', 'acknowledged'],
      [50, 20, 'normal'],
      [60, 30, 'normal'],
      [70, 'tick', 'unacknowledged'],
    ]);
    const ids = room.events.map(({ alarm }) => alarm.id);
    expect(new Set(ids.slice(0, -1)).size).toBe(1);
    expect(ids.at(-1)).not.toBe(ids[0]);
    expect(ids[0]).toMatch(/^[0-9a-f]{16}$/);
  });
});

const FOUR = { H: 10, HH: 20, deadband: 1, offDelayMs: 30_000 };

describe('colours', () => {
  it('up rings again and must be taken again, down follows quietly after its own delay', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: FOUR });
    room.sample(0, point, 11);
    room.order(5, 'officer', { action: 'acknowledge' });
    room.sample(10, point, 21);
    expect(room.latest()).toMatchObject({ colour: 'orange', state: 'unacknowledged', acknowledgedBy: null });
    room.sample(20, point, 12);
    room.pass(49);
    expect(room.latest().colour).toBe('orange');
    room.pass(50);
    expect(room.latest()).toMatchObject({
      colour: 'yellow',
      highestColour: 'orange',
      state: 'unacknowledged',
    });
    expect(room.told()).toEqual([
      [0, 'raised', 'point-limits', 'yellow', true],
      [5, 'acknowledged', 'point-limits', 'yellow', false],
      [10, 'colour', 'point-limits', 'orange', true],
      [50, 'colour', 'point-limits', 'yellow', false],
    ]);
  });

  it('remembers the highest until it is taken', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: { ...FOUR, offDelayMs: 0 } });
    room.sample(0, point, 25);
    room.sample(10, point, 15);
    expect(room.latest()).toMatchObject({ colour: 'yellow', highestColour: 'orange' });
    room.order(20, 'officer', { action: 'acknowledge' });
    expect(room.latest()).toMatchObject({ colour: 'yellow', highestColour: 'yellow', state: 'acknowledged' });
  });

  it('falls to the milder level that still holds, although its own delay never ran out', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 2.6);
    room.sample(10, well, 1.2);
    room.pass(70);
    expect(room.latest()).toMatchObject({ colour: 'yellow', active: true, limit: '20%LEL' });
  });
});

describe('a latched alarm', () => {
  it('stays until it is safe, taken and reset, in that order', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 4.2);
    const red = room.latest();
    expect(red).toMatchObject({ colour: 'red', latched: true, active: true });
    expect(room.order(10, 'officer', { action: 'reset' }, red)).toMatchObject({ code: 'not-acknowledged' });
    room.order(20, 'officer', { action: 'acknowledge' }, red);
    expect(room.order(30, 'officer', { action: 'reset' }, red)).toMatchObject({ code: 'still-active' });
    room.sample(60, well, 0.1);
    room.sample(120, well, 0.1);
    expect(room.latest()).toMatchObject({
      active: false,
      state: 'acknowledged',
      latched: true,
      colour: 'red',
    });
    expect(room.order(200, 'officer', { action: 'reset' }, red)).toMatchObject({ ok: true });
    expect(room.latest()).toMatchObject({ state: 'normal', latched: false });
    expect(room.open()).toEqual([]);
  });

  it('returned before it was taken, still waits for the reset after taking', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 4.2);
    room.sample(60, well, 0.1);
    room.sample(120, well, 0.1);
    expect(room.latest()).toMatchObject({ state: 'unacknowledged', active: false, latched: true });
    room.order(130, 'officer', { action: 'acknowledge' });
    expect(room.latest()).toMatchObject({ state: 'acknowledged', latched: true });
    room.order(140, 'officer', { action: 'reset' });
    expect(room.latest().state).toBe('normal');
  });

  it('reset while a milder level still holds leaves that level in force', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 4.2);
    room.order(1, 'officer', { action: 'acknowledge' });
    room.sample(60, well, 1.5);
    room.sample(120, well, 1.5);
    expect(room.latest()).toMatchObject({ colour: 'red', active: true });
    expect(room.order(130, 'officer', { action: 'reset' })).toMatchObject({ ok: true });
    expect(room.latest()).toMatchObject({ colour: 'yellow', latched: false, state: 'acknowledged' });
  });
});
