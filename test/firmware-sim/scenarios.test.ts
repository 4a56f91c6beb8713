/** The scenarios, played without a network: acts in order, readings that pass the limits, a city that comes to rest. */
import { describe, expect, it } from 'vitest';
import { planCity } from '#firmware-sim/city-plan.ts';
import { createPlay } from '#firmware-sim/play.ts';
import { actsOf, ROUND_S, roundActs, type Scenario, SCENARIOS } from '#firmware-sim/scenarios.ts';
import type { StageGateway } from '#firmware-sim/stage.ts';

const plan = planCity({ seed: 1, wells: 40, density: 'sparse', reportIntervalMs: 10_000 });

type Seen = {
  readonly atS: number;
  readonly device: string;
  readonly channel: string;
  readonly value: number;
};

/** Plays `seconds` of a scenario; what the sensors showed, what was said, what the gateways were told. */
function played(scenario: Scenario, seconds: number, seed = 1) {
  const seen: Seen[] = [];
  const said: string[] = [];
  const told: string[] = [];
  let atS = 0;
  const gateways = new Map(
    plan.gateways.map(({ id }): [string, StageGateway] => [
      id,
      {
        id,
        faults: { clockOffsetMs: 0, duplicateChance: 0, garbageChance: 0 },
        cutLink: () => told.push(`${atS} ${id} cut`),
        restoreLink: () => told.push(`${atS} ${id} restored`),
      },
    ]),
  );
  const play = createPlay({
    plan,
    seed,
    scenarios: [scenario],
    pace: 10,
    stepMs: 1_000,
    gateways,
    say: (line) => said.push(line),
  });
  for (; atS < seconds; atS += 1) {
    for (const { readings } of play.step())
      for (const { device, values } of readings)
        for (const [channel, value] of Object.entries(values)) seen.push({ atS, device, channel, value });
  }
  return { seen, said, told, gateways };
}

const firstAt = (seen: readonly Seen[], prefix: string, channel: string, limit: number): number =>
  seen.find((one) => one.device.startsWith(prefix) && one.channel === channel && one.value >= limit)?.atS ??
  Number.POSITIVE_INFINITY;

describe('a play', () => {
  it('gives the same readings for the same seed, and others for another', () => {
    const first = played('city', 120);
    expect(played('city', 120).seen).toEqual(first.seen);
    expect(played('city', 120, 2).seen).not.toEqual(first.seen);
  });

  it('has every sensor report once an interval, sleepers three times, the gateways spread over it', () => {
    const { seen } = played('quiet', 180);
    const counts = new Map<string, number>();
    for (const { device, channel } of seen) {
      const point = `${device}/${channel}`;
      counts.set(point, (counts.get(point) ?? 0) + 1);
    }
    const asleep = new Set(plan.gateways.filter(({ session }) => session === 'sleepy').map(({ id }) => id));
    const gatewayOf = new Map(plan.devices.map(({ id, gateway }) => [id, gateway]));
    for (const { device, channel, reportIntervalMs } of plan.points) {
      const times = asleep.has(gatewayOf.get(device) ?? '') ? 3 : 180_000 / reportIntervalMs;
      expect([device, channel, counts.get(`${device}/${channel}`)]).toEqual([device, channel, times]);
    }
    expect(Map.groupBy(seen, ({ atS }) => atS).size).toBe(180);
  });

  it('of a quiet city touches no limit', () => {
    const { seen, said } = played('quiet', 900);
    expect(said).toEqual([]);
    const extreme = (channel: string, pick: (...values: number[]) => number): number =>
      pick(...seen.filter((one) => one.channel === channel).map(({ value }) => value));
    expect(extreme('ch4', Math.max)).toBeLessThan(0.5);
    expect(extreme('depth', Math.max)).toBe(0);
    expect(extreme('h2s', Math.max)).toBeLessThan(10);
    expect(extreme('o2', Math.min)).toBeGreaterThan(19.5);
    expect(extreme('rain', Math.max)).toBe(0);
  });
});

describe('the city scenario', () => {
  const { seen, told, said, gateways } = played('city', ROUND_S);

  it.each([
    { what: 'gas in a space beside a main is orange', device: 'D-AS', channel: 'ch4', limit: 1, within: 30 },
    { what: '… and red', device: 'D-AS', channel: 'ch4', limit: 2.5, within: 60 },
    { what: 'an underpass has first water', device: 'D-UP', channel: 'depth', limit: 5, within: 60 },
    { what: '… and is closed', device: 'D-UP', channel: 'depth', limit: 27, within: 120 },
    { what: 'a tank passes its highest limit', device: 'D-TK', channel: 'level', limit: 95, within: 240 },
    { what: 'a valve well is orange', device: 'D-GV', channel: 'ch4', limit: 2.5, within: 420 },
    { what: '… and red', device: 'D-GV', channel: 'ch4', limit: 4, within: 450 },
    { what: 'a manhole stinks', device: 'D-MH', channel: 'h2s', limit: 20, within: 520 },
  ])('$what within $within s', ({ device, channel, limit, within }) => {
    expect(firstAt(seen, device, channel, limit)).toBeLessThan(within);
  });

  it('drops more than 50 mm into the gauge under the downpour', () => {
    const rain = seen
      .filter(({ device }) => device === 'D-RG-371702-01')
      .reduce((sum, { value }) => sum + value, 0);
    expect(rain).toBeGreaterThan(50);
  });

  it('cuts one gateway off for long enough to be missed, and gives it back', () => {
    expect(told).toHaveLength(2);
    const [cut = 0, restored = 0] = told.map((line) => Number(line.split(' ')[0]));
    expect(restored - cut).toBeGreaterThanOrEqual(100);
  });

  it('sets every fault right again, and is at rest before the next round', () => {
    expect(
      [...gateways.values()].every(({ faults }) => Object.values(faults).every((one) => one === 0)),
    ).toBe(true);
    const last = seen.filter(({ atS }) => atS >= ROUND_S - 30);
    const worst = (channel: string): number =>
      Math.max(...last.filter((one) => one.channel === channel).map(({ value }) => value));
    expect(worst('ch4')).toBeLessThan(0.5);
    expect(worst('depth')).toBeLessThan(4);
    expect(worst('h2s')).toBeLessThan(9);
    expect(said.filter((line) => line.includes('storm'))).toHaveLength(1);
  });

  it('goes on for ever, with the same few places in turn', () => {
    const { said: lines } = played('city', ROUND_S * 4);
    expect(lines.filter((line) => line.includes('a storm'))).toHaveLength(4);
    const leaking = new Set(lines.flatMap((line) => /gas leaks into ([^:]+):/.exec(line)?.[1] ?? []));
    expect(leaking.size).toBe(9);
  });
});

it.each(SCENARIOS)('the acts of "%s" stand in order of time', (scenario) => {
  const times = actsOf([scenario]).map(({ atS }) => atS);
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

it('every act of a round falls into that round', () => {
  for (const round of [0, 1, 7, 16]) {
    for (const { atS } of roundActs(round)) {
      expect(atS).toBeGreaterThanOrEqual(round * ROUND_S);
      expect(atS).toBeLessThan((round + 1) * ROUND_S);
    }
  }
});

it('a gateway outage cuts the gateway whose gas alarm stands', () => {
  const { told, seen } = played('gateway-outage', 300);
  const device = seen.find(({ channel, value }) => channel === 'ch4' && value >= 1)?.device;
  const gateway = plan.devices.find(({ id }) => id === device)?.gateway;
  expect(told).toEqual([`60 ${gateway} cut`, `240 ${gateway} restored`]);
});
