/** What officers order, and what every alarm tells them. */
import { describe, expect, it } from 'vitest';
import { DutyRoom, wall } from './duty-room.ts';

const FOUR = { H: 10, HH: 20, deadband: 1, offDelayMs: 30_000 };

describe('orders', () => {
  it('refuses what was ordered on an outdated screen and shows the alarm as it is', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: FOUR });
    room.sample(0, point, 11);
    const seen = room.latest();
    room.sample(10, point, 21);
    const answer = room.orderSeeing(20, 'officer', { action: 'acknowledge' }, seen);
    expect(answer).toMatchObject({
      ok: false,
      code: 'stale-revision',
      body: { id: seen.id, colour: 'orange' },
    });
    expect(room.latest().state).toBe('unacknowledged');
  });

  it('takes once only', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: FOUR });
    room.sample(0, point, 11);
    expect(room.order(1, 'officer', { action: 'acknowledge' })).toMatchObject({
      ok: true,
      body: { revision: 2 },
    });
    expect(room.order(2, 'leader', { action: 'acknowledge' })).toMatchObject({
      code: 'already-acknowledged',
    });
  });

  it('knows no alarm of that name', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: FOUR });
    room.sample(0, point, 11);
    const stranger = { ...room.latest(), id: 'ffff' };
    expect(room.order(1, 'officer', { action: 'acknowledge' }, stranger)).toMatchObject({
      code: 'not-found',
    });
  });

  it('notes and verdicts are events but no revisions, also after the alarm is over', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { limits: { ...FOUR, offDelayMs: 0 } });
    room.sample(0, point, 11);
    room.order(1, 'officer', { action: 'acknowledge' });
    room.sample(2, point, 5);
    const { revision } = room.latest();
    expect(room.order(3, 'officer', { action: 'note', text: 'valve was open' })).toMatchObject({ ok: true });
    expect(room.order(4, 'officer', { action: 'verdict', verdict: 'true-alarm' })).toMatchObject({
      ok: true,
    });
    expect(room.latest()).toMatchObject({ revision, sequence: 5, verdict: 'true-alarm', state: 'normal' });
    expect(room.events.at(-2)).toMatchObject({
      change: 'note',
      note: 'valve was open',
      announce: { ring: false },
    });
    expect(room.order(5, 'officer', { action: 'note', text: ' ' })).toMatchObject({ code: 'text-needed' });
    expect(room.order(5, 'officer', { action: 'acknowledge' })).toMatchObject({ code: 'not-open' });
    room.order(5, 'officer', { action: 'verdict', verdict: null });
    expect(room.latest()).toMatchObject({ revision, sequence: 6, verdict: null });
  });
});

describe('every alarm explains itself', () => {
  it('says rule, version, value against limit with unit, and why this colour', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%{LEL}');
    room.sample(7, well, 51);
    expect(room.latest()).toMatchObject({
      rule: 'gas-well-ch4',
      ruleVersion: 1,
      value: 51,
      unit: '%{LEL}',
      limitValue: 50,
      onsetAt: wall(7),
      explanation: {
        code: 'limit-high',
        params: { rule: 'gas-well-ch4', version: 1, level: '50%LEL', colour: 'orange', value: 51, limit: 50 },
      },
    });
    expect(room.events[0]?.announce).toEqual({ ring: true, reason: 'raised' });
  });

  it('carries where it is', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 3);
    expect(room.latest()).toMatchObject({
      point: 'D-1/ch',
      device: 'D-1',
      facility: 'gas-valve-well-1',
      area: '371702',
      lifeline: 'gas',
      gateway: 'G-1',
    });
  });
});
