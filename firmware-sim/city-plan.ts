/**
 * The simulated city: facilities, gateways, devices and points of 菏泽's nine counties and districts, as the JSON that
 * the platform's `POST /api/v1/import` takes. Names of facilities and owners are invented.
 */
import { COUNTIES, type County } from './counties.ts';
import { randomOf } from './random.ts';

/** Kinds of facilities in the simulated city, as the platform's catalogue names them. */
export type FacilityKind =
  | 'gas-valve-well'
  | 'adjacent-space'
  | 'gas-station'
  | 'utility-tunnel'
  | 'underpass'
  | 'rain-gauge'
  | 'manhole'
  | 'tank'
  | 'hazchem-plant';
type Lifeline = 'gas' | 'drainage' | 'hazchem';

/** One facility, as the import takes it. */
export type FacilityPlan = {
  readonly id: string;
  readonly name: string;
  readonly kind: FacilityKind;
  readonly lifeline: Lifeline;
  readonly area: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly organisation: string;
  /** What limits are computed from: levels of a manhole, safe fill of a tank, distance to the gas main. */
  readonly attributes: Readonly<Record<string, number>>;
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
/** The box at a facility. */
export type DevicePlan = {
  readonly id: string;
  readonly gateway: string;
  readonly facility: string;
  readonly serial: string;
  readonly model: string;
};
/** The box that speaks MQTT for a few devices. */
export type GatewayPlan = {
  readonly id: string;
  readonly name: string;
  readonly facility: string;
  readonly session: 'always-on';
};
/** The body of the import. */
export type CityPlan = {
  readonly organisations: readonly { id: string; name: string; kind: string; dutyPhone: string }[];
  readonly facilities: readonly FacilityPlan[];
  readonly gateways: readonly GatewayPlan[];
  readonly devices: readonly DevicePlan[];
  readonly points: readonly PointPlan[];
};

/** What a plan is drawn from. */
export type CityOptions = {
  readonly seed: number;
  /** Gas wells and spaces beside gas mains, spread over the counties. */
  readonly wells: number;
  readonly reportIntervalMs: number;
};

type Channel = Omit<PointPlan, 'device' | 'reportIntervalMs'>;

const OWNERS: Readonly<Record<Lifeline, string>> = {
  gas: 'gas-company',
  drainage: 'drainage-office',
  hazchem: 'chemical-park',
};
const ORGANISATIONS = [
  { id: 'gas-company', name: '菏泽燃气抢修中心（模拟）', kind: 'owner', dutyPhone: '0530-0000119' },
  { id: 'drainage-office', name: '菏泽排水防汛值班室（模拟）', kind: 'owner', dutyPhone: '0530-0000120' },
  { id: 'chemical-park', name: '化工园区应急中心（模拟）', kind: 'owner', dutyPhone: '0530-0000121' },
];
const LIFELINE_NAMES: Readonly<Record<Lifeline, string>> = { gas: '燃气', drainage: '排水', hazchem: '危化' };

const channel = (name: string, quantity: string, unit: string, max?: number): Channel => ({
  channel: name,
  quantity,
  unit,
  ...(max === undefined ? {} : { range: { min: 0, max } }),
});
const METHANE = channel('ch4', 'ch4', '%', 20);
const OXYGEN = channel('o2', 'o2', '%', 30);

/** The box at each kind of facility and what it measures. */
const EQUIPMENT: Readonly<Record<FacilityKind, { model: string; channels: readonly Channel[] }>> = {
  'gas-valve-well': { model: 'LM-CH4', channels: [METHANE, channel('battery', 'battery', '%')] },
  'adjacent-space': { model: 'LM-CH4', channels: [METHANE, channel('battery', 'battery', '%')] },
  'gas-station': { model: 'LM-CH4', channels: [METHANE] },
  'utility-tunnel': { model: 'LM-AIR', channels: [METHANE, OXYGEN, channel('co', 'co', 'mg/m3', 2_000)] },
  underpass: {
    model: 'LM-LEVEL',
    channels: [channel('depth', 'water-depth', 'cm', 300), channel('pump', 'pump-state', '1')],
  },
  'rain-gauge': { model: 'LM-RAIN', channels: [channel('rain', 'rain-increment', 'mm')] },
  manhole: {
    model: 'LM-SEWER',
    channels: [channel('level', 'sewer-level', 'm'), METHANE, channel('h2s', 'h2s', 'mg/m3', 700), OXYGEN],
  },
  tank: {
    model: 'LM-TANK',
    channels: [channel('level', 'tank-level', '%', 100), channel('nh3', 'nh3', 'mg/m3', 700)],
  },
  'hazchem-plant': { model: 'LM-AIR', channels: [channel('cl2', 'cl2', 'mg/m3', 150), METHANE] },
};

/** Sensors that one gateway reads. */
const DEVICES_PER_GATEWAY = 3;
/** Every fourth gas sensor stands in a neighbour's manhole or basement instead of a valve well. */
const ADJACENT_EVERY = 4;

/** The city of a seed; the same options give the same plan. */
export function planCity({ seed, wells, reportIntervalMs }: CityOptions): CityPlan {
  const facilities = COUNTIES.flatMap((county, order) => [
    ...gasFacilities(county, Math.floor((wells + COUNTIES.length - 1 - order) / COUNTIES.length), seed),
    ...drainageFacilities(county, seed),
    ...specialFacilities(county, seed),
  ]);
  const gatewayOf = assignGateways(facilities);
  return {
    organisations: ORGANISATIONS,
    facilities,
    gateways: gatewaysIn(facilities, gatewayOf),
    devices: facilities.map((facility, order) => ({
      id: deviceOf(facility),
      gateway: gatewayOf.get(facility.id) ?? '',
      facility: facility.id,
      serial: `SN${String(100_000 + order)}`,
      model: EQUIPMENT[facility.kind].model,
    })),
    points: facilities.flatMap((facility) =>
      EQUIPMENT[facility.kind].channels.map((one) => ({
        device: deviceOf(facility),
        ...one,
        reportIntervalMs,
      })),
    ),
  };
}

/** Id of the one device at a facility. */
export const deviceOf = (facility: { readonly id: string }): string => `D-${facility.id}`;

function gasFacilities(county: County, count: number, seed: number): FacilityPlan[] {
  return Array.from({ length: count }, (_, order) => {
    const number = order + 1;
    const adjacent = number % ADJACENT_EVERY === 0;
    const road = county.roads[order % 2] ?? '';
    const id = `${adjacent ? 'AS' : 'GV'}-${county.code}-${pad(number)}`;
    const distance = 2 + randomOf(seed, `${id} distance`).below(6);
    return adjacent
      ? place(county, 'adjacent-space', 'gas', id, `${road}${number}号燃气相邻电力井`, seed, {
          gasMainDistanceM: distance,
        })
      : place(county, 'gas-valve-well', 'gas', id, `${road}${number}号燃气阀门井`, seed);
  });
}

function drainageFacilities(county: County, seed: number): FacilityPlan[] {
  const [road] = county.roads;
  const { code } = county;
  const invertLevelM = 40 + randomOf(seed, `MH-${code} invert`).below(60) / 10;
  return [
    place(county, 'underpass', 'drainage', `UP-${code}-01`, `${road}铁路立交下穿`, seed),
    place(county, 'rain-gauge', 'drainage', `RG-${code}-01`, '雨量站', seed),
    place(county, 'manhole', 'drainage', `MH-${code}-01`, `${road}合流检查井`, seed, {
      invertLevelM,
      diameterM: 0.8,
      coverLevelM: invertLevelM + 3,
    }),
  ];
}

function specialFacilities(county: County, seed: number): FacilityPlan[] {
  const { code } = county;
  if (county === COUNTIES[0]) {
    return [
      place(county, 'gas-station', 'gas', `GS-${code}-01`, '西郊燃气门站', seed),
      place(county, 'utility-tunnel', 'gas', `UT-${code}-01`, '长江路综合管廊燃气舱', seed),
    ];
  }
  if (code !== '371728') return [];
  return [
    ...[1, 2, 3].map((n) =>
      place(county, 'tank', 'hazchem', `TK-${code}-${pad(n)}`, `化工园区${n}号液氨储罐`, seed, {
        safeFill: 100,
      }),
    ),
    place(county, 'hazchem-plant', 'hazchem', `HP-${code}-01`, '化工园区氯碱装置', seed),
  ];
}

function place(
  county: County,
  kind: FacilityKind,
  lifeline: Lifeline,
  id: string,
  name: string,
  seed: number,
  attributes: Readonly<Record<string, number>> = {},
): FacilityPlan {
  const random = randomOf(seed, id);
  const near = (centre: number): number => Math.round((centre + random.noise(0.015)) * 1e6) / 1e6;
  return {
    id,
    name: `${county.name}${name}`,
    kind,
    lifeline,
    area: county.code,
    location: { lat: near(county.lat), lon: near(county.lon) },
    organisation: OWNERS[lifeline],
    attributes,
  };
}

/** Gateway of each facility: neighbours of one county and lifeline share one. */
function assignGateways(facilities: readonly FacilityPlan[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    facilities.map(({ id, area, lifeline }) => {
      const group = `${lifeline}-${area}`;
      const before = counts.get(group) ?? 0;
      counts.set(group, before + 1);
      return [id, `GW-${group}-${pad(Math.floor(before / DEVICES_PER_GATEWAY) + 1)}`];
    }),
  );
}

function gatewaysIn(
  facilities: readonly FacilityPlan[],
  gatewayOf: ReadonlyMap<string, string>,
): GatewayPlan[] {
  const gateways = new Map<string, GatewayPlan>();
  for (const facility of facilities) {
    const id = gatewayOf.get(facility.id) ?? '';
    if (gateways.has(id)) continue;
    const county = COUNTIES.find(({ code }) => code === facility.area)?.name ?? '';
    const name = `${county}${LIFELINE_NAMES[facility.lifeline]}${Number(id.slice(-3))}号网关`;
    gateways.set(id, { id, name, facility: facility.id, session: 'always-on' });
  }
  return [...gateways.values()];
}

const pad = (order: number): string => String(order).padStart(3, '0');
