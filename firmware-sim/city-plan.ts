/**
 * The simulated city: facilities, gateways, devices and points of 菏泽's nine counties and districts, as the JSON that
 * the platform's `POST /api/v1/import` takes. Names are invented; the division codes are GB/T 2260.
 */
import type { Random } from './random.ts';

export type FacilityPlan = {
  readonly id: string;
  readonly name: string;
  readonly kind: 'gas-valve-well' | 'adjacent-space' | 'underpass' | 'rain-gauge' | 'manhole' | 'tank';
  readonly lifeline: 'gas' | 'drainage' | 'hazchem';
  readonly area: string;
  readonly location: { readonly lat: number; readonly lon: number };
  readonly organisation: string;
  readonly attributes?: Readonly<Record<string, number | string | boolean>>;
};
export type PointPlan = {
  readonly device: string;
  readonly channel: string;
  readonly quantity: string;
  readonly unit: string;
  readonly reportIntervalMs: number;
  readonly range?: { readonly min: number; readonly max: number };
};
export type CityPlan = {
  readonly organisations: readonly { id: string; name: string; kind: string; dutyPhone: string }[];
  readonly facilities: readonly FacilityPlan[];
  readonly gateways: readonly { id: string; name: string; facility: string; session: 'always-on' }[];
  readonly devices: readonly {
    id: string;
    gateway: string;
    facility: string;
    serial: string;
    model: string;
  }[];
  readonly points: readonly PointPlan[];
};

const COUNTIES = [
  {
    code: '371702',
    name: '牡丹区',
    lat: 35.2525,
    lon: 115.4395,
    roads: ['中华路', '人民路', '长江路', '八一路'],
  },
  { code: '371703', name: '定陶区', lat: 35.0713, lon: 115.5733, roads: ['青年路', '兴华路'] },
  { code: '371721', name: '曹县', lat: 34.8264, lon: 115.5423, roads: ['五台山路', '青荷路'] },
  { code: '371722', name: '单县', lat: 34.7904, lon: 116.1074, roads: ['君子路', '舜师路'] },
  { code: '371723', name: '成武县', lat: 34.9524, lon: 115.8898, roads: ['伯乐大街', '先农坛街'] },
  { code: '371724', name: '巨野县', lat: 35.3958, lon: 116.0947, roads: ['麒麟大道', '人民路'] },
  { code: '371725', name: '郓城县', lat: 35.5998, lon: 115.9431, roads: ['东门街', '西门街'] },
  { code: '371726', name: '鄄城县', lat: 35.5634, lon: 115.5101, roads: ['孙膑路', '黄河路'] },
  { code: '371728', name: '东明县', lat: 35.2894, lon: 115.0897, roads: ['曙光路', '解放路'] },
] as const;

export const WEST_LON = 115.05;
export const EAST_LON = 116.15;

const ORGANISATIONS = [
  { id: 'gas-company', name: '菏泽燃气抢修中心（模拟）', kind: 'owner', dutyPhone: '0530-0000119' },
  { id: 'drainage-office', name: '菏泽排水防汛值班室（模拟）', kind: 'owner', dutyPhone: '0530-0000120' },
  { id: 'chemical-park', name: '化工园区应急中心（模拟）', kind: 'owner', dutyPhone: '0530-0000121' },
];

type Draft = { facility: FacilityPlan; channels: readonly Omit<PointPlan, 'device'>[]; model: string };

