/** The boxes at each kind of facility and what each measures (docs/catalogue.md names what the rules expect). */
import type { Attributes, FacilityKind, FacilityPlan, PointPlan } from '../city-plan.ts';
import { INLET_KPA } from '../models/gas-main.ts';
import { RATED_A } from '../models/pump-station.ts';

type Channel = Omit<PointPlan, 'device' | 'reportIntervalMs'>;
type BoxPlan = {
  readonly suffix: string;
  readonly model: string;
  readonly channels: readonly Channel[];
  readonly attributes?: Attributes;
};
/** One box at one facility. */
export type Box = Omit<BoxPlan, 'suffix'> & {
  readonly id: string;
  /** Report interval as a multiple of the city's. */
  readonly slowness: number;
  readonly sleepy: boolean;
};

/** NB-IoT boxes report every three minutes when the others report every ten seconds … */
export const SLEEPY_SLOWNESS = 18;
/** … and measure three times in between. */
export const SAMPLES_PER_WAKE = 3;
/** Rain and trenches change slowly. */
const SLOW = 3;
/** Every third valve well has an NB-IoT detector of its own. */
const SLEEPY_EVERY = 3;

const channel = (name: string, quantity: string, unit: string, max?: number): Channel => ({
  channel: name,
  quantity,
  unit,
  ...(max === undefined ? {} : { range: { min: 0, max } }),
});
const METHANE = channel('ch4', 'ch4', '%', 20);
const OXYGEN = channel('o2', 'o2', '%', 30);
const BATTERY = channel('battery', 'battery', '%');
const SIGNAL = channel('signal', 'signal', 'dB[mW]');
const TEMPERATURE = channel('temperature', 'temperature', 'Cel');
const HUMIDITY = channel('humidity', 'humidity', '%');
const GROUND = channel('ground', 'ground-temperature', 'Cel');
const TILT = channel('tilt', 'cover-tilt', 'deg');
const DEPTH = channel('depth', 'water-depth', 'cm', 300);
const RATED = { ratedCurrentA: RATED_A };
const PUMP = [
  channel('command', 'pump-command', '1'),
  channel('running', 'pump-state', '1'),
  channel('current', 'pump-current', 'A', 200),
];
const HEAT = [
  channel('supply', 'supply-temperature', 'Cel', 200),
  channel('return', 'return-temperature', 'Cel', 200),
  channel('pressure', 'pressure', 'MPa', 2.5),
];
/** Full scales of the toxic gases, mg/m3. */
const TOXIC_MAX: Readonly<Record<string, number>> = { cl2: 150, nh3: 700, h2s: 700, co: 2_000 };

const one = (model: string, ...channels: readonly Channel[]): BoxPlan[] => [{ suffix: '', model, channels }];

