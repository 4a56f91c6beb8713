/** Every system alarm of the catalogue is raised and cleared. */
import { describe, expect, it } from 'vitest';
import { SHIPPED_SYSTEM } from '#rules/shipped.ts';
import { DutyRoom } from './duty-room.ts';

/** Those the design names; a fault without a name in the catalogue would be nobody's. */
const NAMED = [
  'journal-slow',
  'journal-failing',
  'disk-nearly-full',
  'disk-full',
  'clock-step',
  'gateway-clock',
  'influx-backlog',
  'dead-letters',
  'quarantine-growth',
  'slow-client',
  'snapshot-age',
  'twin-identity',
];

describe('system alarms', () => {
  it('has a rule for every fault the design names', () => {
    expect(SHIPPED_SYSTEM.map(({ name }) => name)).toEqual(expect.arrayContaining(NAMED));
  });

  it.each(SHIPPED_SYSTEM.map((rule) => [rule.name, rule] as const))('%s', (name, rule) => {
    const room = new DutyRoom();
    room.condition(10, name, true, 'x');
    room.condition(11, name, true, 'x');
    room.condition(20, name, false, 'x');
    room.condition(21, name, false, 'x');
    expect(room.told()).toEqual([
      [10, 'raised', name, rule.colour, true],
      [20, 'returned', name, rule.colour, false],
    ]);
    expect(room.latest()).toMatchObject({
      point: null,
      device: null,
      latched: rule.latch,
      explanation: { code: `system.${name}`, params: { owner: rule.owner, subject: 'x' } },
    });
    room.order(30, 'officer', { action: 'acknowledge' });
    if (rule.latch) room.order(31, 'officer', { action: 'reset' });
    expect(room.open()).toEqual([]);
  });

  it('of a gateway names the gateway and where it stands', () => {
    const room = new DutyRoom();
    room.condition(0, 'gateway-clock', true, 'G-1');
    expect(room.latest()).toMatchObject({ gateway: 'G-1', facility: 'gas-valve-well-1', lifeline: 'gas' });
  });

  it('of two subjects are two alarms', () => {
    const room = new DutyRoom();
    room.condition(0, 'gateway-clock', true, 'G-1');
    room.condition(0, 'gateway-clock', true, 'S-1');
    room.condition(1, 'gateway-clock', false, 'G-1');
    expect(room.open().map(({ gateway, active }) => [gateway, active])).toEqual(
      expect.arrayContaining([
        ['G-1', false],
        ['S-1', true],
      ]),
    );
  });

  it('a fault that nobody named still rings', () => {
    const room = new DutyRoom();
    room.condition(0, 'something-new', true);
    expect(room.latest()).toMatchObject({ colour: 'yellow', explanation: { code: 'system.uncatalogued' } });
  });
});
