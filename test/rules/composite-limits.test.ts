/** What composites may cost, and that a condition that cannot be evaluated is somebody's business. */
import { describe, expect, it } from 'vitest';
import { unboundLevels } from '#rules/engine.ts';
import { SHIPPED_SYSTEM } from '#rules/shipped.ts';
import { DutyRoom, item } from './duty-room.ts';

const composite = (when: string, part: object, more: object = {}) => ({
  id: 'hot-under-pressure',
  version: 1,
  kind: 'composite',
  binds: { quantities: ['temperature'], kinds: 'any' },
  as: 'heat',
  unit: 'Cel',
  parts: [{ as: 'pressures', quantities: ['pressure'], unit: 'kPa', of: 'all', ...part }],
  levels: [{ name: 'hot', colour: 'orange', when }],
  ...more,
});
const catalogueOf = (rule: unknown, system: unknown = []) => ({ format: 1, rules: [rule], system });

/** One plant with so many sensors of each kind, a device for each pair. */
function plant(heats: number, pressures: number, part: object = {}) {
  const when = 'heat > 90.0 && pressures.exists(p, p > 900.0)';
  const room = new DutyRoom(catalogueOf(composite(when, part)));
  const location = { lat: 35, lon: 115 };
  const facility = { id: 'P', name: 'plant', kind: 'pump-station', lifeline: 'drainage', area: '371702' };
  const items = [item('facilities', { ...facility, location })];
  for (let at = 0; at < Math.max(heats, pressures); at += 1) {
    const device = `D-${at}`;
    const point = (channel: string, quantity: string, unit: string) =>
      item('points', { device, channel, quantity, unit, reportIntervalMs: 60_000 });
    items.push(item('devices', { id: device, gateway: 'G-1', facility: 'P' }));
    if (at < heats) items.push(point('t', 'temperature', 'Cel'));
    if (at < pressures) items.push(point('p', 'pressure', 'kPa'));
  }
  room.register(...items);
  const index = (id: string): number => room.registry.points.get(id)?.index ?? -1;
  const rings = (): boolean => {
    room.sample(1, index('D-0/p'), 950);
    room.sample(2, index('D-0/t'), 95);
    return room.told('hot-under-pressure').length > 0;
  };
  return { room, index, rings };
}

describe('a composite that looks at a list from many points', () => {
  it('is not bound where a sample would have to evaluate too much, and says so at each of them', () => {
    const { room, index, rings } = plant(50, 50);
    const refused = ['hot-under-pressure: 2500 values to look at in one facility, at most 2000'];
    for (const id of ['D-0/t', 'D-49/t']) expect(unboundLevels(room.state, index(id))).toEqual(refused);
    expect(unboundLevels(room.state, index('D-0/p'))).toEqual([]);
    expect(rings()).toBe(false);
  });

  it('is bound where a sensor fewer stands, one looks at many, or many at one of their own', () => {
    for (const { room, index, rings } of [
      plant(40, 50),
      plant(1, 300),
      plant(300, 1),
      plant(60, 60, { paired: true }),
    ]) {
      expect(unboundLevels(room.state, index('D-0/t'))).toEqual([]);
      expect(rings()).toBe(true);
    }
  });
});

describe('a condition that cannot be evaluated', () => {
  const failing = composite('pressures.size() > 1 && pressures[1] > 900.0 || int(1.0 / heat) > 5', {});
  const divides = composite('int(1.0 / heat) > 5 && pressures.size() > 0', {});

  function station(rule: unknown) {
    const room = new DutyRoom(catalogueOf(rule, SHIPPED_SYSTEM));
    const at = { kind: 'pump-station' };
    const every = { reportIntervalMs: 60_000 };
    const heat = room.pointAt(at, { quantity: 'temperature', unit: 'Cel', ...every }, { device: 'T' });
    const pressure = room.pointAt(at, { quantity: 'pressure', unit: 'kPa', ...every }, { device: 'P' });
    const news = () => room.told('rule-failing').map(([second, change]) => [second, change]);
    return { room, heat, pressure, news };
  }

  it('is a system alarm that names rule and point, until it can be evaluated again', () => {
    const { room, heat, pressure, news } = station(divides);
    room.sample(0, pressure, 100);
    room.sample(1, heat, 0);
    room.sample(2, heat, 0);
    expect(news()).toEqual([[1, 'raised']]);
    expect(room.latest()).toMatchObject({
      colour: 'yellow',
      explanation: {
        code: 'system.rule-failing',
        params: { failingRule: 'hot-under-pressure', point: 'T/temperature', owner: 'engineer' },
      },
    });
    room.restart();
    room.sample(3, heat, 0);
    room.sample(60, heat, 20);
    expect(news()).toEqual([
      [1, 'raised'],
      [60, 'returned'],
    ]);
  });

  it('is none while a name has no value, or the rest settles it', () => {
    const silent = station(divides);
    silent.room.sample(0, silent.heat, 0);
    expect(silent.news()).toEqual([]);
    const settled = station(failing);
    settled.room.sample(0, settled.pressure, 100);
    settled.room.sample(1, settled.heat, 20);
    expect(settled.news()).toEqual([]);
  });

  it.each([
    [
      'the rule is gone',
      (room: DutyRoom) => room.publishCatalogue(5, { format: 1, rules: [], system: SHIPPED_SYSTEM }),
    ],
    [
      'its condition is another',
      (room: DutyRoom) => room.publishCatalogue(5, catalogueOf(composite('heat > 90.0', {}), SHIPPED_SYSTEM)),
    ],
    [
      'its point is retired',
      (room: DutyRoom) => room.registerAt(5, { op: 'retire', kind: 'points', id: 'T/temperature' }),
    ],
  ])('fails no more when %s', (_, change) => {
    const { room, heat, pressure, news } = station(divides);
    room.sample(0, pressure, 100);
    room.sample(1, heat, 0);
    change(room);
    expect(news()).toEqual([
      [1, 'raised'],
      [5, 'returned'],
    ]);
  });
});
