import { describe, expect, test } from 'vitest';
import type { Facility } from '#domain/registry.ts';
import {
  fanPlaces,
  GLYPHS_MAX,
  groupAlarms,
  OVERLAP_PX,
  type PlacedAlarm,
} from '../../dashboard/src/map/alarm-groups.ts';
import { edgeFeatures, pointFeatures } from '../../dashboard/src/map/map-features.ts';
import { createMapPace } from '../../dashboard/src/map/map-pace.ts';
import { drawSketch, SEATS } from '../../dashboard/src/map/sketch.ts';

const at = (id: string, lon: number, lat: number, more: Partial<PlacedAlarm> = {}): PlacedAlarm => ({
  id,
  lon,
  lat,
  colour: 'blue',
  waiting: true,
  district: 'd',
  ...more,
});

describe('alarms on the map', () => {
  test('those that would cover each other share one glyph, the worst on top, each told', () => {
    const groups = groupAlarms(
      [
        at('a', 115.4, 35.2),
        at('b', 115.4, 35.2, { colour: 'red', waiting: false }),
        at('c', 115.4001, 35.2, { colour: 'orange' }),
        at('d', 116, 35.5),
      ],
      10,
    );
    expect(groups.map(({ ids }) => ids)).toEqual([['b', 'c', 'a'], ['d']]);
    expect(groups[0]).toMatchObject({ colour: 'red', waiting: true, district: null });
  });

  test('come apart when the map comes closer', () => {
    const pair = [at('a', 115.4, 35.2), at('b', 115.401, 35.2)];
    expect(groupAlarms(pair, 10)).toHaveLength(1);
    expect(groupAlarms(pair, 16)).toHaveLength(2);
  });

  test('none is lost, and none is drawn twice, however many there are', () => {
    const many = Array.from({ length: 2_000 }, (_, i) =>
      at(`a${i}`, 115 + (i % 50) * 0.02, 34.8 + Math.floor(i / 50) * 0.02, { district: `d${i % 10}` }),
    );
    for (const zoom of [8, 9, 10, 12, 15]) {
      const groups = groupAlarms(many, zoom);
      expect(groups.length).toBeLessThanOrEqual(GLYPHS_MAX);
      const ids = groups.flatMap((group) => group.ids);
      expect(ids).toHaveLength(2_000);
      expect(new Set(ids).size).toBe(2_000);
    }
  });

  test('beyond 300 glyphs each district has one', () => {
    const many = Array.from({ length: 400 }, (_, i) =>
      at(`a${i}`, 115 + i * 0.01, 35, { district: `d${i % 3}` }),
    );
    const groups = groupAlarms(many, 15);
    expect(groups.map(({ district }) => district).sort()).toEqual(['d0', 'd1', 'd2']);
  });

  test('a fanned-out stack leaves room for each glyph', () => {
    const places = fanPlaces(20);
    places.forEach((a, i) => {
      for (const b of places.slice(i + 1))
        expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(OVERLAP_PX * 2);
    });
  });
});

describe('what stands on it', () => {
  const facility = (id: string, lon: number, lat: number): Facility => ({
    id,
    name: id,
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lon, lat },
  });
  const facilities = new Map(
    [facility('F-1', 115.4, 35.2), facility('F-2', 115.5, 35.3)].map((f) => [f.id, f]),
  );

  test('each point is one feature with its permanent number; an unknown place is left out', () => {
    const { features } = pointFeatures({ 'G/ch4': 7, 'G/co': 9, 'X/co': 11 }, (device) =>
      device === 'G' ? facilities.get('F-1') : undefined,
    );
    expect(features.map(({ id }) => id)).toEqual([7, 9]);
    expect(features[0]?.geometry.coordinates).toEqual([115.4, 35.2]);
    expect(features[1]?.geometry.coordinates).not.toEqual([115.4, 35.2]);
  });

  test('a pipe runs along its path, or straight; without an end it is left out', () => {
    const edge = { lifeline: 'gas', kind: 'gas-main', from: 'F-1', to: 'F-2' };
    const path = [
      [115.4, 35.2],
      [115.45, 35.2],
      [115.5, 35.3],
    ] as const;
    const { features } = edgeFeatures(
      [
        { ...edge, id: '1' },
        { ...edge, id: '2', path },
        { ...edge, id: '3', to: 'F-9' },
      ],
      facilities,
    );
    expect(features.map(({ geometry }) => geometry.coordinates.length)).toEqual([2, 3]);
  });
});

describe('the sketch', () => {
  const sketch = drawSketch();
  const cells = sketch.features.filter(({ properties }) => properties['layer'] === 'cell');

  test('is the same every time, small, and has a cell around every seat', () => {
    expect(JSON.stringify(drawSketch())).toBe(JSON.stringify(sketch));
    expect(JSON.stringify(sketch).length).toBeLessThan(80_000);
    for (const seat of SEATS) {
      const holding = cells.filter(
        ({ geometry }) => geometry.type === 'Polygon' && holds(geometry.coordinates[0] ?? [], seat.at),
      );
      expect(
        holding.map(({ properties }) => properties['area']),
        seat.name,
      ).toEqual([seat.area]);
    }
  });

  test('neighbouring cells share their border, so no gap shows between them', () => {
    const owners = new Map<string, number>();
    for (const { geometry } of cells) {
      if (geometry.type !== 'Polygon') continue;
      const own = new Set((geometry.coordinates[0] ?? []).map(String));
      for (const place of own) owners.set(place, (owners.get(place) ?? 0) + 1);
    }
    const shared = [...owners.values()].filter((count) => count > 1).length;
    expect(shared).toBeGreaterThan(60);
    expect(Math.max(...owners.values())).toBeLessThanOrEqual(4);
  });
});

/** Ray casting. */
function holds(ring: readonly (readonly [number, number])[], [x, y]: readonly [number, number]): boolean {
  let inside = false;
  ring.forEach(([x1, y1], i) => {
    const [x2, y2] = ring[(i + 1) % ring.length] ?? [x1, y1];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside;
  });
  return inside;
}

test('a map that draws slowly is told every two seconds, and every second again when it recovers', () => {
  const pace = createMapPace();
  expect(pace.everyMs()).toBe(1_000);
  for (let i = 0; i < 60; i++) pace.frame(i % 10 === 0 ? 180 : 17);
  expect(pace.everyMs()).toBe(2_000);
  for (let i = 0; i < 60; i++) pace.frame(17);
  expect(pace.everyMs()).toBe(1_000);
  pace.frame(60_000);
  expect(pace.everyMs()).toBe(1_000);
});
