/** Beyond the sensor's range on the dangerous side: never less than HH, never gone by itself. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { DutyRoom } from './duty-room.ts';

const OVER = { flags: FLAG.overRange, quality: 'uncertain' } as const;
const UNDER = { flags: FLAG.underRange, quality: 'uncertain' } as const;

describe('over-range (超量程)', () => {
  it('of gas is red at once, and a value that folds back into range does not clear it', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%{LEL}', { range: { min: 0, max: 100 } });
    room.sample(0, well, 101, OVER);
    expect(room.latest()).toMatchObject({ colour: 'red', limit: 'over-range', latched: true });
    expect(room.latest().explanation.code).toBe('over-range');
    room.sample(60, well, 3);
    room.sample(120, well, 3);
    room.sample(180, well, 3);
    expect(room.latest()).toMatchObject({ colour: 'red', state: 'unacknowledged', latched: true });
    expect(room.open()).toHaveLength(1);
    room.order(200, 'officer', { action: 'acknowledge' });
    room.order(201, 'officer', { action: 'reset' });
    expect(room.open()).toEqual([]);
  });

  it('is not reset while the sensor still reads beyond its range, or sends nothing good', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%{LEL}', { range: { min: 0, max: 100 } });
    room.sample(0, well, 101, OVER);
    room.order(1, 'officer', { action: 'acknowledge' });
    room.sample(60, well, NaN, { quality: 'bad', flags: FLAG.sensorBad });
    expect(room.order(61, 'officer', { action: 'reset' })).toMatchObject({ code: 'still-active' });
  });

  it('beats the on-delay of the point’s own limits and is at least orange', () => {
    const room = new DutyRoom();
    const limits = { H: 80, colours: { H: 'blue' }, onDelayMs: 60_000 } as const;
    const point = room.point('heat-station', 'temperature', 'Cel', { limits, range: { min: 0, max: 150 } });
    room.sample(0, point, 151, OVER);
    expect(room.latest()).toMatchObject({ rule: 'point-limits', colour: 'orange', limit: 'over-range' });
  });

  it('without any limit on that side is an alarm of its own', () => {
    const room = new DutyRoom();
    const point = room.point('heat-station', 'temperature', 'Cel', { range: { min: 0, max: 150 } });
    room.sample(0, point, -1, UNDER);
    expect(room.latest()).toMatchObject({ rule: 'under-range', colour: 'orange', limitValue: 0 });
    room.sample(60, point, 151, OVER);
    expect(room.open().map(({ rule }) => rule)).toEqual(['under-range', 'over-range']);
  });

  it('on the harmless side means nothing, but clears nothing either', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%', { range: { min: 0, max: 5 } });
    room.sample(0, well, 2.6);
    room.sample(60, well, -0.1, UNDER);
    room.pass(170);
    expect(room.open()).toHaveLength(1);
    expect(room.latest()).toMatchObject({ colour: 'orange', active: true });
  });

  it('proves that the sensor lives', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const well = room.point('gas-valve-well', 'ch4', '%', { range: { min: 0, max: 5 } });
    for (let second = 0; second < 900; second += 60) room.sample(second, well, 5.1, OVER);
    expect(room.told().map(([, , rule]) => rule)).toEqual(['gas-well-ch4']);
  });
});
