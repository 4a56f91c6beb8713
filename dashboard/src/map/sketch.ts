/**
 * The base map that ships: a sketch of 菏泽, drawn by this file and by nothing else. Cells around the county seats clipped
 * to a drawn outline, trunk roads that join the seats, streets that are a mere grid, two rivers and the Yellow River along
 * the north-west. Nothing in it is surveyed, no map data of others is in it, and wherever it is shown the words
 * 底图为示意图，非测绘成果 stand beside it.
 */

import { SEATS as CITY_SEATS } from '#domain/placing.ts';

/** Longitude, latitude in degrees (WGS 84). */
export type Place = readonly [lon: number, lat: number];
export type SketchFeature = {
  readonly type: 'Feature';
  readonly properties: Readonly<Record<string, string | number>>;
  readonly geometry:
    | { readonly type: 'Polygon'; readonly coordinates: readonly (readonly Place[])[] }
    | { readonly type: 'LineString'; readonly coordinates: readonly Place[] }
    | { readonly type: 'Point'; readonly coordinates: Place };
};
export type Sketch = { readonly type: 'FeatureCollection'; readonly features: readonly SketchFeature[] };

type Seat = { readonly area: string; readonly name: string; readonly at: Place };
export const SEATS: readonly Seat[] = CITY_SEATS.map(({ area, name, lon, lat }) => ({
  area,
  name,
  at: [lon, lat],
}));

/** Drawn by hand, from the west along the river clockwise. */
const OUTLINE: readonly Place[] = [
  [114.84, 35.1],
  [114.95, 35.26],
  [115.02, 35.4],
  [115.2, 35.52],
  [115.33, 35.68],
  [115.5, 35.74],
  [115.66, 35.76],
  [115.8, 35.8],
  [116.02, 35.79],
  [116.14, 35.66],
  [116.22, 35.52],
  [116.36, 35.34],
  [116.28, 35.14],
  [116.2, 35.02],
  [116.36, 34.92],
  [116.38, 34.76],
  [116.22, 34.62],
  [115.98, 34.62],
  [115.76, 34.6],
  [115.52, 34.6],
  [115.36, 34.68],
  [115.24, 34.84],
  [115.06, 34.94],
  [114.9, 34.98],
];
const YELLOW_RIVER: readonly Place[] = OUTLINE.slice(0, 9);
const RIVERS: readonly (readonly Place[])[] = [
  [
    [115.05, 35.18],
    [115.3, 35.32],
    [115.6, 35.36],
    [115.9, 35.44],
    [116.28, 35.3],
  ],
  [
    [115.2, 34.98],
    [115.5, 34.97],
    [115.8, 35.06],
    [116.05, 35.05],
    [116.24, 35.08],
  ],
];
const TRUNKS: readonly (readonly [string, string])[] = [
  ['371702', '371703'],
  ['371703', '371721'],
  ['371721', '371722'],
  ['371703', '371723'],
  ['371723', '371722'],
  ['371702', '371724'],
  ['371724', '371725'],
  ['371725', '371726'],
  ['371726', '371702'],
  ['371702', '371728'],
  ['371728', '371721'],
  ['LXXQ', '371703'],
  ['LXXQ', '371702'],
  ['371724', '371723'],
];

/** The whole sketch; the same at every call. */
export function drawSketch(): Sketch {
  const features: SketchFeature[] = [];
  SEATS.forEach((seat, i) => {
    features.push({
      type: 'Feature',
      properties: { layer: 'cell', area: seat.area, tone: i % 3 },
      geometry: { type: 'Polygon', coordinates: [closed(bent(closed(cellOf(seat))))] },
    });
  });
  for (const river of RIVERS) features.push(line('river', bent(river)));
  features.push(line('great-river', bent(YELLOW_RIVER)));
  for (const seat of SEATS) for (const street of streetsOf(seat)) features.push(line('street', street));
  for (const [from, to] of TRUNKS) features.push(line('trunk', bent([seatAt(from), seatAt(to)])));
  for (const { area, name, at } of SEATS) {
    features.push({
      type: 'Feature',
      // The two seats of the city itself are too close for their names: each stands on its own side.
      properties: { layer: 'seat', area, name, anchor: ANCHOR[area] ?? 'bottom' },
      geometry: { type: 'Point', coordinates: rounded(at) },
    });
  }
  return { type: 'FeatureCollection', features };
}

