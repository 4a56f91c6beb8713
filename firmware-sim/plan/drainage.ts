/** Drainage of one county: a sewer that falls eastwards to a pump station, underpasses and low points, rain gauges. */
import type { County } from '../counties.ts';
import type { Density, EdgePlan, FacilityPlan, Share } from '../city-plan.ts';
import { FOREBAY } from '../models/pump-station.ts';
import { randomOf } from '../random.ts';
import { join, kmBetween, pad, place, roadOf } from './places.ts';

type Counts = { readonly underpasses: number; lowPoints: number; gauges: number; manholes: number };
const COUNTS: Readonly<Record<Density, Counts>> = {
  sparse: { underpasses: 1, lowPoints: 1, gauges: 1, manholes: 1 },
  full: { underpasses: 2, lowPoints: 3, gauges: 2, manholes: 5 },
};
const SEWER_ROW = 2.3;
const FALL_M = 0.4;

export function planDrainage(county: County, density: Density, seed: number): Share {
  const { code } = county;
  const counts = COUNTS[density];
  const several = (count: number, make: (number: number) => FacilityPlan): FacilityPlan[] =>
    Array.from({ length: count }, (_, order) => make(order + 1));
  const manholes = several(counts.manholes, (number) => manhole(county, number, seed));
  const station = place(
    county,
    {
      kind: 'pump-station',
      lifeline: 'drainage',
      id: `PS-${code}-01`,
      name: '排水泵站',
      attributes: { ...FOREBAY },
      camera: true,
    },
    { row: SEWER_ROW, block: 8 },
    seed,
  );
  const underpasses = several(counts.underpasses, (number) => {
    const row = number === 1 ? 0.4 : 3.3;
    const name = number === 1 ? `${county.roads[0]}铁路立交下穿` : `${county.roads[3]}公铁立交下穿`;
    const sort = { kind: 'underpass', lifeline: 'drainage', id: `UP-${code}-${two(number)}`, name } as const;
    return place(county, { ...sort, camera: true }, { row, block: 4 }, seed);
  });
  const lowPoints = several(counts.lowPoints, (number) =>
    place(
      county,
      {
        kind: 'road-low-point',
        lifeline: 'drainage',
        id: `LP-${code}-${two(number)}`,
        name: `${roadOf(county, number)}${number * 10}号易涝点`,
      },
      { row: number - 0.6, block: -2 + number * 2 },
      seed,
    ),
  );
  const gauges = several(counts.gauges, (number) =>
    place(
      county,
      {
        kind: 'rain-gauge',
        lifeline: 'drainage',
        id: `RG-${code}-${two(number)}`,
        name: `${number === 1 ? '城区' : '城东'}雨量站`,
      },
      { row: 1, block: number === 1 ? 0.5 : 7 },
      seed,
    ),
  );
  const wet = [...underpasses, ...lowPoints];
  return {
    facilities: [...underpasses, ...gauges, ...manholes, ...lowPoints, station],
    edges: [
      ...chain([...manholes, station]),
      ...wet.map((low) => join('drain', low, nearest(manholes, low), { diameterMm: 600 })),
      ...wet.map((low) => join('gauge-of', nearest(gauges, low), low)),
    ],
  };
}

function manhole(county: County, number: number, seed: number): FacilityPlan {
  const top = 40 + randomOf(seed, `MH-${county.code} invert`).below(60) / 10;
  const invertLevelM = Math.round((top - FALL_M * (number - 1)) * 100) / 100;
  const sort = {
    kind: 'manhole',
    lifeline: 'drainage',
    id: `MH-${county.code}-${two(number)}`,
    name: `${roadOf(county, 2)}${number}号合流检查井`,
    attributes: { invertLevelM, diameterM: 0.8, coverLevelM: Math.round((top + 3) * 100) / 100 },
  } as const;
  return place(county, sort, { row: SEWER_ROW, block: -4 + 2 * number }, seed);
}

const chain = (line: readonly FacilityPlan[]): EdgePlan[] =>
  line.slice(1).flatMap((to, order) => {
    const from = line[order];
    return from === undefined ? [] : [join('sewer', from, to, { diameterMm: 800, slope: 0.0015 })];
  });

function nearest(all: readonly FacilityPlan[], to: FacilityPlan): FacilityPlan {
  const sorted = all.toSorted(
    (a, b) => kmBetween(a.location, to.location) - kmBetween(b.location, to.location),
  );
  if (sorted[0] === undefined) throw new Error(`nothing is near ${to.id}`);
  return sorted[0];
}

const two = (number: number): string => pad(number).slice(1);
