/**
 * The simulated city: facilities, their networks, gateways, devices and points of 菏泽's counties and districts, as the
 * JSON that the platform's `POST /api/v1/import` takes. Facilities, owners and networks are invented and say so (模拟).
 */
import { COUNTIES } from './counties.ts';
import { planDrainage } from './plan/drainage.ts';
import { devicesAt, pointsOf } from './plan/equipment.ts';
import { planGas } from './plan/gas.ts';
import { assignGateways } from './plan/gateways.ts';
import { planHazchem } from './plan/hazchem.ts';
import { planHeat } from './plan/heat.ts';
import { ORGANISATIONS } from './plan/places.ts';

/** Kinds of facilities in the simulated city, as the platform's catalogue names them. */
export type FacilityKind =
  | 'gas-valve-well'
  | 'adjacent-space'
  | 'gas-main-point'
  | 'gas-station'
  | 'utility-tunnel'
  | 'underpass'
  | 'road-low-point'
  | 'rain-gauge'
  | 'manhole'
  | 'pump-station'
  | 'heat-source'
  | 'heat-station'
  | 'heat-trench'
  | 'tank'
  | 'hazchem-plant';
export type Lifeline = 'gas' | 'drainage' | 'heat' | 'hazchem';
export type Attributes = Readonly<Record<string, number | string | boolean>>;
export type Location = { readonly lat: number; readonly lon: number };

/** One facility, as the import takes it. */
export type FacilityPlan = {
  readonly id: string;
  readonly name: string;
  readonly kind: FacilityKind;
  readonly lifeline: Lifeline;
  readonly area: string;
  readonly location: Location;
  readonly organisation: string;
  /** What limits are computed from (levels of a manhole, operating pressure) and what people want to know. */
  readonly attributes: Attributes;
  readonly cameras?: readonly string[];
};
/** One pipe, drain or neighbourhood between two facilities, downstream. */
export type EdgePlan = {
  readonly id: string;
  readonly kind: string;
  readonly lifeline: Lifeline;
  readonly from: string;
  readonly to: string;
  readonly path: readonly (readonly [lon: number, lat: number])[];
  readonly attributes: Attributes;
};
/** One measured quantity of a device. */
export type PointPlan = {
  readonly device: string;
  readonly channel: string;
  readonly quantity: string;
  readonly unit: string;
  readonly reportIntervalMs: number;
  readonly range?: { readonly min: number; readonly max: number };
};
/** A box at a facility. */
export type DevicePlan = {
  readonly id: string;
  readonly gateway: string;
  readonly facility: string;
  readonly serial: string;
  readonly model: string;
  readonly attributes?: Attributes;
};
/** The box that speaks MQTT for a few devices; a sleepy one (NB-IoT) is its own device's modem. */
export type GatewayPlan = {
  readonly id: string;
  readonly name: string;
  readonly facility: string;
  readonly session: 'always-on' | 'sleepy';
};
/** The body of the import. */
export type CityPlan = {
  readonly organisations: readonly { id: string; name: string; kind: string; dutyPhone: string }[];
  readonly facilities: readonly FacilityPlan[];
  readonly gateways: readonly GatewayPlan[];
  readonly devices: readonly DevicePlan[];
  readonly points: readonly PointPlan[];
  readonly edges: readonly EdgePlan[];
};

/** How many of each stand in one county. */
export type Density = 'sparse' | 'full';

/** What a plan is drawn from. */
export type CityOptions = {
  readonly seed: number;
  /** Gas wells and spaces beside gas mains, spread over the counties. */
  readonly wells: number;
  /** `full` is the demo's city of some 2,000 points with 120 wells. */
  readonly density: Density;
  /** Of most devices; slow ones and sleepers take a multiple of it. */
  readonly reportIntervalMs: number;
  /** Only these counties, by code; all when absent. */
  readonly counties?: readonly string[];
};

/** What one lifeline has in one county. */
export type Share = { readonly facilities: readonly FacilityPlan[]; readonly edges: readonly EdgePlan[] };

/** The city of a seed; the same options give the same plan. */
export function planCity({ seed, wells, density, reportIntervalMs, counties }: CityOptions): CityPlan {
  const chosen = COUNTIES.filter(({ code }) => counties?.includes(code) ?? true);
  const shares = chosen.flatMap((county, order): Share[] => [
    planGas(county, Math.floor((wells + chosen.length - 1 - order) / chosen.length), density, seed),
    planDrainage(county, density, seed),
    planHeat(county, density, seed),
    planHazchem(county, density, seed),
  ]);
  const facilities = shares.flatMap((share) => share.facilities);
  const boxes = facilities.flatMap((facility) => devicesAt(facility).map((box) => ({ facility, box })));
  const { gateways, gatewayOf } = assignGateways(boxes);
  return {
    organisations: ORGANISATIONS,
    facilities,
    gateways,
    devices: boxes.map(({ facility, box }, order) => ({
      id: box.id,
      gateway: gatewayOf.get(box.id) ?? '',
      facility: facility.id,
      serial: `SN${String(100_000 + order)}`,
      model: box.model,
      ...(box.attributes === undefined ? {} : { attributes: box.attributes }),
    })),
    points: boxes.flatMap(({ box }) => pointsOf(box, reportIntervalMs)),
    edges: shares.flatMap((share) => share.edges),
  };
}
