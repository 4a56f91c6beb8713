/** The plan: the platform takes it, every rule of the catalogue has a point in it, and a seed names one city. */
import { expect, it } from 'vitest';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { RegistryItem, RegistryKind } from '#domain/registry.ts';
import { planCity } from '#firmware-sim/city-plan.ts';
import { bind } from '#rules/binding.ts';
import { parseCatalogue, shippedCatalogue } from '#rules/engine.ts';

const OPTIONS = { seed: 1, wells: 36, reportIntervalMs: 10_000 };
const plan = planCity(OPTIONS);

function registered() {
  const registry = createRegistry();
  const rows = (kind: RegistryKind, values: readonly object[]): RegistryItem[] =>
    values.map((value) => ({
      op: 'create',
      kind,
      value: kind === 'gateways' ? { ...value, secretHmac: '0'.repeat(64) } : value,
    }));
  const { organisations, facilities, gateways, devices, points } = plan;
  const items = [
    ...rows('organisations', organisations),
    ...rows('facilities', facilities),
    ...rows('gateways', gateways),
    ...rows('devices', devices),
    ...rows('points', points),
  ];
  return { registry, outcome: applyRegistryChange(registry, { items }) };
}

it('the platform registers the whole plan', () => {
  const { registry, outcome } = registered();
  expect(outcome).toMatchObject({ ok: true });
  expect(registry.points.size).toBe(plan.points.length);
});

it('every rule of the shipped catalogue watches at least one point, and no limit lacks an attribute', () => {
  const { registry } = registered();
  const shipped = shippedCatalogue();
  const parsed = parseCatalogue(shipped.catalogue, shipped.revision);
  if (!parsed.ok) throw new Error(parsed.error);
  const { catalogue } = parsed;
  const bindings = [...registry.points.values()].map((point) => bind(catalogue, registry, point));
  const bound = new Set(bindings.flatMap(({ rules }) => rules.map(({ rule }) => rule)));
  expect(catalogue.rules.map(({ id }) => id).filter((id) => !bound.has(id))).toEqual([]);
  expect(bindings.flatMap(({ unbound }) => unbound)).toEqual([]);
});

it('one seed names one city, another seed another', () => {
  expect(planCity(OPTIONS)).toEqual(plan);
  expect(planCity({ ...OPTIONS, seed: 2 }).facilities).not.toEqual(plan.facilities);
});

it('a gateway reads at most three devices, all of one county and lifeline', () => {
  const facilities = new Map(plan.facilities.map((facility) => [facility.id, facility]));
  for (const { id } of plan.gateways) {
    const read = plan.devices.filter(({ gateway }) => gateway === id);
    expect(read.length).toBeGreaterThan(0);
    expect(read.length).toBeLessThanOrEqual(3);
    const places = read.map(({ facility }) => facilities.get(facility));
    expect(new Set(places.map((place) => `${place?.area} ${place?.lifeline}`)).size).toBe(1);
  }
});

it('the number of wells is the number asked for', () => {
  for (const wells of [9, 36, 40, 100]) {
    const { facilities } = planCity({ ...OPTIONS, wells });
    const gas = facilities.filter(({ kind }) => kind === 'gas-valve-well' || kind === 'adjacent-space');
    expect(gas).toHaveLength(wells);
  }
});
