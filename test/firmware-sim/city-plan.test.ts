/** The plan: the platform takes it, every rule of the catalogue has a point in it, and a seed names one city. */
import { expect, it } from 'vitest';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RegistryItem, RegistryKind } from '#domain/registry.ts';
import { planCity } from '#firmware-sim/city-plan.ts';
import { ownBindingOf } from '#rules/binding.ts';
import { createBindings } from '#rules/bindings.ts';
import { parseCatalogue, shippedCatalogue } from '#rules/engine.ts';

const OPTIONS = { seed: 1, wells: 150, density: 'full', reportIntervalMs: 10_000 } as const;
const plan = planCity(OPTIONS);

function registered() {
  const registry = createRegistry();
  const rows = (kind: RegistryKind, values: readonly object[]): RegistryItem[] =>
    values.map((value) => ({
      op: 'create',
      kind,
      value: kind === 'gateways' ? { ...value, secretHmac: '0'.repeat(64) } : value,
    }));
  const { organisations, facilities, gateways, devices, points, edges } = plan;
  const items = [
    ...rows('organisations', organisations),
    ...rows('facilities', facilities),
    ...rows('gateways', gateways),
    ...rows('devices', devices),
    ...rows('points', points),
    ...rows('edges', edges),
  ];
  return { registry, outcome: applyRegistryChange(registry, { items }) };
}

it('the platform registers the whole plan', () => {
  const { registry, outcome } = registered();
  expect(outcome).toMatchObject({ ok: true });
  expect(registry.points.size).toBe(plan.points.length);
  expect(registry.edges.size).toBe(plan.edges.length);
});

it('every rule of the shipped catalogue for something the city measures watches a point, and no limit lacks an attribute', () => {
  const { registry } = registered();
  const shipped = shippedCatalogue();
  const parsed = parseCatalogue(shipped.catalogue, shipped.revision);
  if (!parsed.ok) throw new Error(parsed.error);
  const { catalogue } = parsed;
  const known = createBindings(catalogue);
  const bindings = [...registry.points.values()].map((point) => ownBindingOf(known, registry, point));
  const bound = new Set(bindings.flatMap(({ rules }) => rules.map(({ rule }) => rule)));
  const measured = new Set(plan.points.map(({ quantity }) => quantity));
  const wanted = catalogue.rules.filter(
    ({ kind, quantities }) => kind === 'limit' && quantities.some((one) => measured.has(one)),
  );
  expect(wanted.length).toBeGreaterThan(20);
  expect(wanted.map(({ id }) => id).filter((id) => !bound.has(id))).toEqual([]);
  // A battery is told in per cent or in volts, and each form's rule misses the other's.
  const missing = bindings.flatMap(({ unbound }) => unbound).filter((one) => !one.startsWith('battery-'));
  expect(missing).toEqual([]);
});

it('one seed names one city, another seed another', () => {
  expect(planCity(OPTIONS)).toEqual(plan);
  expect(planCity({ ...OPTIONS, seed: 2 }).facilities).not.toEqual(plan.facilities);
});

it('is a city of some 2,000 points in nine counties and 鲁西新区, every facility of it marked as simulated', () => {
  expect(plan.points.length).toBeGreaterThan(1_900);
  expect(plan.points.length).toBeLessThan(2_200);
  expect(new Set(plan.facilities.map(({ area }) => area)).size).toBe(10);
  expect(plan.facilities.filter(({ name }) => !name.includes('模拟'))).toEqual([]);
  expect(plan.facilities.filter(({ cameras }) => cameras !== undefined).length).toBeGreaterThan(40);
});

it('every facility hangs on its network, and every pipe runs from one end to the other', () => {
  const ends = new Set(plan.edges.flatMap(({ from, to }) => [from, to]));
  const alone = plan.facilities.filter(({ id, kind }) => !ends.has(id) && kind !== 'rain-gauge');
  expect(alone.map(({ id }) => id)).toEqual([]);
  const adjacent = plan.edges.filter(({ kind }) => kind === 'adjacent');
  expect(adjacent.length).toBe(plan.facilities.filter(({ kind }) => kind === 'adjacent-space').length);
});

it('some gas detectors sleep: each is its own gateway and reports in batches', () => {
  const sleepers = plan.gateways.filter(({ session }) => session === 'sleepy');
  expect(sleepers.length).toBeGreaterThan(20);
  for (const { id } of sleepers) expect(plan.devices.filter(({ gateway }) => gateway === id)).toHaveLength(1);
});

it('a gateway reads at most six devices, all of one county and lifeline', () => {
  const facilities = new Map(plan.facilities.map((facility) => [facility.id, facility]));
  for (const { id } of plan.gateways) {
    const read = plan.devices.filter(({ gateway }) => gateway === id);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThanOrEqual(6);
    const places = read.map(({ facility }) => facilities.get(facility));
    expect(new Set(places.map((place) => `${place?.area} ${place?.lifeline}`)).size).toBe(1);
  }
});

it('the number of wells is the number asked for', () => {
  for (const wells of [10, 40, 45, 100]) {
    const { facilities } = planCity({ ...OPTIONS, wells });
    const gas = facilities.filter(({ kind }) => kind === 'gas-valve-well' || kind === 'adjacent-space');
    expect(gas).toHaveLength(wells);
  }
});
