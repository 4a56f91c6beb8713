/** District heat of one county: a source, trenches along the main, stations on its branches. */
import type { County } from '../counties.ts';
import type { Density, EdgePlan, FacilityPlan, Share } from '../city-plan.ts';
import { DESIGN_RETURN_C } from '../models/heat-network.ts';
import { join, pad, place, roadOf } from './places.ts';

const COUNTS: Readonly<Record<Density, { readonly stations: number; trenches: number }>> = {
  sparse: { stations: 2, trenches: 1 },
  full: { stations: 5, trenches: 3 },
};
/** Length of the main between two trenches, km. */
const TRENCH_KM = 1.5;
const MAIN_ROW = 3.6;

export function planHeat(county: County, density: Density, seed: number): Share {
  const { code } = county;
  const { stations, trenches } = COUNTS[density];
  const heat = { lifeline: 'heat' } as const;
  const temperatures = { designReturnC: DESIGN_RETURN_C };
  const source = place(
    county,
    {
      ...heat,
      kind: 'heat-source',
      id: `HX-${code}-01`,
      name: '热源厂',
      attributes: { ...temperatures, mainKm: 0 },
      camera: true,
    },
    { row: MAIN_ROW, block: -7 },
    seed,
  );
  const main = Array.from({ length: trenches }, (_, order) =>
    place(
      county,
      {
        ...heat,
        kind: 'heat-trench',
        id: `HT-${code}-${pad(order + 1)}`,
        name: `${roadOf(county, 3)}热力管沟${order + 1}号测点`,
        attributes: { mainKm: TRENCH_KM * (order + 1) },
      },
      { row: MAIN_ROW, block: -4 + 4 * order },
      seed,
    ),
  );
  const served = Array.from({ length: stations }, (_, order) => {
    const trench = Math.floor((order * trenches) / stations);
    const station = place(
      county,
      {
        ...heat,
        kind: 'heat-station',
        id: `HS-${code}-${pad(order + 1)}`,
        name: `${roadOf(county, order % 4)}${order + 1}号换热站`,
        attributes: { ...temperatures, mainKm: TRENCH_KM * (trench + 1) + 0.4 * (order % 2) },
      },
      { row: order % 2 === 0 ? 2.7 : 1.2, block: -4 + 4 * trench + (order % 3) },
      seed,
    );
    return { station, from: main[trench] ?? source };
  });
  return {
    facilities: [source, ...main, ...served.map(({ station }) => station)],
    edges: [
      ...line([source, ...main]),
      ...served.map(({ station, from }) => join('heat-branch', from, station, { diameterMm: 250 })),
    ],
  };
}

const line = (places: readonly FacilityPlan[]): EdgePlan[] =>
  places.slice(1).flatMap((to, order) => {
    const from = places[order];
    return from === undefined ? [] : [join('heat-main', from, to, { diameterMm: 600, lengthKm: TRENCH_KM })];
  });
