/** Rules and registry change while the city is watched: what has begun goes on, what is gone says so. */
import { describe, expect, it } from 'vitest';
import { pagesOf, restOf, restoreRules, shippedCatalogue } from '#rules/engine.ts';
import { DutyRoom, item, wall } from './duty-room.ts';

const limited = (limits: object): { room: DutyRoom; point: number } => {
  const room = new DutyRoom();
  return { room, point: room.point('heat-station', 'temperature', 'Cel', { limits }) };
};
const change = (room: DutyRoom, second: number, limits: object): void =>
  room.registerAt(second, item('points', { id: 'D-1/ch', device: 'D-1', channel: 'ch', limits }));

const WAITING = (code: string) => ({
  ...{
    state: 'returned-unacknowledged',
    active: false,
    explanation: { code, params: { was: 'limit-high' } },
  },
});

/** The engine comes back from its pages. */
function restart(room: DutyRoom): void {
  const pages = Object.fromEntries(
    Object.entries(pagesOf(room.state)).map(([name, array]) => [name, structuredClone([...array.pages])]),
  );
  room.state = restoreRules(
    'heze',
    pages as Record<string, unknown[][]>,
    structuredClone(restOf(room.state)),
  );
}

describe('a changed limit', () => {
  it('keeps a delay that still waits for the same, and starts one anew that does not', () => {
    const same = limited({ H: 25, HH: 40, onDelayMs: 20_000 });
    same.room.sample(0, same.point, 26);
    change(same.room, 10, { H: 25, HH: 50, onDelayMs: 20_000 });
    same.room.pass(100);
    expect(same.room.told()).toEqual([[20, 'raised', 'point-limits', 'yellow', true]]);

    const other = limited({ H: 25, onDelayMs: 20_000 });
    other.room.sample(0, other.point, 26);
    change(other.room, 10, { H: 24, onDelayMs: 20_000 });
    other.room.sample(15, other.point, 26);
    other.room.pass(100);
    expect(other.room.told()).toEqual([[35, 'raised', 'point-limits', 'yellow', true]]);
  });

  it('made shorter, a delay ends at the change and not before it', () => {
    const { room, point } = limited({ H: 25, onDelayMs: 60_000 });
    room.sample(0, point, 26);
    change(room, 30, { H: 25, onDelayMs: 5_000 });
    room.pass(100);
    expect(room.told()).toEqual([[30, 'raised', 'point-limits', 'yellow', true]]);
  });

  it('under an alarm is told without a sound, and the next value decides', () => {
    const { room, point } = limited({ H: 25 });
    room.sample(0, point, 30);
    change(room, 10, { H: 28 });
    expect(room.latest()).toMatchObject({ limitValue: 28, active: true, revision: 2 });
    expect(room.events.at(-1)).toMatchObject({ change: 'limit', announce: { ring: false } });
    room.sample(20, point, 27);
    expect(room.latest().active).toBe(false);
  });

  it('taken away ends its alarm when an officer has it, and says so', () => {
    const { room, point } = limited({ H: 25, L: 5 });
    room.sample(0, point, 30);
    room.order(5, 'officer', { action: 'acknowledge' });
    change(room, 10, { L: 5 });
    expect(room.latest()).toMatchObject({ state: 'normal', explanation: { code: 'limit-removed' } });
  });

  it('taken away leaves an untaken alarm waiting for an officer', () => {
    const { room, point } = limited({ H: 25, L: 5 });
    room.sample(0, point, 30);
    change(room, 10, { L: 5 });
    change(room, 20, { L: 4 });
    expect(room.told().at(-1)).toEqual([10, 'returned', 'point-limits', 'yellow', false]);
    expect(room.open()).toMatchObject([WAITING('limit-removed')]);
    room.order(30, 'officer', { action: 'acknowledge' });
    expect(room.open()).toEqual([]);
  });

  it('taken away after the value returned still leaves the alarm to an officer', () => {
    const { room, point } = limited({ H: 25, L: 5 });
    room.sample(0, point, 30);
    room.sample(5, point, 20);
    change(room, 10, { L: 5 });
    expect(room.open()).toMatchObject([{ ...WAITING('limit-removed'), returnedAt: wall(5) }]);
  });

  it('with all the others taken away leaves it too, through a restart, and back again it is the same alarm', () => {
    const { room, point } = limited({ H: 25 });
    room.sample(0, point, 30);
    const { id } = room.latest();
    const none = { id: 'D-1/ch', device: 'D-1', channel: 'ch', limits: null };
    room.registerAt(10, item('points', none));
    expect(room.open()).toMatchObject([{ id, ...WAITING('rule-removed') }]);
    room.registerAt(15, item('points', { ...none, reportIntervalMs: 30_000 }));
    restart(room);
    room.sample(20, point, 30);
    expect(room.open()).toMatchObject([{ id, revision: 2 }]);
    change(room, 30, { H: 25 });
    room.sample(31, point, 30);
    expect(room.latest()).toMatchObject({ id, state: 'unacknowledged', active: true });
    expect(room.events.at(-1)).toMatchObject({ change: 'reactivated', announce: { ring: true } });
  });

  it('with a latch it cannot keep waits for an officer and for no reset', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 4.5);
    change(room, 10, { H: 4.5, colours: { H: 'red' } });
    room.registerAt(10, item('points', { id: 'D-1/ch', range: { min: 0, max: 5 } }));
    expect(room.open()).toMatchObject([{ ...WAITING('rule-removed'), highestColour: 'red', latched: false }]);
    expect(room.order(20, 'officer', { action: 'acknowledge' }).ok).toBe(true);
    expect(room.open()).toEqual([]);
  });
});

