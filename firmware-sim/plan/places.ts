/** Where things stand: four roads from west to east through each seat, one to two streets of blocks apart. */
import type { County } from '../counties.ts';
import type { Attributes, EdgePlan, FacilityKind, FacilityPlan, Lifeline, Location } from '../city-plan.ts';
import { randomOf } from '../random.ts';

/** Owners of the simulated facilities; telephone numbers that ring nowhere. */
export const ORGANISATIONS = [
  { id: 'gas-company', name: '菏泽燃气抢修中心（模拟）', kind: 'owner', dutyPhone: '0530-0000119' },
  { id: 'drainage-office', name: '菏泽排水防汛值班室（模拟）', kind: 'owner', dutyPhone: '0530-0000120' },
  { id: 'chemical-park', name: '化工园区应急中心（模拟）', kind: 'owner', dutyPhone: '0530-0000121' },
  { id: 'heat-company', name: '菏泽热力调度中心（模拟）', kind: 'owner', dutyPhone: '0530-0000122' },
];
const OWNERS: Readonly<Record<Lifeline, string>> = {
  gas: 'gas-company',
  drainage: 'drainage-office',
  heat: 'heat-company',
  hazchem: 'chemical-park',
};

const ROW_DEGREES = 0.0065;
const BLOCK_DEGREES = 0.0048;
const MIDDLE_ROW = 1.5;

/** Where on the county's streets: `row` is a road (0 to 3, others off the map of roads), `block` counts eastwards. */
export type Spot = { readonly row: number; readonly block: number };

/** What a facility is beside its place. */
export type Sort = {
  readonly kind: FacilityKind;
  readonly lifeline: Lifeline;
  readonly id: string;
  /** Without the county's name, which stands before it. */
  readonly name: string;
  readonly attributes?: Attributes;
  readonly camera?: true;
};

/** Puts a facility at its spot, a few metres off as the seed has it. */
export function place(county: County, sort: Sort, spot: Spot, seed: number): FacilityPlan {
  const random = randomOf(seed, sort.id);
  const { kind, lifeline, id, name, attributes = {}, camera } = sort;
  return {
    id,
    name: `${county.name}${name}（模拟）`,
    kind,
    lifeline,
    area: county.code,
    location: {
      lat: micro(county.lat + (MIDDLE_ROW - spot.row) * ROW_DEGREES + random.noise(0.0001)),
      lon: micro(county.lon + spot.block * BLOCK_DEGREES + random.noise(0.0003)),
    },
    organisation: OWNERS[lifeline],
    attributes,
    ...(camera === undefined ? {} : { cameras: [`https://cameras.invalid/heze/${id}`] }),
  };
}

/** Name of the road of a row. */
export const roadOf = (county: County, row: number): string =>
  county.roads[Math.min(3, Math.max(0, Math.round(row)))] ?? county.roads[0];

/** The same facility `metres` east of another. */
export const beside = (facility: FacilityPlan, { location }: FacilityPlan, metres: number): FacilityPlan => ({
  ...facility,
  location: { lat: location.lat, lon: micro(location.lon + metres / M_PER_DEGREE_OF_LONGITUDE) },
});
/** At 35.2 degrees north. */
const M_PER_DEGREE_OF_LONGITUDE = 90_900;

/** An edge along the streets: on the road of its beginning, then round the corner. */
export function join(
  kind: string,
  from: FacilityPlan,
  to: FacilityPlan,
  attributes: Attributes = {},
): EdgePlan {
  const { lifeline } = from;
  return {
    id: `E-${from.id}-${to.id}`,
    kind,
    lifeline,
    from: from.id,
    to: to.id,
    path: way(from, to),
    attributes,
  };
}

function way({ location: a }: FacilityPlan, { location: b }: FacilityPlan): EdgePlan['path'] {
  const straight = Math.abs(a.lat - b.lat) < ROW_DEGREES / 4 || Math.abs(a.lon - b.lon) < BLOCK_DEGREES / 4;
  const corner: readonly [number, number] = [b.lon, a.lat];
  return [[a.lon, a.lat], ...(straight ? [] : [corner]), [b.lon, b.lat]];
}

/** Distance on a flat earth, km. */
export function kmBetween(a: Location, b: Location): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(a.lat - b.lat, east) * 111.2;
}

export const pad = (order: number): string => String(order).padStart(3, '0');
const micro = (degrees: number): number => Math.round(degrees * 1e6) / 1e6;
