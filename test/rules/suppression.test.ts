/** Putting an alarm aside: who may, how long, and what brings it back. */
import { describe, expect, it } from 'vitest';
import { DutyRoom, item, wall } from './duty-room.ts';

const HOUR = 3_600;
const LIMITS = { H: 10, HH: 20, colours: { H: 'yellow', HH: 'orange' } } as const;

function room(value: number, limits: object = LIMITS): { room: DutyRoom; point: number } {
  const duty = new DutyRoom();
  const point = duty.point('heat-station', 'temperature', 'Cel', { limits, reportIntervalMs: 86_400_000 });
  duty.sample(0, point, value);
  return { room: duty, point };
}

const shelve = (untilSecond: number, more: object = {}) =>
  ({ action: 'shelve', until: wall(untilSecond), reason: 'probe being cleaned', ...more }) as const;

describe('shelving', () => {
  const refused: readonly [string, number, string, object, string][] = [
    [
      'an officer may not shelve orange',
      25,
      'officer',
      shelve(HOUR, { secondPerson: 'x' }),
      'forbidden-colour',
    ],
    ['somebody without duty may shelve nothing', 15, 'engineer', shelve(HOUR), 'forbidden-colour'],
    ['a leader shelves orange only with a second person', 25, 'leader', shelve(HOUR), 'second-person-needed'],
    [
      'who is not the leader again',
      25,
      'leader',
      shelve(HOUR, { secondPerson: 'leader' }),
      'second-person-needed',
    ],
    ['never without a reason', 15, 'officer', shelve(HOUR, { reason: ' ' }), 'reason-needed'],
    ['never beyond eight hours', 15, 'officer', shelve(8 * HOUR + 11), 'shelve-too-long'],
    ['never into the past', 15, 'officer', shelve(5), 'shelve-in-past'],
  ];
  it.each(refused)('%s', (_, value, who, action, code) => {
    const { room: duty } = room(value);
    const answer = duty.order(10, who, action as ReturnType<typeof shelve>);
    expect(answer).toMatchObject({ ok: false, code, body: { suppression: 'none' } });
  });

  it('an officer shelves yellow for exactly eight hours at most, and it comes back by itself and rings', () => {
    const { room: duty } = room(15);
    expect(duty.order(10, 'officer', shelve(8 * HOUR + 10))).toMatchObject({ ok: true });
    expect(duty.latest()).toMatchObject({
      state: 'unacknowledged',
      suppression: 'shelved',
      suppressions: [{ kind: 'shelved', by: 'officer', reason: 'probe being cleaned', since: wall(10) }],
    });
    duty.pass(8 * HOUR + 9);
    expect(duty.latest().suppression).toBe('shelved');
    duty.pass(8 * HOUR + 100);
    expect(duty.told().at(-1)).toEqual([8 * HOUR + 10, 'unshelved', 'point-limits', 'yellow', true]);
    expect(duty.latest()).toMatchObject({ suppression: 'none', suppressions: [] });
  });

  it('a leader with a second person shelves orange, and both names are kept', () => {
    const { room: duty } = room(25);
    expect(duty.order(10, 'leader', shelve(HOUR, { secondPerson: 'chief' }))).toMatchObject({ ok: true });
    expect(duty.events.at(-1)).toMatchObject({ by: 'leader', note: 'second person: chief' });
  });

  it('a shelved alarm lives on: it returns and comes again without a sound, and says why', () => {
    const { room: duty, point } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.sample(20, point, 5);
    duty.sample(30, point, 15);
    expect(duty.told().slice(2)).toEqual([
      [20, 'returned', 'point-limits', 'yellow', false],
      [30, 'reactivated', 'point-limits', 'yellow', false],
    ]);
    expect(duty.events.at(-1)?.announce.reason).toBe('shelved');
  });

  it('the shelf outlives the episode', () => {
    const { room: duty, point } = room(15);
    duty.order(10, 'officer', { action: 'acknowledge' });
    duty.order(10, 'officer', shelve(HOUR));
    duty.sample(20, point, 5);
    expect(duty.open()).toEqual([]);
    duty.sample(30, point, 15);
    expect(duty.events.at(-1)).toMatchObject({
      change: 'raised',
      announce: { ring: false, reason: 'shelved' },
    });
    duty.pass(HOUR);
    expect(duty.told().at(-1)).toEqual([HOUR, 'unshelved', 'point-limits', 'yellow', true]);
  });

  it('a rise of colour breaks it and rings', () => {
    const { room: duty, point } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.sample(20, point, 25);
    expect(duty.told().at(-1)).toEqual([20, 'colour', 'point-limits', 'orange', true]);
    expect(duty.latest().suppression).toBe('none');
    const seen = duty.events.length;
    duty.pass(2 * HOUR);
    expect(duty.events).toHaveLength(seen);
  });

  it('a new episode in a worse colour breaks it too', () => {
    const { room: duty, point } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.sample(20, point, 5);
    duty.order(21, 'officer', { action: 'acknowledge' });
    duty.sample(30, point, 25);
    expect(duty.told().at(-1)).toEqual([30, 'raised', 'point-limits', 'orange', true]);
  });

  it('is taken off by hand once', () => {
    const { room: duty } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    expect(duty.order(20, 'officer', { action: 'unshelve' })).toMatchObject({ ok: true });
    expect(duty.order(30, 'officer', { action: 'unshelve' })).toMatchObject({ code: 'not-shelved' });
  });

  it('a wall clock that is set does not change how long it lasts', () => {
    const { room: duty } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.pass(HOUR - 1);
    expect(duty.latest().suppression).toBe('shelved');
  });
});

