/** The sensors of the simulated city: their models, moved on step by step, and what each would report now. */
import type { CityPlan, FacilityPlan } from './city-plan.ts';
import { createGasWell, type GasWell, methaneReading, stepGasWell } from './models/gas-well.ts';
import { rainAt, readGauge, type Storm } from './models/rain.ts';
import { createSewer, type Sewer, sewerReading, stepSewer } from './models/sewer.ts';
import { type AirGas, airReading, createSpaceAir, type SpaceAir, stepSpaceAir } from './models/space-air.ts';
import { createTank, stepTank, type Tank, tankReading } from './models/tank.ts';
import { createUnderpass, pondingReading, stepUnderpass, type Underpass } from './models/underpass.ts';
import { type Random, randomOf } from './random.ts';

/** All that is simulated at one facility; what it does not have is absent. */
export type Site = {
  readonly facility: FacilityPlan;
  readonly well?: GasWell;
  readonly underpass?: Underpass;
  readonly sewer?: Sewer;
  readonly tank?: Tank;
  readonly air?: SpaceAir;
  /** Rain in the gauge that was not reported yet, mm. */
  caughtMm: number;
};

/** Every site of the city, moved on together. */
export type Field = {
  /** By facility id, in the order of the plan. */
  readonly sites: ReadonlyMap<string, Site>;
  /** Model time, s. */
  nowS(): number;
  /** A storm breaks now. */
  rain(storm: Omit<Storm, 'startS'>): void;
  /** Moves every model on by `seconds` of model time. */
  step(seconds: number): void;
  /** What the device at a facility shows, by channel; reading a rain gauge empties it. */
  read(facility: string): Record<string, number>;
};

const AIR_GASES: Partial<Record<FacilityPlan['kind'], readonly AirGas[]>> = {
  'utility-tunnel': ['o2', 'co'],
  manhole: ['h2s', 'o2'],
  tank: ['nh3'],
  'hazchem-plant': ['cl2'],
};
const WITH_METHANE: readonly FacilityPlan['kind'][] = [
  'gas-valve-well',
  'adjacent-space',
  'gas-station',
  'utility-tunnel',
  'manhole',
  'hazchem-plant',
];

/** The plan's sites at rest; what their sensors' noise will be follows from the seed. */
export function createField(plan: CityPlan, seed: number): Field {
  const randoms = new Map(plan.facilities.map(({ id }) => [id, randomOf(seed, `sensors of ${id}`)]));
  const sites = new Map(plan.facilities.map((one) => [one.id, createSite(one, randomOf(seed, one.id))]));
  let storms: Storm[] = [];
  let nowS = 0;
  return {
    sites,
    nowS: () => nowS,
    rain(storm) {
      storms = [...storms.filter((old) => nowS - old.startS < 86_400), { ...storm, startS: nowS }];
    },
    step(seconds) {
      nowS += seconds;
      for (const site of sites.values()) stepSite(site, storms, nowS, seconds);
    },
    read(id) {
      const site = sites.get(id);
      const random = randoms.get(id);
      if (site === undefined || random === undefined) throw new Error(`the city has no facility ${id}`);
      return readSite(site, random);
    },
  };
}

function createSite(facility: FacilityPlan, random: Random): Site {
  const { kind, attributes } = facility;
  return {
    facility,
    caughtMm: 0,
    ...(WITH_METHANE.includes(kind) ? { well: createGasWell(random) } : {}),
    ...(kind === 'underpass' ? { underpass: createUnderpass(random) } : {}),
    ...(kind === 'tank' ? { tank: createTank(random) } : {}),
    ...(AIR_GASES[kind] === undefined ? {} : { air: createSpaceAir() }),
    ...(kind === 'manhole'
      ? {
          sewer: createSewer({
            invertLevelM: attributes['invertLevelM'] ?? 0,
            diameterM: attributes['diameterM'] ?? 0,
            coverLevelM: attributes['coverLevelM'] ?? 0,
          }),
        }
      : {}),
  };
}

function stepSite(site: Site, storms: readonly Storm[], nowS: number, seconds: number): void {
  const { facility, well, underpass, sewer, tank, air } = site;
  const rain = storms.reduce((sum, storm) => sum + rainAt(storm, nowS, facility.location), 0);
  if (well !== undefined) stepGasWell(well, seconds);
  if (underpass !== undefined) stepUnderpass(underpass, rain, seconds);
  if (sewer !== undefined) stepSewer(sewer, rain, seconds);
  if (tank !== undefined) stepTank(tank, seconds);
  if (air !== undefined) stepSpaceAir(air, seconds);
  if (facility.kind === 'rain-gauge') site.caughtMm += (rain * seconds) / 3_600;
}

function readSite(site: Site, random: Random): Record<string, number> {
  const { facility, well, underpass, sewer, tank, air } = site;
  const { kind } = facility;
  const values: Record<string, number> = {};
  if (well !== undefined) values['ch4'] = methaneReading(well, random);
  if (kind === 'gas-valve-well' || kind === 'adjacent-space') values['battery'] = 91 + random.below(2);
  if (underpass !== undefined) {
    values['depth'] = pondingReading(underpass, random);
    values['pump'] = underpass.pumpOn ? 1 : 0;
  }
  if (sewer !== undefined) values['level'] = sewerReading(sewer, random);
  if (tank !== undefined) values['level'] = tankReading(tank, random);
  for (const gas of AIR_GASES[kind] ?? []) {
    if (air !== undefined) values[gas] = airReading(air, gas, random);
  }
  if (kind === 'rain-gauge') {
    const { reportedMm, leftMm } = readGauge(site.caughtMm);
    site.caughtMm = leftMm;
    values['rain'] = reportedMm;
  }
  return values;
}
