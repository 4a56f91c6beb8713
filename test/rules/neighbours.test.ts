/** Many points in one place: what a rule on neighbours may cost, and what it still sees. */
import { describe, expect, it } from 'vitest';
import * as engine from '#rules/engine.ts';
import { NEIGHBOURS_MAX } from '#rules/neighbours.ts';
import { DutyRoom, item } from './duty-room.ts';

const PER_WELL = 25;

/** So many wells at one coordinate, 25 points each; returns the index of the first point. */
function crowd(room: DutyRoom, wells: number): number {
  const first = room.registry.pointsByIndex.length;
  const items = Array.from({ length: wells }, (_, well) => {
    const name = `W-${String(well).padStart(3, '0')}`;
    return [
      item('facilities', {
        id: name,
        name,
        kind: 'gas-valve-well',
        lifeline: 'gas',
        area: '371702',
        location: { lat: 35.2, lon: 115.4 },
      }),
      item('devices', { id: `D-${name}`, gateway: 'G-1', facility: name }),
      ...Array.from({ length: PER_WELL }, (__, at) =>
        item('points', {
          device: `D-${name}`,
          channel: `c${String(at).padStart(2, '0')}`,
          quantity: 'ch4',
          unit: '%',
          reportIntervalMs: 60_000,
        }),
      ),
    ];
  });
  room.register(...items.flat());
  return first;
}

describe('neighbours at one coordinate', () => {
  it('an anchor looks at so many and says how many it does not look at', () => {
    const room = new DutyRoom();
    const first = crowd(room, 50);
    const total = 50 * PER_WELL;
    let memberships = 0;
    for (let index = first; index < first + total; index += 1) {
      const point = room.state.points.get(index);
      const join = point?.rules.find(({ rule }) => rule === 'gas-wells-adjacent')?.join;
      expect(join?.members.length).toBe(NEIGHBOURS_MAX);
      expect(join?.members.some(({ pointIndex }) => pointIndex === index)).toBe(true);
      memberships += point?.memberOf?.length ?? 0;
      expect(engine.unboundLevels(room.state, index)).toContain(
        `gas-wells-adjacent: ${total - NEIGHBOURS_MAX} points within its distance are beyond the nearest ${NEIGHBOURS_MAX}`,
      );
    }
    expect(memberships).toBe(total * NEIGHBOURS_MAX);
  });

  it('two wells with gas still ring red at each of the two', () => {
    const room = new DutyRoom();
    const first = crowd(room, 50);
    room.sample(0, first + 7 * PER_WELL, 1.2);
    room.sample(1, first + 8 * PER_WELL, 1.4);
    const red = room.open().filter(({ rule }) => rule === 'gas-wells-adjacent');
    expect(red.map(({ point }) => point).sort()).toEqual(['D-W-007/c00', 'D-W-008/c00']);
  });

  it('one well with more points than places still has neighbours', () => {
    const room = new DutyRoom();
    const first = crowd(room, 2);
    const more = Array.from({ length: 2 * NEIGHBOURS_MAX }, (_, at) =>
      item('points', {
        device: 'D-W-000',
        channel: `x${String(at).padStart(3, '0')}`,
        quantity: 'ch4',
        unit: '%',
        reportIntervalMs: 60_000,
      }),
    );
    room.register(...more);
    room.sample(0, first + PER_WELL, 1.2);
    room.sample(1, room.registry.pointsByIndex.length - 1, 1.4);
    const red = room.open().filter(({ rule }) => rule === 'gas-wells-adjacent');
    expect(red.map(({ point }) => point)).toContain('D-W-000/x127');
  });
});
