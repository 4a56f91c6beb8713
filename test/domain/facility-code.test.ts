import { describe, expect, test } from 'vitest';
import { AREAS, FACILITY_KINDS } from '#domain/catalogue.ts';
import { codeOf, codePrefix, isFacilityCode, splitCode } from '#domain/facility-code.ts';
import { placingFault } from '#domain/placing.ts';
import {
  applyRegistryChange,
  createRegistry,
  restoreRegistry,
  serializeRegistry,
} from '#domain/registry-change.ts';
import type { RegistryItem } from '#domain/registry.ts';

const areas = new Map(AREAS.map((area) => [area.id, area]));
const WELL = {
  name: '阀门井',
  kind: 'gas-valve-well',
  lifeline: 'gas',
  area: '371702',
  location: { lat: 35.2, lon: 115.4 },
};
const create = (id: string, code?: string): RegistryItem => ({
  op: 'create',
  kind: 'facilities',
  value: { ...WELL, id, ...(code === undefined ? {} : { code }) },
});
const CODE = '3717020111000001';

describe('a facility’s code', () => {
  test('is 6 digits of the district, 2 of the class, 2 of the subclass, 6 of a running number', () => {
    expect(codeOf(codePrefix('gas-valve-well', '371702', areas) ?? '', 7)).toBe('3717020111000007');
    expect(splitCode('3717020111000007')).toEqual({ prefix: '3717020111', serial: 7 });
    expect(codeOf('3717020111', 1_000_000)).toBeNull();
  });

  test('counts a township to its county, and a zone without a code of its own to the city', () => {
    expect(codePrefix('manhole', '371702001', areas)).toBe('3717020102');
    expect(codePrefix('manhole', 'LXXQ', areas)).toBe('3717000102');
    expect(codePrefix('manhole', 'nowhere', areas)).toBeNull();
    expect(codePrefix('no-such-kind', '371702', areas)).toBeNull();
  });

  test('can be made for every kind of the catalogue, and tells kinds apart', () => {
    const prefixes = FACILITY_KINDS.map(({ id }) => codePrefix(id, '371702', areas));
    expect(new Set(prefixes).size).toBe(FACILITY_KINDS.length);
    for (const prefix of prefixes) expect(isFacilityCode(codeOf(prefix ?? '', 1))).toBe(true);
  });

  test('is one facility’s for ever: not another’s, not changed, not free again after retiring or a restart', () => {
    let registry = createRegistry();
    const refusals = (...items: RegistryItem[]): string[] => {
      const outcome = applyRegistryChange(registry, { items });
      return outcome.ok ? [] : outcome.errors.map(({ code }) => code);
    };
    expect(refusals(create('W-1', CODE))).toEqual([]);
    expect(refusals(create('W-2', CODE))).toEqual(['code-exists']);
    expect(refusals(create('W-2', '3717020111000002'), create('W-3', '3717020111000002'))).toEqual([
      'code-exists',
    ]);
    const change = (code: string | null): RegistryItem => ({
      op: 'update',
      kind: 'facilities',
      value: { id: 'W-1', code },
    });
    expect(refusals(change('3717020111000009'))).toEqual(['immutable-field']);
    expect(refusals(change(null))).toEqual(['immutable-field']);
    expect(refusals(change(CODE))).toEqual([]);
    expect(refusals({ op: 'retire', kind: 'facilities', id: 'W-1' })).toEqual([]);
    registry = restoreRegistry(structuredClone(serializeRegistry(registry)));
    expect(refusals(create('W-4', CODE))).toEqual(['code-exists']);
  });

  test('of another scheme is a text like any other', () => {
    const registry = createRegistry();
    for (const id of ['W-1', 'W-2'])
      expect(applyRegistryChange(registry, { items: [create(id, 'A1')] }).ok).toBe(true);
    const other: RegistryItem = { op: 'update', kind: 'facilities', value: { id: 'W-1', code: CODE } };
    expect(applyRegistryChange(registry, { items: [other] }).ok).toBe(true);
  });
});

describe('where a facility may stand', () => {
  const at = (lon: number, lat: number, area = '371722') =>
    placingFault({ lon, lat }, area, areas)?.code ?? null;

  test('inside the city, and not nearer by far to another district’s seat', () => {
    expect(at(116.1, 34.79)).toBeNull();
    expect(at(116.3, 34.9)).toBeNull();
    expect(at(116.9, 34.79)).toBe('outside-city');
    expect(at(34.79, 116.1)).toBe('outside-city');
    expect(at(115.51, 35.56)).toBe('far-from-area');
    expect(at(115.51, 35.56, '371700')).toBeNull();
  });

  test('a township counts to its county', () => {
    expect(at(115.51, 35.56, '371722001')).toBe('far-from-area');
  });
});
