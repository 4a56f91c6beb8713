/** The facility graph: what may be joined to what, and what stays as long as something ends at it. */
import { describe, expect, test } from 'vitest';
import {
  applyRegistryChange,
  createRegistry,
  restoreRegistry,
  serializeRegistry,
} from '#domain/registry-change.ts';
import type { Registry, RegistryItem } from '#domain/registry.ts';

const facility = (id: string, lon: number, kind = 'gas-valve-well'): RegistryItem => ({
  op: 'create',
  kind: 'facilities',
  value: { id, name: id, kind, lifeline: 'gas', area: '371702', location: { lat: 35.25, lon } },
});
const edge = (value: object, op: 'create' | 'update' | 'upsert' = 'create'): RegistryItem => ({
  op,
  kind: 'edges',
  value,
});
const retire = (kind: 'facilities' | 'edges', id: string): RegistryItem => ({ op: 'retire', kind, id });

const MAIN = { id: 'M-1', kind: 'gas-main', lifeline: 'gas', from: 'W-1', to: 'W-2' };
/** 0.01 degrees of longitude are about 908 m here. */
const WELLS = [facility('W-1', 115.44), facility('W-2', 115.45), facility('W-3', 115.46)];

function city(...more: RegistryItem[]): Registry {
  const registry = createRegistry();
  const outcome = applyRegistryChange(registry, { items: [...WELLS, ...more] });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  return registry;
}
function codes(registry: Registry, ...items: RegistryItem[]): string[] {
  const outcome = applyRegistryChange(registry, { items });
  return outcome.ok ? [] : outcome.errors.map(({ code }) => code);
}

describe('an edge', () => {
  test('joins two facilities, also of the same import, along its path', () => {
    const path = [
      [115.44, 35.25],
      [115.445, 35.251],
      [115.45, 35.25],
    ];
    const registry = city(edge({ ...MAIN, path, attributes: { diameterMm: 300 } }));
    expect(registry.edges.get('M-1')).toEqual({ ...MAIN, path, attributes: { diameterMm: 300 } });
  });

  const faults: [string, object, string[]][] = [
    ['to nowhere', { to: 'W-9' }, ['unknown-facility']],
    ['from nowhere to nowhere', { from: 'W-8', to: 'W-9' }, ['unknown-facility', 'unknown-facility']],
    ['to itself', { to: 'W-1' }, ['self-loop']],
    ['of a kind nobody knows', { kind: 'canal' }, ['unknown-kind']],
    ['of a lifeline nobody knows', { lifeline: 'rail' }, ['unknown-lifeline']],
    ['without an end', { to: undefined }, ['missing-field']],
    ['with a path of one place', { path: [[115.44, 35.25]] }, ['type']],
    [
      'with a place of three numbers',
      {
        path: [
          [115.44, 35.25, 1],
          [115.45, 35.25],
        ],
      },
      ['type'],
    ],
    [
      'with latitude before longitude',
      {
        path: [
          [35.25, 115.44],
          [35.25, 115.45],
        ],
      },
      ['out-of-range'],
    ],
    [
      'with a path that begins elsewhere',
      {
        path: [
          [115.46, 35.25],
          [115.45, 35.25],
        ],
      },
      ['path-off'],
    ],
    [
      'with a path drawn backwards',
      {
        path: [
          [115.45, 35.25],
          [115.44, 35.25],
        ],
      },
      ['path-off', 'path-off'],
    ],
  ];
  test.each(faults)('%s is refused', (_, fields, expected) => {
    expect(codes(city(), edge({ ...MAIN, ...fields }))).toEqual(expected);
  });

  test('in the datum of a street map (GCJ-02, 536 m off) is refused', () => {
    const path = [
      [115.44589, 35.24965],
      [115.45589, 35.24965],
    ];
    expect(codes(city(), edge({ ...MAIN, path }))).toEqual(['path-off', 'path-off']);
  });

  test('may be laid anew, but its path must then fit its new ends', () => {
    const path = [
      [115.44, 35.25],
      [115.45, 35.25],
    ];
    const registry = city(edge({ ...MAIN, path }));
    expect(codes(registry, edge({ id: 'M-1', to: 'W-3' }, 'update'))).toEqual(['path-off']);
    expect(codes(registry, edge({ id: 'M-1', to: 'W-3', path: null }, 'update'))).toEqual([]);
    expect(registry.edges.get('M-1')).toEqual({ ...MAIN, to: 'W-3' });
  });

  test('of a refused facility is not refused a second time', () => {
    const bad: RegistryItem = { op: 'create', kind: 'facilities', value: { id: 'W-2' } };
    const found = codes(createRegistry(), facility('W-1', 115.44), bad, edge(MAIN));
    expect(new Set(found)).toEqual(new Set(['missing-field']));
  });
});

describe('retiring', () => {
  test('a facility waits for the edges that end at it, at either end', () => {
    const registry = city(edge(MAIN));
    expect(codes(registry, retire('facilities', 'W-1'))).toEqual(['has-children']);
    expect(codes(registry, retire('facilities', 'W-2'))).toEqual(['has-children']);
    expect(codes(registry, retire('facilities', 'W-3'))).toEqual([]);
    expect(codes(registry, retire('edges', 'M-1'), retire('facilities', 'W-2'))).toEqual([]);
  });

  test('an edge keeps its id for ever, and joins nothing that is retired', () => {
    const registry = city(edge(MAIN), retire('edges', 'M-1'), retire('facilities', 'W-3'));
    expect(registry.edges.get('M-1')).toEqual({ ...MAIN, retired: true });
    expect(codes(registry, edge(MAIN))).toEqual(['exists']);
    expect(codes(registry, edge(MAIN, 'upsert'))).toEqual(['retired']);
    expect(codes(registry, retire('edges', 'M-1'))).toEqual(['retired']);
    expect(codes(registry, edge({ ...MAIN, id: 'M-2', to: 'W-3' }))).toEqual(['retired']);
  });
});

test('a snapshot keeps the graph', () => {
  const data = structuredClone(serializeRegistry(city(edge(MAIN))));
  expect(serializeRegistry(restoreRegistry(data))).toEqual(data);
});
