/** The flood: more than ten rings in ten minutes, until fewer than five. */
import { describe, expect, it } from 'vitest';
import { floodView, ringsPerMinute } from '#rules/engine.ts';
import { DutyRoom, wall } from './duty-room.ts';

/** Wells on gateway G-1, 1 km apart. */
function wells(count: number): DutyRoom {
  const room = new DutyRoom();
  room.presence(0, 'G-1', true);
  for (let at = 0; at < count; at += 1)
    room.pointAt(
      { kind: 'gas-valve-well', place: at + 1, east: at * 1_000 },
      { quantity: 'ch4', unit: '%', reportIntervalMs: 3_600_000 },
    );
  return room;
}

const flood = (room: DutyRoom) => floodView(room.state.incidents.flood);

describe('a flood', () => {
  it('begins with the eleventh ring in ten minutes and ends by itself when fewer than five are left', () => {
    const room = wells(11);
    for (let at = 0; at < 10; at += 1) room.sample(at * 20, at, 3);
    expect(flood(room)).toEqual({ active: false, since: null, endedAt: null, rings: 0, peak: 0 });
    room.sample(210, 10, 3);
    expect(flood(room)).toMatchObject({ active: true, since: wall(210), rings: 11, peak: 11 });
    room.pass(719);
    expect(flood(room).active).toBe(true);
    // Those of 140, 160, 180 and 210 s are left when that of 120 s is ten minutes old.
    room.pass(720);
    expect(room.floods.map(({ at, flood: { active } }) => [at, active])).toEqual([
      [wall(210), true],
      [wall(720), false],
    ]);
    expect(flood(room)).toMatchObject({ active: false, since: wall(210), endedAt: wall(720), rings: 11 });
  });

  it('does not begin when the eleventh comes after the first is ten minutes old', () => {
    const room = wells(11);
    for (let at = 0; at < 11; at += 1) room.sample(at * 60, at, 3);
    expect(room.floods).toEqual([]);
  });

  it('counts what people hear: folded symptoms of one gateway are none', () => {
    const room = wells(60);
    for (let at = 0; at < 60; at += 1) room.sample(1, at, 0.1);
    room.pass(30_000);
    expect(room.open()).toHaveLength(60);
    expect(room.floods).toEqual([]);
  });

  it('goes on while rings come, and its peak is remembered', () => {
    const room = wells(30);
    for (let at = 0; at < 30; at += 1) room.sample(at * 50, at, 3);
    expect(flood(room)).toMatchObject({ active: true, since: wall(500), rings: 30, peak: 12 });
    expect(ringsPerMinute(room.state.incidents.flood, wall(1_450), 10)).toEqual([
      1, 1, 1, 1, 2, 1, 1, 1, 1, 2,
    ]);
  });
});
