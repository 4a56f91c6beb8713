/** Gas in one county: a station, measuring points along the main, wells on the branches, spaces beside them. */
import type { County } from '../counties.ts';
import { COUNTIES } from '../counties.ts';
import type { Density, EdgePlan, FacilityPlan, Share } from '../city-plan.ts';
import { OUTLET_KPA } from '../models/gas-main.ts';
import { randomOf } from '../random.ts';
import { beside, join, pad, place, roadOf } from './places.ts';

const POINTS: Readonly<Record<Density, number>> = { sparse: 1, full: 6 };
const ROADS = 4;
/** Every fourth gas sensor stands in a neighbour's manhole or basement instead of a valve well. */
const ADJACENT_EVERY = 4;
/** From a valve well to the space beside it, besides the latter's distance from the main, m. */
const FROM_WELL_M = 12;

/** `wells` counts wells and adjacent spaces together. */
export function planGas(county: County, wells: number, density: Density, seed: number): Share {
  const { code } = county;
  const gas = { lifeline: 'gas' } as const;
  const station = place(
    county,
    {
      ...gas,
      kind: 'gas-station',
      id: `GS-${code}-01`,
      name: '燃气门站',
      attributes: { bandKpa: OUTLET_KPA },
      camera: true,
    },
    { row: 1.5, block: -6 },
    seed,
  );
  const points = Array.from({ length: POINTS[density] }, (_, order) =>
    place(
      county,
      {
        ...gas,
        kind: 'gas-main-point',
        id: `GP-${code}-${pad(order + 1)}`,
        name: `${roadOf(county, order % ROADS)}${order + 1}号调压箱`,
        attributes: { bandKpa: OUTLET_KPA, mainStep: order + 1 },
      },
      { row: order % ROADS, block: order < ROADS ? -3 : 5 },
      seed,
    ),
  );
  const mains = [station, ...points];
  const edges: EdgePlan[] = points.map((point, order) =>
    join('gas-main', mains[order] ?? station, point, { diameterMm: 300, pressureClass: 'medium-A' }),
  );
  const { facilities, edges: branches } = wellsOf(county, wells, mains, seed);
  const tunnels = tunnelsOf(county, seed);
  return {
    facilities: [station, ...points, ...facilities, ...tunnels],
    edges: [
      ...edges,
      ...branches,
      ...tunnels.map((tunnel) => join('tunnel-section', station, tunnel, { cabin: '燃气舱' })),
    ],
  };
}

function wellsOf(county: County, count: number, mains: readonly FacilityPlan[], seed: number): Share {
  const perRoad = Math.max(1, Math.ceil(count / ROADS));
  const facilities: FacilityPlan[] = [];
  const edges: EdgePlan[] = [];
  let last: { well: FacilityPlan; row: number; block: number } | null = null;
  for (let order = 0; order < count; order += 1) {
    const number = order + 1;
    const row = Math.floor(order / perRoad);
    const block = -1.5 + (order % perRoad) * 1.4;
    if (number % ADJACENT_EVERY === 0 && last !== null) {
      const space = adjacentTo(county, number, last, seed);
      facilities.push(space);
      edges.push(
        join('adjacent', last.well, space, { distanceM: space.attributes['gasMainDistanceM'] ?? 0 }),
      );
      continue;
    }
    const id = `GV-${county.code}-${pad(number)}`;
    const name = `${roadOf(county, row)}${number}号燃气阀门井`;
    const well = place(county, { kind: 'gas-valve-well', lifeline: 'gas', id, name }, { row, block }, seed);
    const upstream: FacilityPlan | undefined =
      last?.row === row ? last.well : mains[Math.min(row + 1, mains.length - 1)];
    if (upstream !== undefined) edges.push(join('gas-branch', upstream, well, { diameterMm: 160 }));
    facilities.push(well);
    last = { well, row, block };
  }
  return { facilities, edges };
}

function adjacentTo(
  county: County,
  number: number,
  { well, row, block }: { readonly well: FacilityPlan; readonly row: number; readonly block: number },
  seed: number,
): FacilityPlan {
  const id = `AS-${county.code}-${pad(number)}`;
  const distance = 2 + randomOf(seed, `${id} distance`).below(6);
  const sort = {
    kind: 'adjacent-space',
    lifeline: 'gas',
    id,
    name: `${roadOf(county, row)}${number}号燃气相邻电力井`,
    attributes: { gasMainDistanceM: distance },
  } as const;
  return beside(place(county, sort, { row, block }, seed), well, FROM_WELL_M + distance);
}

/** The city's seat and the new district have a utility tunnel. */
function tunnelsOf(county: County, seed: number): FacilityPlan[] {
  if (county !== COUNTIES[0] && county.code !== 'LXXQ') return [];
  return [1, 2, 3].map((number) =>
    place(
      county,
      {
        kind: 'utility-tunnel',
        lifeline: 'gas',
        id: `UT-${county.code}-${String(number).padStart(2, '0')}`,
        name: `${county.roads[0]}综合管廊燃气舱${number}区`,
      },
      { row: -0.4, block: -4 + 3 * number },
      seed,
    ),
  );
}
