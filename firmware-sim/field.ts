/** The sensors of the simulated city: their models, moved on step by step, and what each would report now. */
import type { CityPlan } from './city-plan.ts';
import { createGasMain, stepGasMain } from './models/gas-main.ts';
import { createHeatNetwork, stepHeatNetwork } from './models/heat-network.ts';
import { FALL_S, rainAt, RISE_S, type Storm, wayS } from './models/rain.ts';
import { randomOf } from './random.ts';
import { readBox } from './readings.ts';
import { createSite, mainKmOf, type Networks, type Site, stepSite } from './site.ts';

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
  /** What one device shows, by channel; reading a rain gauge empties it. Throws for a device nobody planned. */
  read(device: string): Record<string, number>;
};

/** The hour at which every play begins. */
const START_HOUR = 7;
/** Beyond the last station the main goes on a little, km. */
const MAIN_END_KM = 1;

/** The plan's sites at rest; what their sensors' noise will be follows from the seed. */
export function createField(plan: CityPlan, seed: number): Field {
  const networks = networksOf(plan);
  const sites = new Map<string, Site>();
  for (const facility of plan.facilities) {
    const own = networks.get(facility.area);
    if (own !== undefined) sites.set(facility.id, createSite(facility, own, randomOf(seed, facility.id)));
  }
  const boxes = new Map(
    plan.devices.map(({ id, facility }) => [
      id,
      { facility, suffix: id.slice(`D-${facility}`.length), random: randomOf(seed, `sensors of ${id}`) },
    ]),
  );
  let storms: Storm[] = [];
  let nowS = 0;
  return {
    sites,
    nowS: () => nowS,
    rain(storm) {
      storms.push({ ...storm, startS: nowS });
    },
    step(seconds) {
      nowS += seconds;
      storms = storms.filter((storm) => nowS - storm.startS < RISE_S + wayS(storm) + FALL_S);
      const rain = (place: { lat: number; lon: number }): number =>
        storms.reduce((sum, storm) => sum + rainAt(storm, nowS, place), 0);
      const hour = (START_HOUR + nowS / 3_600) % 24;
      for (const { heat, gas } of networks.values()) {
        stepHeatNetwork(heat, seconds);
        stepGasMain(gas, hour, seconds);
      }
      for (const site of sites.values()) stepSite(site, rain, seconds);
    },
    read(device) {
      const box = boxes.get(device);
      const site = box === undefined ? undefined : sites.get(box.facility);
      if (box === undefined || site === undefined) throw new Error(`the city has no device ${device}`);
      return readBox(site, box.suffix, box.random);
    },
  };
}

function networksOf(plan: CityPlan): ReadonlyMap<string, Networks> {
  const lengths = new Map<string, number>();
  for (const facility of plan.facilities) {
    lengths.set(facility.area, Math.max(lengths.get(facility.area) ?? 0, mainKmOf(facility)));
  }
  return new Map(
    [...lengths].map(([area, km]) => [
      area,
      { heat: createHeatNetwork(km + MAIN_END_KM), gas: createGasMain() },
    ]),
  );
}