function boxesOf({ kind, attributes }: FacilityPlan): readonly BoxPlan[] {
  const toxic = String(attributes['toxicGas'] ?? 'nh3');
  const poison = channel(toxic, toxic, 'mg/m3', TOXIC_MAX[toxic]);
  const boxes: Readonly<Record<FacilityKind, () => readonly BoxPlan[]>> = {
    'gas-valve-well': () => one('LM-CH4', METHANE, TEMPERATURE, TILT, BATTERY, SIGNAL),
    'adjacent-space': () => one('LM-CH4', METHANE, BATTERY, SIGNAL),
    'gas-main-point': () =>
      one(
        'LM-PRES',
        channel('pressure', 'pressure', 'kPa', 600),
        channel('flow', 'flow', 'm3/h'),
        BATTERY,
        SIGNAL,
      ),
    'gas-station': () => [
      ...one('LM-CH4', METHANE),
      { suffix: '-b', model: 'LM-CH4', channels: [METHANE] },
      {
        suffix: '-reg',
        model: 'LM-PRES',
        channels: [channel('pressure', 'pressure', 'kPa', 600), channel('flow', 'flow', 'm3/h')],
      },
      {
        suffix: '-in',
        model: 'LM-PRES',
        channels: [channel('pressure', 'pressure', 'MPa', 4)],
        attributes: { bandKpa: INLET_KPA },
      },
    ],
    'utility-tunnel': () =>
      one('LM-AIR', METHANE, OXYGEN, channel('co', 'co', 'mg/m3', 2_000), TEMPERATURE, HUMIDITY),
    underpass: () => one('LM-LEVEL', DEPTH, channel('pump', 'pump-state', '1')),
    'road-low-point': () => one('LM-LEVEL', DEPTH, BATTERY, SIGNAL),
    'rain-gauge': () => [
      {
        suffix: '',
        model: 'LM-RAIN',
        channels: [channel('rain', 'rain-increment', 'mm'), channel('battery', 'battery', 'V')],
        attributes: { batteryLowV: 11.5 },
      },
    ],
    manhole: () =>
      one(
        'LM-SEWER',
        channel('level', 'sewer-level', 'm'),
        METHANE,
        channel('h2s', 'h2s', 'mg/m3', 700),
        OXYGEN,
        TILT,
        BATTERY,
      ),
    'pump-station': () => [
      ...one('LM-BAY', channel('level', 'forebay-level', 'm'), channel('flow', 'flow', 'm3/h')),
      { suffix: '-p1', model: 'LM-PUMP', channels: PUMP, attributes: RATED },
      { suffix: '-p2', model: 'LM-PUMP', channels: PUMP, attributes: RATED },
    ],
    'heat-source': () =>
      one(
        'LM-HEAT',
        ...HEAT,
        channel('circulation', 'circulation-flow', 'm3/h'),
        channel('make-up', 'make-up-flow', 'm3/h'),
        channel('make-up-ratio', 'make-up-ratio', '%'),
        channel('pump', 'pump-state', '1'),
      ),
    'heat-station': () => one('LM-HEAT', ...HEAT, channel('make-up-ratio', 'make-up-ratio', '%')),
    'heat-trench': () => [
      ...one('LM-TRENCH', GROUND, HUMIDITY, BATTERY),
      // Beside the trench, out of its reach: what the ground would be without it.
      { suffix: '-ref', model: 'LM-TRENCH', channels: [GROUND], attributes: { reference: true } },
    ],
    tank: () =>
      one(
        'LM-TANK',
        channel('level', 'tank-level', '%', 100),
        poison,
        TEMPERATURE,
        channel('pressure', 'pressure', 'kPa', 2_500),
      ),
    'hazchem-plant': () => [
      ...one('LM-GAS', poison, METHANE),
      { suffix: '-b', model: 'LM-GAS', channels: [poison, METHANE] },
      { suffix: '-c', model: 'LM-GAS', channels: [poison, METHANE] },
      { suffix: '-people', model: 'LM-EYE', channels: [channel('people', 'people', '{people}')] },
    ],
  };
  return boxes[kind]();
}

/** The boxes at one facility; the first bears the facility's own name. */
export function devicesAt(facility: FacilityPlan): Box[] {
  const { id, kind } = facility;
  const slow = kind === 'rain-gauge' || kind === 'heat-trench' || kind === 'gas-main-point';
  const sleepy = kind === 'gas-valve-well' && Number(id.slice(-3)) % SLEEPY_EVERY === 0;
  return boxesOf(facility).map(({ suffix, ...box }) => ({
    ...box,
    id: `D-${id}${suffix}`,
    slowness: sleepy ? SLEEPY_SLOWNESS : slow ? SLOW : 1,
    sleepy,
  }));
}

/** The points of one box in a city that reports every `intervalMs`. */
export const pointsOf = (box: Box, intervalMs: number): PointPlan[] =>
  box.channels.map((one) => ({ device: box.id, ...one, reportIntervalMs: intervalMs * box.slowness }));