const ANCHOR: Readonly<Record<string, string>> = { '371702': 'bottom-right', LXXQ: 'top-left' };

const seatAt = (area: string): Place => SEATS.find((seat) => seat.area === area)?.at ?? [0, 0];

const line = (layer: string, coordinates: readonly Place[]): SketchFeature => ({
  type: 'Feature',
  properties: { layer },
  geometry: { type: 'LineString', coordinates },
});

/** The part of the outline nearer to this seat than to any other: cut by one bisector after another. */
function cellOf(seat: Seat): Place[] {
  let cell = [...OUTLINE];
  for (const other of SEATS) {
    if (other === seat) continue;
    const middle: Place = [(seat.at[0] + other.at[0]) / 2, (seat.at[1] + other.at[1]) / 2];
    const toOther: Place = [other.at[0] - seat.at[0], other.at[1] - seat.at[1]];
    const beyond = ([lon, lat]: Place) => (lon - middle[0]) * toOther[0] + (lat - middle[1]) * toOther[1];
    cell = cut(cell, beyond);
  }
  return cell;
}

/** Sutherland-Hodgman by one line: keeps the side where `beyond` is negative. */
function cut(polygon: readonly Place[], beyond: (place: Place) => number): Place[] {
  const kept: Place[] = [];
  polygon.forEach((here, i) => {
    const next = polygon[(i + 1) % polygon.length] ?? here;
    const [a, b] = [beyond(here), beyond(next)];
    if (a <= 0) kept.push(here);
    if (a * b < 0) {
      const t = a / (a - b);
      kept.push([here[0] + (next[0] - here[0]) * t, here[1] + (next[1] - here[1]) * t]);
    }
  });
  return kept;
}

/** Streets around a seat: a grid, turned a little so that no two towns look alike. */
function streetsOf({ at, area }: Seat): Place[][] {
  const turn = ((Number.parseInt(area.slice(-2), 36) % 13) - 6) / 40;
  const reach = area === '371702' ? 0.05 : 0.028;
  const steps = area === '371702' ? 6 : 4;
  const streets: Place[][] = [];
  for (let i = -steps; i <= steps; i++) {
    const aside = (i / steps) * reach;
    const half = reach * (1 - 0.35 * Math.abs(i / steps));
    for (const [from, to] of [
      [
        [aside, -half],
        [aside, half],
      ],
      [
        [-half, aside],
        [half, aside],
      ],
    ] as const) {
      streets.push(
        [from, to].map(([x, y]) =>
          rounded([
            at[0] + (x * Math.cos(turn) - y * Math.sin(turn)) * 1.22,
            at[1] + x * Math.sin(turn) + y * Math.cos(turn),
          ]),
        ),
      );
    }
  }
  return streets;
}

const STEP_DEGREES = 0.025;

/** Straight pieces become slightly winding ones. Every place moves by where it is, so shared borders stay shared. */
function bent(places: readonly Place[]): Place[] {
  const all: Place[] = [];
  places.forEach((here, i) => {
    const next = places[i + 1];
    if (next === undefined) {
      all.push(wound(here));
      return;
    }
    const pieces = Math.max(1, Math.ceil(Math.hypot(next[0] - here[0], next[1] - here[1]) / STEP_DEGREES));
    for (let k = 0; k < pieces; k++) {
      const t = k / pieces;
      all.push(wound([here[0] + (next[0] - here[0]) * t, here[1] + (next[1] - here[1]) * t]));
    }
  });
  return all;
}

/** Still at the seats, winding between them. */
function wound([lon, lat]: Place): Place {
  const nearest = Math.min(...SEATS.map(({ at }) => Math.hypot(at[0] - lon, at[1] - lat)));
  const far = Math.min(1, nearest / 0.12);
  const east = 0.012 * Math.sin(lat * 61 + lon * 17) + 0.006 * Math.sin(lat * 143 - lon * 89);
  const north = 0.01 * Math.sin(lon * 67 - lat * 23) + 0.005 * Math.sin(lon * 151 + lat * 97);
  return rounded([lon + east * far, lat + north * far]);
}

const rounded = ([lon, lat]: Place): Place => [Math.round(lon * 1e4) / 1e4, Math.round(lat * 1e4) / 1e4];

function closed(ring: readonly Place[]): Place[] {
  const [first] = ring;
  const last = ring.at(-1);
  if (first === undefined || last === undefined) return [];
  return first[0] === last[0] && first[1] === last[1] ? [...ring] : [...ring, first];
}
