/** Where an interlock holds, and for how long: a condition that hides others must itself be known. */
import { describe, expect, it } from 'vitest';
import { FLAG } from '#domain/measurement.ts';
import { DutyRoom, item, wall } from './duty-room.ts';

/** A rule on one quantity at a pump station; its levels begin at the limits given. */
const rule = (id: string, quantity: string, unit: string, levels: object[], more: object = {}) => ({
  ...{ id, version: 1, binds: { quantities: [quantity], kinds: 'any' }, signal: 'value', side: 'high', unit },
  ...{ levels, ...more },
});
const level = (name: string, colour: string, limit: number) => ({ name, colour, limit, deadband: 0 });

const RULES = [
  rule('hot', 'temperature', 'Cel', [level('H', 'yellow', 30), level('HH', 'red', 60)], {
    suppressedBy: [
      { rule: 'station-down', at: 'facility' },
      { rule: 'valve-shut', at: 'facility' },
      { rule: 'gateway-absent', at: 'gateway' },
    ],
  }),
  rule('station-down', 'pressure', 'kPa', [level('H', 'orange', 100)]),
  rule('valve-shut', 'valve-state', '1', [level('shut', 'blue', 1)], { interlock: true }),
];
const catalogueOf = (rules: readonly object[]) => ({ format: 1, rules, system: [] });

function station() {
  const duty = new DutyRoom(catalogueOf(RULES));
  const quiet = { reportIntervalMs: 86_400_000 };
  const hot = duty.point('pump-station', 'temperature', 'Cel', quiet);
  duty.point('pump-station', 'pressure', 'kPa', quiet);
  const valve = duty.point('pump-station', 'valve-state', '1', { reportIntervalMs: 60_000 });
  return { duty, hot, valve };
}

const lines = (duty: DutyRoom, of = 'hot') =>
  duty.events
    .filter(({ alarm }) => alarm.rule === of)
    .map(({ at, change, announce }) => [(at - wall(0)) / 1_000, change, announce.ring, announce.reason]);

describe('an interlock holds where its sensor is, and while that says something', () => {
  it('a valve that is moved to another facility leaves the old one at once', () => {
    const { duty, hot, valve } = station();
    duty.sample(0, valve, 1);
    duty.sample(5, hot, 40);
    duty.pointAt(
      { kind: 'pump-station', place: 2, east: 5_000 },
      { quantity: 'temperature', unit: 'Cel', reportIntervalMs: 86_400_000 },
    );
    duty.registerAt(10, item('devices', { id: 'D-3', gateway: 'G-1', facility: 'pump-station-2' }));
    expect(lines(duty)).toEqual([
      [5, 'raised', false, 'interlock'],
      [10, 'unsuppressed', true, 'interlock-ended'],
    ]);
    duty.sample(20, duty.registry.pointsByIndex.length - 1, 40);
    expect(lines(duty).at(-1)).toEqual([20, 'raised', false, 'interlock']);
  });

  it('a valve sensor that sends bad values only says nothing, until it sends a good one', () => {
    const { duty, hot, valve } = station();
    duty.sample(0, valve, 1);
    duty.sample(5, hot, 40);
    duty.sample(60, valve, Number.NaN, { quality: 'bad', flags: FLAG.sensorBad });
    duty.sample(120, valve, Number.NaN, { quality: 'bad', flags: FLAG.sensorBad });
    duty.sample(180, valve, 1);
    expect(lines(duty)).toEqual([
      [5, 'raised', false, 'interlock'],
      [60, 'unsuppressed', true, 'interlock-ended'],
      [180, 'suppressed', false, 'interlock'],
    ]);
  });

  it('is no alarm for a rule that counts alarms', () => {
    const valve = rule('valve-shut', 'valve-state', '1', [level('shut', 'orange', 1)], { interlock: true });
    const two = {
      ...{ id: 'two', version: 1, kind: 'k-of-n', binds: { quantities: ['valve-state'], kinds: 'any' } },
      ...{ among: 'facility', count: 'points', when: { alarm: 'yellow' } },
      levels: [{ name: 'x', colour: 'red', atLeast: 2, onDelayMs: 0, offDelayMs: 0 }],
    };
    const play = (rules: readonly object[]) => {
      const duty = new DutyRoom(catalogueOf(rules));
      const valves = [1, 2].map(() => duty.point('pump-station', 'valve-state', '1'));
      for (const one of valves) duty.sample(1, one, 1);
      return duty.told('two').map(([, change]) => change);
    };
    expect(play([valve, two])).toEqual([]);
    expect(play([{ ...valve, interlock: false }, two])).toEqual(['raised']);
  });
});
