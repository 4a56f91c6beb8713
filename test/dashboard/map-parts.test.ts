/** The map's parts that need no browser: the shifted datum, networks, their traces. */
import { describe, expect, test } from 'vitest';
import { EDGE_KINDS, LIFELINES } from '#domain/catalogue.ts';
import { traceEdges } from '#domain/edge-trace.ts';
import type { Edge, Facility } from '#domain/registry.ts';
import { fromGcj02, toGcj02 } from '#domain/datum.ts';
import { shiftTo } from '../../dashboard/src/map/map-datum.ts';
import { edgeFeatures, facilityFeatures, reachFeatures } from '../../dashboard/src/map/map-features.ts';
import { lettersOf } from '../../dashboard/src/map/network-class.ts';
import { networkLayers, networkLook } from '../../dashboard/src/map/network-style.ts';
import type { MapInk } from '../../dashboard/src/map/map-ink.ts';
import type { Place } from '../../dashboard/src/map/sketch.ts';

const METRES = 111_200;
const apartM = ([x1, y1]: Place, [x2, y2]: Place): number =>
  Math.hypot((x1 - x2) * Math.cos((y1 * Math.PI) / 180), y1 - y2) * METRES;

describe('GCJ-02', () => {
  /** Shanghai, Shenzhen, Beijing: the pairs that every public implementation is tried on. */
  const PAIRS: readonly (readonly [Place, Place])[] = [
    [
      [121.5272106, 31.1774276],
      [121.531541859215, 31.17530398364597],
    ],
    [
      [113.912316, 22.543847],
      [113.9171764808363, 22.540796131694766],
    ],
    [
      [116.377817, 39.911954],
      [116.38404722455657, 39.91334545536069],
    ],
  ];

  test.each(PAIRS)('%s is drawn within a metre of %s, and meant back within a millimetre', (wgs, gcj) => {
    expect(apartM(toGcj02(wgs), gcj)).toBeLessThan(1);
    expect(apartM(fromGcj02(toGcj02(wgs)), wgs)).toBeLessThan(0.001);
  });

  test('lies some 500 m off at Heze, and nowhere abroad', () => {
    expect(apartM(toGcj02([115.469381, 35.246531]), [115.469381, 35.246531])).toBeGreaterThan(400);
    expect(toGcj02([2.35, 48.85])).toEqual([2.35, 48.85]);
  });

  test('shifts what is drawn once, and leaves what is kept as it was', () => {
    const kept = facilityFeatures([facility('F-1', 115.4, 35.2)], (area) => area);
    const before = structuredClone(kept);
    const drawn = shiftTo('gcj02').features(kept);
    expect(kept).toEqual(before);
    expect(drawn.features[0]?.geometry.coordinates).toEqual(toGcj02([115.4, 35.2]));
    expect(shiftTo('wgs84').features(kept)).toBe(kept);
  });
});

const facility = (id: string, lon = 115.4, lat = 35.2): Facility => ({
  ...{ id, name: id, kind: 'gas-valve-well', lifeline: 'gas', area: '371702', location: { lon, lat } },
});
const edge = (id: string, from: string, to: string, kind = 'gas-main'): Edge => ({
  ...{ id, kind, lifeline: 'gas', from, to },
});
/** S -> A -> B -> C, B -> D; N lies beside B, M beside N, Z beside A. */
const NET = [
  edge('sa', 'S', 'A'),
  edge('ab', 'A', 'B'),
  edge('bc', 'B', 'C', 'gas-branch'),
  edge('bd', 'B', 'D'),
  edge('bn', 'B', 'N', 'adjacent'),
  edge('nm', 'N', 'M', 'adjacent'),
];

