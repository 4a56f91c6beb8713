/** The chemical parks, in the counties that have one: a plant and its tanks. */
import type { County } from '../counties.ts';
import type { Density, FacilityPlan, Share } from '../city-plan.ts';
import { join, pad, place } from './places.ts';

type Park = {
  readonly plant: string;
  readonly toxicGas: string;
  readonly tank: string;
  readonly tankGas: string;
  readonly tanks: number;
};

const PARKS: Readonly<Record<string, Park>> = {
  '371728': { plant: '氯碱', toxicGas: 'cl2', tank: '液氨', tankGas: 'nh3', tanks: 4 },
  '371724': { plant: '合成氨', toxicGas: 'nh3', tank: '液氨', tankGas: 'nh3', tanks: 3 },
  '371725': { plant: '煤焦化', toxicGas: 'co', tank: '粗苯', tankGas: 'h2s', tanks: 3 },
  '371722': { plant: '水处理剂', toxicGas: 'cl2', tank: '液氯', tankGas: 'cl2', tanks: 2 },
  LXXQ: { plant: '加氢脱硫', toxicGas: 'h2s', tank: '含硫原油', tankGas: 'h2s', tanks: 2 },
};
const SPARSE_TANKS = 1;

export function planHazchem(county: County, density: Density, seed: number): Share {
  const { code } = county;
  const park = PARKS[code];
  if (park === undefined) return { facilities: [], edges: [] };
  const hazchem = { lifeline: 'hazchem' } as const;
  const plant = place(
    county,
    {
      ...hazchem,
      kind: 'hazchem-plant',
      id: `HP-${code}-01`,
      name: `化工园区${park.plant}装置`,
      attributes: { toxicGas: park.toxicGas },
      camera: true,
    },
    { row: -2, block: 11 },
    seed,
  );
  const count = density === 'full' ? park.tanks : Math.min(SPARSE_TANKS, park.tanks);
  const tanks = Array.from(
    { length: count },
    (_, order): FacilityPlan =>
      place(
        county,
        {
          ...hazchem,
          kind: 'tank',
          id: `TK-${code}-${pad(order + 1)}`,
          name: `化工园区${order + 1}号${park.tank}储罐`,
          attributes: { safeFill: 100, toxicGas: park.tankGas },
        },
        { row: -2.3, block: 11.4 + 0.25 * order },
        seed,
      ),
  );
  return { facilities: [plant, ...tanks], edges: tanks.map((tank) => join('process-pipe', tank, plant)) };
}