describe('a point’s own limits', () => {
  it('replace the catalogue’s milder plain limits on their side and no other rule', () => {
    const room = new DutyRoom();
    const road = room.point('underpass', 'water-depth', 'cm', {
      limits: { H: 50, colours: { H: 'red' } },
    });
    room.sample(0, road, 0);
    room.sample(60, road, 30);
    expect(room.open().map(({ rule }) => rule)).toEqual(['ponding-rise']);
    const o2 = room.point('manhole', 'o2', '%', { limits: { H: 25 } });
    room.sample(60, o2, 19);
    room.pass(90);
    expect(room.told('o2-low')).toHaveLength(1);
  });

  it('on both sides are one alarm that moves and rings when the value jumps across', () => {
    const { room, point } = limited({ LL: 0, L: 5, H: 25, HH: 40, colours: { HH: 'red' } });
    room.sample(0, point, 30);
    room.order(1, 'officer', { action: 'acknowledge' });
    room.sample(2, point, 3);
    expect(room.told('point-limits').at(-1)).toEqual([2, 'limit', 'point-limits', 'yellow', true]);
    expect(room.latest()).toMatchObject({ limit: 'L', state: 'unacknowledged', value: 3 });
    room.sample(3, point, 45);
    expect(room.latest()).toMatchObject({ limit: 'HH', colour: 'red' });
  });
});

describe('a new catalogue', () => {
  const without = (id: string): unknown => {
    const { catalogue } = shippedCatalogue();
    const copy = structuredClone(catalogue) as { rules: { id: string }[] };
    return { ...copy, rules: copy.rules.filter((rule) => rule.id !== id) };
  };

  it('lets go the alarms of a rule it no longer has, and nothing else', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    const road = room.point('underpass', 'water-depth', 'cm');
    room.sample(0, well, 3);
    room.sample(0, road, 28);
    room.publishCatalogue(10, without('gas-well-ch4'));
    expect(room.latest()).toMatchObject({ rule: 'gas-well-ch4', ...WAITING('rule-removed') });
    room.order(20, 'officer', { action: 'acknowledge' });
    expect(room.open()).toMatchObject([{ rule: 'ponding-depth', active: true }]);
  });

  it('published twice changes nothing, and delays run on', () => {
    const room = new DutyRoom();
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 1.1);
    room.publishCatalogue(60, shippedCatalogue().catalogue);
    room.pass(150);
    expect(room.told()).toEqual([[120, 'raised', 'gas-well-ch4', 'yellow', true]]);
  });
});

describe('a retired point', () => {
  it('ends what was open and says why', () => {
    const room = new DutyRoom();
    room.presence(0, 'G-1', true);
    const well = room.point('gas-valve-well', 'ch4', '%');
    room.sample(0, well, 3);
    room.registerAt(50, { op: 'retire', kind: 'points', id: 'D-1/ch' });
    expect(room.latest()).toMatchObject({
      state: 'normal',
      explanation: { code: 'point-retired', params: { was: 'limit-high' } },
    });
    room.pass(100_000);
    expect(room.open()).toEqual([]);
  });
});