describe('a trace', () => {
  const reach = (from: string, direction: 'up' | 'down', edges: readonly Edge[] = NET) =>
    Object.fromEntries(traceEdges(edges, from, direction).facilities);

  test('follows the flow, counts the edges, and enters what lies beside without passing it', () => {
    expect(reach('A', 'down')).toEqual({ B: 1, C: 2, D: 2, N: 2 });
    expect(reach('D', 'up')).toEqual({ B: 1, A: 2, N: 2, S: 3 });
    expect(reach('S', 'up')).toEqual({});
  });

  test('that begins beside a main goes on along the main', () => {
    expect(reach('N', 'up')).toEqual({ B: 1, M: 1, A: 2, S: 3 });
    expect([...traceEdges(NET, 'A', 'down').edges].sort()).toEqual(['ab', 'bc', 'bd', 'bn']);
  });

  test('walks a ring once', () => {
    const ring = [edge('1', 'A', 'B'), edge('2', 'B', 'C'), edge('3', 'C', 'A')];
    expect(reach('A', 'down', ring)).toEqual({ B: 1, C: 2 });
  });

  test('is drawn as the pipes walked and the facilities reached, by the pipes’ own ways', () => {
    const facilities = new Map(['A', 'B', 'C', 'D'].map((id, i) => [id, facility(id, 115 + i / 10)]));
    const path: readonly Place[] = [
      [115, 35.2],
      [115.05, 35.3],
      [115.1, 35.2],
    ];
    const edges = NET.map((one) => (one.id === 'ab' ? { ...one, path } : one));
    const { features } = reachFeatures(traceEdges(edges, 'A', 'down'), edges, facilities);
    const lines = features.filter(({ geometry }) => geometry.type === 'LineString');
    expect(lines.map(({ geometry }) => geometry.coordinates.length)).toEqual([3, 2, 2]);
    expect(features.flatMap(({ properties }) => properties['facility'] ?? [])).toEqual(['B', 'C', 'D']);
  });
});

describe('networks', () => {
  const ink = new Proxy({}, { get: (_target, name) => `#${String(name)}` }) as MapInk;

  test('are told apart by stroke, not by colour alone', () => {
    const strokes = ['gas', 'heat', 'drainage', 'hazchem', 'water'].map((id) => {
      const { dash, twin } = networkLook(id);
      return JSON.stringify([dash, twin]);
    });
    expect(new Set(strokes).size).toBe(5);
  });

  test('carry letters by what they are; what merely belongs together carries none', () => {
    expect(lettersOf('gas-main', 'gas')).toBe('RQ');
    expect([lettersOf('drain', 'drainage'), lettersOf('sewer', 'drainage')]).toEqual(['YS', 'WS']);
    expect(lettersOf('adjacent', 'gas')).toBe('');
  });

  test('of every kind and lifeline of the catalogue are drawn by exactly one layer', () => {
    const layers = networkLayers(ink, ['literal', true] as never).filter(({ type }) => type === 'line');
    const facilities = new Map([facility('A', 115), facility('B', 116)].map((one) => [one.id, one]));
    const edges = EDGE_KINDS.flatMap(({ id: kind }) =>
      LIFELINES.map(
        ({ id: lifeline }): Edge => ({ id: `${kind}-${lifeline}`, kind, lifeline, from: 'A', to: 'B' }),
      ),
    );
    for (const { properties } of edgeFeatures(edges, facilities).features) {
      const drawing = layers.filter((layer) => 'filter' in layer && holds(layer.filter, properties));
      expect([properties['edge'], drawing.length]).toEqual([properties['edge'], 1]);
    }
  });
});

/** Just the few expressions that the network's filters are made of. */
function holds(filter: unknown, properties: Readonly<Record<string, unknown>>): boolean {
  if (!Array.isArray(filter)) throw new Error(`no filter: ${String(filter)}`);
  const [what, ...rest] = filter as [string, ...unknown[]];
  const value = (given: unknown): unknown => {
    if (!Array.isArray(given)) return given;
    return given[0] === 'get' ? properties[String(given[1])] : given[1];
  };
  if (what === 'all') return rest.every((part) => holds(part, properties));
  if (what === '!') return !holds(rest[0], properties);
  if (what === '==') return value(rest[0]) === value(rest[1]);
  if (what === 'in') return (value(rest[1]) as unknown[]).includes(value(rest[0]));
  if (what === 'literal') return rest[0] === true;
  throw new Error(`not understood: ${what}`);
}
