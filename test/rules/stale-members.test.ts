/** Relations and composites while one of their sensors is silent, beyond its range or in doubt: that is no safety. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import * as engine from '#rules/engine.ts';
import { DutyRoom, engineAt, moment } from './duty-room.ts';

const TEN_MINUTES = 600_000;
const DAY = 86_400;
const BEYOND = { flags: FLAG.overRange };
const UNSURE = { flags: FLAG.valueUncertain };

/** Gas and warmth in one well: each reports every minute. */
function well(when: string, more: object = {}) {
  const rule = {
    id: 'gas-and-warmth',
    version: 1,
    kind: 'composite',
    binds: { quantities: ['ch4'], kinds: 'any' },
    as: 'gas',
    unit: '%',
    parts: [{ as: 'warmth', quantities: ['temperature'], unit: 'Cel' }],
    levels: [{ name: 'both', colour: 'orange', when, ...more }],
  };
  return twoSensors(rule, { quantity: 'ch4', unit: '%' }, { quantity: 'temperature', unit: 'Cel' });
}

/** What flows in less what flows out. */
function leak(of: 'difference' | 'ratio', level: object) {
  const where = (is: boolean) => ({ attribute: 'inlet', is });
  const rule = {
    id: 'leak',
    version: 1,
    kind: 'relation',
    binds: { quantities: ['flow'], kinds: 'any' },
    where: where(true),
    to: { quantities: ['flow'], where: where(false) },
    of,
    in: 'm3/h',
    side: 'high',
    levels: [{ name: 'lost', colour: 'orange', deadband: 0, ...level }],
  };
  const flow = (inlet: boolean) => ({ quantity: 'flow', unit: 'm3/h', attributes: { inlet } });
  return twoSensors(rule, flow(true), flow(false));
}

function twoSensors(rule: { readonly id: string }, ...sensors: { quantity: string; unit: string }[]) {
  const room = new DutyRoom({ format: 1, rules: [rule], system: [] });
  room.presence(0, 'G-1', true);
  const [one = -1, other = -1] = sensors.map((sensor) =>
    room.pointAt({ kind: 'gas-valve-well' }, { ...sensor, reportIntervalMs: 60_000 }),
  );
  const changes = () => room.told(rule.id).map(([second, change]) => [second, change]);
  return { room, one, other, changes };
}

describe('a value beyond range', () => {
  it('counts towards a composite as it stands, however long it lasts', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0');
    room.sample(0, warmth, 20);
    room.sample(1, gas, 0.1);
    room.sample(60, gas, 120, BEYOND);
    expect(changes()).toEqual([[60, 'raised']]);
    expect(room.latest().explanation.params['which']).toContain('ch4 = 120');
    for (let s = 120; s <= 900; s += 60) {
      room.sample(s, warmth, 20);
      room.sample(s + 1, gas, 120, BEYOND);
    }
    expect(room.told('gas-and-warmth')).toHaveLength(1);
  });

  it('keeps the last safe value before it from ending the alarm', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 || warmth > 10.0');
    room.sample(0, gas, 0.1);
    room.sample(1, warmth, 20);
    room.sample(60, gas, 120, BEYOND);
    room.sample(61, warmth, 5);
    expect(changes()).toEqual([[1, 'raised']]);
    room.sample(120, gas, 0.1);
    expect(changes()).toEqual([
      [1, 'raised'],
      [120, 'returned'],
    ]);
  });

  it('counts towards a relation', () => {
    const { room, one: inflow, other: outflow, changes } = leak('difference', { limit: 10 });
    room.sample(0, inflow, 20);
    room.sample(1, outflow, 20);
    room.sample(60, inflow, 900, BEYOND);
    expect(changes()).toEqual([[60, 'raised']]);
    room.sample(61, outflow, 20);
    expect(room.latest().active).toBe(true);
  });
});

describe('a value in doubt', () => {
  it('may raise, and takes nothing back that a sure one said', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0');
    room.sample(0, gas, 3);
    room.sample(1, gas, 0.1, UNSURE);
    room.sample(2, warmth, 20);
    expect(changes()).toEqual([[2, 'raised']]);
  });

  it('out of order and safe does not hide the newer one', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0');
    room.sample(30, gas, 3);
    room.sample(31, gas, 0.1, { flags: FLAG.outOfOrder, time: 20 });
    room.sample(32, warmth, 20);
    expect(changes()).toEqual([[32, 'raised']]);
  });

  it('ends nothing however often it comes, nor stops a delay on the way into alarm', () => {
    const {
      room,
      one: gas,
      other: warmth,
      changes,
    } = well('gas > 2.0 && warmth > 10.0', {
      onDelayMs: TEN_MINUTES,
    });
    room.sample(0, warmth, 20);
    room.sample(1, gas, 3);
    for (let s = 60; s <= 1_800; s += 60) {
      room.sample(s, warmth, 20);
      room.sample(s + 1, gas, 0.1, UNSURE);
    }
    expect(changes()).toEqual([[601, 'raised']]);
  });
});