describe('maintenance', () => {
  it('silences what is raised under it, but not red', () => {
    const duty = new DutyRoom();
    const well = duty.point('gas-valve-well', 'ch4', '%', { reportIntervalMs: 86_400_000 });
    duty.maintenance(0, 'facilities', 'gas-valve-well-1', HOUR);
    duty.sample(10, well, 2.6);
    expect(duty.events.at(-1)).toMatchObject({
      change: 'raised',
      announce: { ring: false, reason: 'maintenance' },
      alarm: { suppression: 'suppressed-by-design' },
    });
    duty.sample(20, well, 4.1);
    expect(duty.told().at(-1)).toEqual([20, 'colour', 'gas-well-ch4', 'red', true]);
    expect(duty.latest().suppression).toBe('none');
  });

  it.each([
    ['points', 'D-1/ch'],
    ['gateways', 'G-1'],
    ['facilities', 'heat-station-1'],
  ] as const)('over %s begins for open alarms and ends by itself, ringing', (target, id) => {
    const { room: duty } = room(15);
    expect(duty.maintenance(10, target, id, HOUR)).toMatchObject({ ok: true });
    expect(duty.told().at(-1)).toEqual([10, 'suppressed', 'point-limits', 'yellow', false]);
    duty.pass(2 * HOUR);
    expect(duty.told().at(-1)).toEqual([HOUR, 'unsuppressed', 'point-limits', 'yellow', true]);
  });

  it('is ended early by an end that is not in the future, and has a bound', () => {
    const { room: duty } = room(15);
    duty.maintenance(10, 'points', 'D-1/ch', HOUR);
    duty.maintenance(20, 'points', 'D-1/ch', 20);
    expect(duty.told().at(-1)).toEqual([20, 'unsuppressed', 'point-limits', 'yellow', true]);
    expect(duty.maintenance(30, 'points', 'D-1/ch', 31 * 24 * HOUR)).toMatchObject({
      code: 'maintenance-too-long',
    });
    expect(duty.maintenance(30, 'points', 'nobody', HOUR)).toMatchObject({ code: 'not-found' });
  });

  it('covers the gateway’s own absence', () => {
    const duty = new DutyRoom();
    duty.presence(0, 'G-1', true);
    duty.maintenance(0, 'gateways', 'G-1', HOUR);
    duty.presence(10, 'G-1', false);
    duty.pass(100);
    expect(duty.events.at(-1)).toMatchObject({ change: 'raised', announce: { ring: false } });
  });
});

describe('out of service', () => {
  const out = (reviewSecond: number, reason = 'sensor sent back') =>
    ({ action: 'out-of-service', reviewAt: wall(reviewSecond), reason }) as const;

  it('needs a right, a reason and a review within thirty days', () => {
    const { room: duty } = room(15);
    expect(duty.order(1, 'officer', out(HOUR))).toMatchObject({ code: 'forbidden-role' });
    expect(duty.order(1, 'engineer', out(HOUR, ''))).toMatchObject({ code: 'reason-needed' });
    expect(duty.order(1, 'engineer', out(31 * 24 * HOUR))).toMatchObject({ code: 'review-too-late' });
    expect(duty.order(1, 'engineer', out(0))).toMatchObject({ code: 'review-in-past' });
  });

  it('is the strongest suppression, and comes back on its review date', () => {
    const { room: duty } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.order(20, 'engineer', out(24 * HOUR));
    expect(duty.latest()).toMatchObject({ suppression: 'out-of-service', suppressions: [{}, {}] });
    duty.pass(25 * HOUR);
    expect(duty.told().slice(-2)).toEqual([
      [HOUR, 'unshelved', 'point-limits', 'yellow', false],
      [24 * HOUR, 'in-service', 'point-limits', 'yellow', true],
    ]);
  });

  it('ends by hand', () => {
    const { room: duty } = room(15);
    duty.order(10, 'engineer', out(24 * HOUR));
    expect(duty.order(20, 'leader', { action: 'in-service' })).toMatchObject({ ok: true });
    expect(duty.order(21, 'leader', { action: 'in-service' })).toMatchObject({ code: 'not-out-of-service' });
  });
});

describe('when the rule changes', () => {
  it('the shelf stays with the alarm', () => {
    const { room: duty } = room(15);
    duty.order(10, 'officer', shelve(HOUR));
    duty.registerAt(
      20,
      item('points', { id: 'D-1/ch', device: 'D-1', channel: 'ch', limits: { ...LIMITS, H: 12 } }),
    );
    expect(duty.latest()).toMatchObject({ suppression: 'shelved', limitValue: 12 });
  });
});
