/** What is easily broken in the alarm machine without anybody noticing: each of these once lived through a mutant. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import * as engine from '#rules/engine.ts';
import { DutyRoom, wall } from './duty-room.ts';

const HOUR = 3_600;
const take = { action: 'acknowledge' } as const;

type Level = { name: string; colour: string; limit: number } & Record<string, unknown>;
const catalogueOf = (levels: readonly Level[], settings: object = {}) => ({
  format: 1,
  settings,
  rules: [
    {
      ...{ id: 'heat', version: 1, binds: { quantities: ['temperature'], kinds: 'any' } },
      ...{ signal: 'value', side: 'high', unit: 'Cel', levels },
    },
  ],
  system: [],
});

function room(levels: readonly Level[], settings: object = {}) {
  const duty = new DutyRoom(catalogueOf(levels, settings));
  const point = duty.point('heat-station', 'temperature', 'Cel', { reportIntervalMs: 86_400_000 });
  return { duty, point };
}

const YELLOW: Level = { name: 'H', colour: 'yellow', limit: 10 };
const ORANGE: Level = { name: 'HH', colour: 'orange', limit: 20 };

describe('an onset', () => {
  it('under a shelf leaves the episode before it to be judged by its officer', () => {
    const { duty, point } = room([YELLOW]);
    duty.sample(0, point, 15);
    const first = duty.latest();
    duty.order(1, 'officer', { action: 'shelve', until: wall(HOUR), reason: 'cleaning' });
    duty.order(2, 'officer', take);
    duty.sample(3, point, 5);
    duty.sample(4, point, 15);
    expect(duty.latest().id).not.toBe(first.id);
    expect(duty.latest()).toMatchObject({ suppression: 'shelved', highestColour: 'yellow', active: true });
    const verdict = { action: 'verdict', verdict: 'false-alarm' } as const;
    expect(duty.order(5, 'officer', verdict, first)).toMatchObject({ ok: true, body: { id: first.id } });
  });

  it('worse than what was shelved ends the shelf and rings', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 15);
    duty.order(1, 'officer', { action: 'shelve', until: wall(HOUR), reason: 'cleaning' });
    duty.order(2, 'officer', take);
    duty.sample(3, point, 5);
    duty.sample(4, point, 25);
    expect(duty.events.at(-1)).toMatchObject({ change: 'raised', announce: { ring: true } });
    expect(duty.latest().suppressions).toEqual([]);
  });
});

describe('a change of level', () => {
  it('within one colour is told as one of the limit, up with a ring and down without', () => {
    const { duty, point } = room([YELLOW, { name: 'H2', colour: 'yellow', limit: 15 }]);
    duty.sample(0, point, 12);
    duty.order(1, 'officer', take);
    duty.sample(2, point, 16);
    expect(duty.latest()).toMatchObject({ limit: 'H2', state: 'unacknowledged', acknowledgedAt: null });
    duty.order(3, 'officer', take);
    duty.sample(4, point, 12);
    expect(duty.latest().state).toBe('acknowledged');
    expect(duty.events.map(({ change, announce }) => [change, announce.reason])).toEqual([
      ...[
        ['raised', 'raised'],
        ['acknowledged', 'acknowledged'],
        ['limit', 'colour-up'],
      ],
      ...[
        ['acknowledged', 'acknowledged'],
        ['limit', 'colour-down'],
      ],
    ]);
  });

  it('of another colour is told as one of colour', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 12);
    duty.sample(1, point, 22);
    expect(duty.events.at(-1)).toMatchObject({
      change: 'colour',
      announce: { reason: 'colour-up', ring: true },
    });
  });

  it('leaves a shelf of its own colour alone, and out of service always', () => {
    const { duty, point } = room([YELLOW, ORANGE, { name: 'H2', colour: 'yellow', limit: 15 }]);
    duty.sample(0, point, 12);
    duty.order(1, 'officer', { action: 'shelve', until: wall(HOUR), reason: 'cleaning' });
    duty.order(2, 'engineer', { action: 'out-of-service', reviewAt: wall(HOUR), reason: 'new probe' });
    duty.sample(3, point, 16);
    expect(duty.latest().suppressions.map(({ kind }) => kind)).toEqual(['shelved', 'out-of-service']);
    duty.sample(4, point, 25);
    expect(duty.latest().suppressions.map(({ kind }) => kind)).toEqual(['out-of-service']);
  });
});

it('a taken alarm that falls is as bad as it is now, no worse', () => {
  const { duty, point } = room([YELLOW, ORANGE]);
  duty.sample(0, point, 25);
  duty.order(1, 'officer', take);
  duty.sample(2, point, 12);
  expect(duty.latest()).toMatchObject({ colour: 'yellow', highestColour: 'yellow', state: 'acknowledged' });
});

describe('coming again', () => {
  it('remembers the highest colour, forgets the return and who took it', () => {
    const { duty, point } = room([YELLOW, { ...ORANGE, latch: true }]);
    duty.sample(0, point, 25);
    duty.order(1, 'officer', take);
    duty.sample(2, point, 5);
    duty.sample(3, point, 12);
    expect(duty.latest()).toMatchObject({
      ...{ active: true, returnedAt: null, acknowledgedAt: null, acknowledgedBy: null },
      ...{ state: 'unacknowledged', highestColour: 'orange' },
    });
  });

  it('above a shelf ends it', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 12);
    duty.order(1, 'officer', { action: 'shelve', until: wall(HOUR), reason: 'cleaning' });
    duty.sample(2, point, 5);
    duty.sample(3, point, 25);
    expect(duty.events.at(-1)).toMatchObject({ change: 'reactivated', announce: { ring: true } });
  });

  it('untaken keeps the highest colour of the stretch before', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 25);
    duty.sample(1, point, 5);
    duty.sample(2, point, 12);
    expect(duty.latest()).toMatchObject({ colour: 'yellow', highestColour: 'orange' });
  });
});

describe('an end', () => {
  it('shows the value that ended it, and how bad it had been', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 25);
    duty.sample(1, point, 12);
    duty.sample(2, point, 5);
    expect(duty.latest()).toMatchObject({ value: 5, returnedAt: wall(2), active: false });
    duty.order(3, 'officer', take);
    expect(duty.latest()).toMatchObject({
      ...{ state: 'normal', highestColour: 'orange', acknowledgedAt: wall(3), acknowledgedBy: 'officer' },
    });
  });

  it('with its point says why, takes its shelf along, and is silent', () => {
    const { duty, point } = room([YELLOW]);
    duty.sample(0, point, 15);
    const { id } = duty.latest();
    duty.order(1, 'officer', { action: 'shelve', until: wall(HOUR), reason: 'cleaning' });
    duty.registerAt(2, { op: 'retire', kind: 'points', id: duty.registry.pointsByIndex[point]?.id ?? '' });
    expect(duty.events.at(-1)).toMatchObject({
      change: 'normal',
      announce: { ring: false, reason: 'closed' },
      alarm: {
        ...{ id, state: 'normal', active: false, latched: false, returnedAt: wall(2), suppressions: [] },
        explanation: { code: 'point-retired', params: { was: 'limit-high' } },
      },
    });
  });
});

describe('a limit that is gone', () => {
  const without = catalogueOf([{ name: 'other', colour: 'blue', limit: 90 }]);

  it('ends what was taken, and leaves what was not to an officer, once', () => {
    const { duty, point } = room([{ ...YELLOW, latch: true }]);
    duty.sample(0, point, 15);
    duty.publishCatalogue(1, without, 'r2');
    expect(duty.latest()).toMatchObject({
      ...{ state: 'returned-unacknowledged', active: false, latched: false, returnedAt: wall(1) },
      explanation: { code: 'limit-removed' },
    });
    const told = duty.events.length;
    duty.publishCatalogue(2, without, 'r3');
    expect(duty.events).toHaveLength(told);
    duty.order(3, 'officer', take);
    expect(duty.open()).toEqual([]);
  });

  it('ends at once what somebody had taken', () => {
    const { duty, point } = room([YELLOW]);
    duty.sample(0, point, 15);
    duty.order(1, 'officer', take);
    duty.publishCatalogue(2, without, 'r2');
    expect(duty.open()).toEqual([]);
  });

  it('and a new one in its place is silent and remembers the highest colour', () => {
    const { duty, point } = room([YELLOW, ORANGE]);
    duty.sample(0, point, 25);
    duty.sample(1, point, 12);
    duty.publishCatalogue(2, catalogueOf([{ ...YELLOW, limit: 11 }, ORANGE]), 'r2');
    expect(duty.events.at(-1)).toMatchObject({
      ...{ change: 'limit', announce: { ring: false, reason: 'limit-changed' } },
      alarm: { limitValue: 11, colour: 'yellow', highestColour: 'orange' },
    });
  });
});

describe('a reset', () => {
  it('above a milder level that still holds leaves that one, unlatched, with its own colour', () => {
    const { duty, point } = room([YELLOW, { ...ORANGE, latch: true }]);
    duty.sample(0, point, 25);
    duty.sample(1, point, 12);
    expect(duty.latest()).toMatchObject({ colour: 'orange', latched: true });
    duty.order(2, 'officer', take);
    duty.order(3, 'officer', { action: 'reset' });
    expect(duty.latest()).toMatchObject({
      ...{ colour: 'yellow', highestColour: 'yellow', latched: false, active: true, state: 'acknowledged' },
    });
    duty.sample(4, point, 5);
    expect(duty.open()).toEqual([]);
  });

  it('of what is over ends it for good', () => {
    const { duty, point } = room([{ ...ORANGE, latch: true }]);
    duty.sample(0, point, 25);
    duty.sample(1, point, 5);
    expect(duty.latest()).toMatchObject({ state: 'unacknowledged', active: false, latched: true });
    duty.order(2, 'officer', take);
    duty.order(3, 'officer', { action: 'reset' });
    expect(duty.events.at(-1)?.alarm).toMatchObject({
      ...{ state: 'normal', active: false, latched: false, returnedAt: wall(1) },
    });
  });

  it('of an alarm that a person raised says that it is over', () => {
    const { duty } = room([YELLOW]);
    const asked = { kind: 'raise', source: 'person', subject: 's', colour: 'yellow', text: 't' } as const;
    const place = { facility: 'heat-station-1', area: null, lifeline: null };
    const by = { username: 'officer', roles: [], address: '' };
    const at = { receivedAt: wall(0), engineTime: 5_000_000 };
    engine.onRaise(duty.state, duty.registry, { ...asked, ...place, by }, at, duty.sink);
    duty.order(1, 'officer', take);
    duty.order(2, 'officer', { action: 'reset' });
    expect(duty.events.at(-1)?.alarm).toMatchObject({ active: false, returnedAt: wall(2), state: 'normal' });
  });
});

describe('an acknowledgement for a time', () => {
  const FOR = { reAlarmMs: { orange: 600_000 } };

  it('renewed when the settings name no time any more holds for ever', () => {
    const { duty, point } = room([ORANGE], FOR);
    duty.sample(0, point, 25);
    duty.order(1, 'officer', take);
    duty.publishCatalogue(2, catalogueOf([ORANGE]), 'r2');
    duty.order(3, 'officer', take);
    duty.pass(HOUR);
    expect(duty.latest()).toMatchObject({ state: 'acknowledged' });
  });

  it('is not asked of a late record: it rang once', () => {
    const { duty, point } = room([ORANGE], FOR);
    duty.sample(HOUR, point, 25, { time: 60, flags: FLAG.late });
    expect(duty.events.at(-1)).toMatchObject({ change: 'late-ring', announce: { ring: true } });
    duty.order(HOUR + 1, 'officer', take);
    duty.pass(2 * HOUR);
    expect(duty.events.map(({ change }) => change)).toEqual(['late-ring', 'acknowledged']);
  });

  it('of what is latched and has returned does not end', () => {
    const { duty, point } = room([{ ...ORANGE, latch: true }], FOR);
    duty.sample(0, point, 25);
    duty.order(1, 'officer', take);
    duty.sample(2, point, 5);
    expect(duty.latest()).not.toHaveProperty('acknowledgementExpiresAt');
    duty.pass(HOUR);
    expect(duty.latest().state).toBe('acknowledged');
    duty.sample(HOUR + 1, point, 5);
    const returned = room([{ ...ORANGE, latch: true }], FOR);
    returned.duty.sample(0, returned.point, 25);
    returned.duty.sample(1, returned.point, 5);
    returned.duty.order(2, 'officer', take);
    returned.duty.pass(HOUR);
    expect(returned.duty.latest().state).toBe('acknowledged');
  });
});

describe('delays', () => {
  it('of the two ways are two, and a doubtful sample stops neither into alarm nor starts one out of it', () => {
    const { duty, point } = room([{ ...YELLOW, deadband: 2, onDelayMs: 10_000, offDelayMs: 30_000 }]);
    duty.sample(0, point, 15);
    duty.sample(5, point, 5, { quality: 'uncertain', flags: FLAG.valueUncertain });
    duty.pass(9);
    expect(duty.open()).toEqual([]);
    duty.pass(10);
    expect(duty.open()).toHaveLength(1);
    duty.sample(20, point, 5);
    duty.pass(49);
    expect(duty.latest().active).toBe(true);
    duty.pass(50);
    expect(duty.latest().active).toBe(false);
  });

  it('out of alarm begin anew at the limit and between limit and clear limit', () => {
    const { duty, point } = room([{ ...YELLOW, deadband: 2, offDelayMs: 30_000 }]);
    duty.sample(0, point, 15);
    duty.sample(10, point, 5);
    duty.sample(20, point, 9);
    duty.pass(45);
    expect(duty.latest().active).toBe(true);
    duty.sample(50, point, 5);
    duty.sample(60, point, 10);
    duty.pass(85);
    expect(duty.latest().active).toBe(true);
  });

  it('whose time is over with the last sample that was missing end with that sample', () => {
    const duty = new DutyRoom(catalogueOf([{ ...YELLOW, onDelayMs: 120_000 }]));
    const point = duty.point('heat-station', 'temperature', 'Cel', { reportIntervalMs: 60_000 });
    duty.sample(0, point, 15);
    duty.sample(60, point, 5);
    duty.sample(120, point, 15);
    expect(duty.open()).toHaveLength(1);
  });

  it('of the other side are not cut short by a value beyond range', () => {
    const duty = new DutyRoom({ format: 1, rules: [], system: [] });
    const limits = { L: 5, H: 28, onDelayMs: 10_000 };
    const more = { limits, range: { min: -20, max: 30 }, reportIntervalMs: 86_400_000 };
    const point = duty.point('heat-station', 'temperature', 'Cel', more);
    duty.sample(0, point, 4);
    duty.sample(5, point, 99, { flags: FLAG.overRange });
    const active = duty.state.points
      .get(point)
      ?.rules.flatMap(({ levels }) => levels.filter((one) => one.active));
    expect(active?.map(({ name }) => name).sort()).toEqual(['H', 'over-range']);
  });

  it('with a stray in them ask for the samples that make up for it', () => {
    const duty = new DutyRoom(catalogueOf([{ ...YELLOW, onDelayMs: 300_000 }]));
    const point = duty.point('heat-station', 'temperature', 'Cel', { reportIntervalMs: 60_000 });
    duty.sample(0, point, 15);
    duty.sample(60, point, 5);
    duty.sample(290, point, 15);
    duty.pass(310);
    expect(duty.open()).toEqual([]);
  });

  it('of the other side go on when a worse level comes', () => {
    const duty = new DutyRoom({ format: 1, rules: [], system: [] });
    const limits = { L: 5, H: 10, HH: 20, onDelayMs: 10_000 };
    const point = duty.point('heat-station', 'temperature', 'Cel', { limits, reportIntervalMs: 86_400_000 });
    duty.sample(0, point, 25);
    duty.pass(10);
    expect(duty.latest()).toMatchObject({ limit: 'HH' });
    duty.sample(20, point, 4);
    expect(duty.latest().active).toBe(false);
    duty.pass(29);
    expect(duty.told().filter(([, change]) => change === 'raised')).toHaveLength(1);
    duty.pass(30);
    expect(duty.latest()).toMatchObject({ limit: 'L', active: true });
  });
});