/** A city with `wells` gas wells (and as many spaces beside them) and one underpass and rain gauge a county. */
export function planCity(random: Random, wells: number, reportIntervalMs: number): CityPlan {
  const drafts = COUNTIES.flatMap((county, order) => {
    const here = Math.floor(wells / COUNTIES.length) + (order < wells % COUNTIES.length ? 1 : 0);
    return [
      ...gasDrafts(county, here, random, reportIntervalMs),
      ...waterDrafts(county, random, reportIntervalMs),
    ];
  });
  const all = [...drafts, ...tankDrafts(random, reportIntervalMs)];
  return {
    organisations: ORGANISATIONS,
    facilities: all.map((draft) => draft.facility),
    gateways: all.map(({ facility }) => ({
      id: `GW-${facility.id}`,
      name: `${facility.name}网关`,
      facility: facility.id,
      session: 'always-on',
    })),
    devices: all.map(({ facility, model }, order) => ({
      id: `D-${facility.id}`,
      gateway: `GW-${facility.id}`,
      facility: facility.id,
      serial: `SN${String(100_000 + order)}`,
      model,
    })),
    points: all.flatMap(({ facility, channels }) =>
      channels.map((channel) => ({ device: `D-${facility.id}`, ...channel })),
    ),
  };
}

type County = (typeof COUNTIES)[number];

function gasDrafts(county: County, count: number, random: Random, reportIntervalMs: number): Draft[] {
  return Array.from({ length: count }, (_, order) => {
    const road = county.roads[order % county.roads.length] ?? '';
    const adjacent = order % 4 === 3;
    const kind = adjacent ? 'adjacent-space' : 'gas-valve-well';
    const name = `${road}${order + 1}号${adjacent ? '燃气相邻电力井' : '燃气阀门井'}`;
    return {
      facility: place(county, `${adjacent ? 'AS' : 'GV'}-${county.code}-${pad(order + 1)}`, name, random, {
        kind,
        lifeline: 'gas',
        organisation: 'gas-company',
        ...(adjacent ? { attributes: { gasMainDistanceM: 2 + random.below(6) } } : {}),
      }),
      model: 'LM-CH4',
      channels: [
        { channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs, range: { min: 0, max: 20 } },
        { channel: 'battery', quantity: 'battery', unit: '%', reportIntervalMs },
      ],
    };
  });
}

function waterDrafts(county: County, random: Random, reportIntervalMs: number): Draft[] {
  const road = county.roads[0];
  return [
    {
      facility: place(county, `UP-${county.code}-01`, `${road}铁路立交下穿`, random, {
        kind: 'underpass',
        lifeline: 'drainage',
        organisation: 'drainage-office',
      }),
      model: 'LM-LEVEL',
      channels: [
        {
          channel: 'depth',
          quantity: 'water-depth',
          unit: 'cm',
          reportIntervalMs,
          range: { min: 0, max: 300 },
        },
        { channel: 'pump', quantity: 'pump-state', unit: '1', reportIntervalMs },
      ],
    },
    {
      facility: place(county, `RG-${county.code}-01`, `${county.name}雨量站`, random, {
        kind: 'rain-gauge',
        lifeline: 'drainage',
        organisation: 'drainage-office',
      }),
      model: 'LM-RAIN',
      channels: [{ channel: 'rain', quantity: 'rain-increment', unit: 'mm', reportIntervalMs }],
    },
  ];
}

function tankDrafts(random: Random, reportIntervalMs: number): Draft[] {
  const county = COUNTIES[8];
  return [1, 2, 3].map((order) => ({
    facility: place(county, `TK-${county.code}-${pad(order)}`, `化工园区${order}号液氨储罐`, random, {
      kind: 'tank',
      lifeline: 'hazchem',
      organisation: 'chemical-park',
      attributes: { safeFill: 100 },
    }),
    model: 'LM-TANK',
    channels: [
      { channel: 'level', quantity: 'tank-level', unit: '%', reportIntervalMs, range: { min: 0, max: 100 } },
    ],
  }));
}

function place(
  county: County,
  id: string,
  name: string,
  random: Random,
  rest: Omit<FacilityPlan, 'id' | 'name' | 'area' | 'location'>,
): FacilityPlan {
  const near = (centre: number): number => Math.round((centre + random.noise(0.015)) * 1e6) / 1e6;
  return {
    id,
    name: `${county.name}${name.replace(county.name, '')}`,
    area: county.code,
    location: { lat: near(county.lat), lon: near(county.lon) },
    ...rest,
  };
}

const pad = (order: number): string => String(order).padStart(3, '0');