describe('a sensor that fell silent', () => {
  it('does not stop the delay on the way into alarm', () => {
    const {
      room,
      one: gas,
      other: warmth,
      changes,
    } = well('gas > 2.0 && warmth > 10.0', {
      onDelayMs: TEN_MINUTES,
    });
    room.sample(0, warmth, 20);
    room.sample(1, gas, 3);
    for (let s = 60; s <= 1_800; s += 60) room.sample(s, gas, 3);
    expect(changes()).toEqual([[601, 'raised']]);
  });

  it('does not stop it in a relation or a count either', () => {
    const {
      room,
      one: inflow,
      other: outflow,
      changes,
    } = leak('difference', {
      limit: 10,
      onDelayMs: TEN_MINUTES,
    });
    room.sample(0, outflow, 5);
    room.sample(1, inflow, 20);
    for (let s = 60; s <= 1_800; s += 60) room.sample(s, inflow, 20);
    expect(changes()).toEqual([[601, 'raised']]);
    const count = twoSensors(
      {
        id: 'two',
        version: 1,
        kind: 'k-of-n',
        binds: { quantities: ['ch4'], kinds: 'any' },
        among: 'facility',
        count: 'points',
        when: { side: 'high', unit: '%', limit: 1 },
        levels: [{ name: 'two', colour: 'orange', atLeast: 2, onDelayMs: TEN_MINUTES }],
      } as { id: string },
      { quantity: 'ch4', unit: '%' },
      { quantity: 'ch4', unit: '%' },
    );
    count.room.sample(0, count.other, 2);
    for (let s = 1; s <= 1_800; s += 60) count.room.sample(s, count.one, 2);
    expect(count.changes()).toEqual([[601, 'raised']]);
  });

  it('stops it by its own fresh safe value only', () => {
    const { room, one: gas, other: warmth } = well('gas > 2.0 && warmth > 10.0', { onDelayMs: TEN_MINUTES });
    room.sample(0, warmth, 20);
    room.sample(1, gas, 3);
    room.sample(300, warmth, 5);
    room.pass(3_000);
    expect(room.told('gas-and-warmth')).toEqual([]);
  });

  it('ends nothing by what it last said two days ago', () => {
    const until = { until: 'gas < 1.0 && warmth < 8.0' };
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0', until);
    room.sample(0, warmth, 20);
    room.sample(1, gas, 3);
    room.sample(60, gas, 0.5);
    for (let s = 120; s <= 2 * DAY; s += 3_600) room.sample(s, warmth, 20);
    room.sample(2 * DAY + 10, warmth, 5);
    expect(changes()).toEqual([[1, 'raised']]);
    room.sample(2 * DAY + 20, gas, 0.5);
    expect(changes()).toEqual([
      [1, 'raised'],
      [2 * DAY + 20, 'returned'],
    ]);
  });

  it('keeps nothing active that ends whatever it would say', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0');
    room.sample(0, warmth, 20);
    room.sample(1, gas, 3);
    room.sample(3_600, gas, 0.5);
    expect(changes()).toEqual([
      [1, 'raised'],
      [3_600, 'returned'],
    ]);
  });

  it('raises nothing by an old value, and stops nothing that rings without it', () => {
    const both = well('gas > 2.0 && warmth > 10.0');
    both.room.sample(0, both.other, 20);
    both.room.sample(900, both.one, 3);
    expect(both.changes()).toEqual([]);
    const either = well('gas > 2.0 || warmth > 10.0');
    either.room.sample(900, either.one, 3);
    expect(either.changes()).toEqual([[900, 'raised']]);
  });

  it.each(['difference', 'ratio'] as const)('ends no %s', (of) => {
    const { room, one: inflow, other: outflow, changes } = leak(of, { limit: of === 'ratio' ? 150 : 10 });
    room.sample(0, outflow, 20);
    room.sample(1, inflow, 40);
    room.sample(3_600, inflow, 20);
    expect(changes()).toEqual([[1, 'raised']]);
    room.sample(3_601, outflow, 20);
    expect(changes()).toEqual([
      [1, 'raised'],
      [3_601, 'returned'],
    ]);
  });

  it('or that is known to be lost (失联) ends nothing, though it spoke a minute ago', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 || warmth > 10.0');
    room.sample(0, warmth, 20);
    room.sample(1, gas, 0.1);
    room.presence(2, 'G-1', false);
    room.pass(100);
    expect(room.told('sensor-lost').length).toBeGreaterThan(0);
    room.sample(101, warmth, 5);
    expect(changes()).toEqual([[0, 'raised']]);
    room.presence(102, 'G-1', true);
    room.sample(102, gas, 0.1);
    expect(changes()).toEqual([
      [0, 'raised'],
      [102, 'returned'],
    ]);
  });

  it('takes its word for the end back when the delay is over', () => {
    const play = (warmthGoesOn: boolean, gasGoesOn: boolean) => {
      const {
        room,
        one: gas,
        other: warmth,
        changes,
      } = well('gas > 2.0 && warmth > 10.0', {
        offDelayMs: TEN_MINUTES,
      });
      room.sample(0, warmth, 20);
      room.sample(1, gas, 3);
      room.sample(60, gas, 0.5);
      for (let s = 120; s <= 1_200; s += 60) {
        if (warmthGoesOn) room.sample(s, warmth, 20);
        if (gasGoesOn) room.sample(s, gas, 0.5);
      }
      room.pass(1_300);
      return changes();
    };
    expect(play(true, false)).toEqual([[1, 'raised']]);
    expect(play(false, false)).toEqual([[1, 'raised']]);
    expect(play(false, true)).toEqual([
      [1, 'raised'],
      [660, 'returned'],
    ]);
  });
});

describe('our own downtime', () => {
  it('makes no value stale, and a restart forgets none in doubt', () => {
    const { room, one: gas, other: warmth, changes } = well('gas > 2.0 && warmth > 10.0');
    room.sample(0, gas, 120, BEYOND);
    room.restart();
    engine.onResumed(room.state, room.registry, engineAt(1), engineAt(3_600), moment(3_600), room.sink);
    room.presence(3_601, 'G-1', true);
    room.sample(3_602, warmth, 20);
    expect(changes()).toEqual([[3_602, 'raised']]);
  });
});
