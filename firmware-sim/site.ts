/** All that is simulated at one facility, and how it moves on. What a facility does not have is absent. */
import type { FacilityPlan, Location } from './city-plan.ts';
import { createCrowd, type Crowd, stepCrowd } from './models/crowd.ts';
import { createGasWell, type GasWell, stepGasWell } from './models/gas-well.ts';
import type { GasMain } from './models/gas-main.ts';
import type { HeatNetwork } from './models/heat-network.ts';
import { createHeatTrench, type HeatTrench, stepHeatTrench } from './models/heat-trench.ts';
import { createPower, type Power, stepPower } from './models/power.ts';
import {
  createPumpStation,
  type PumpStation,
  START_M,
  stepPumpStation,
  STOP_M,
} from './models/pump-station.ts';
import { createSewer, type Sewer, stepSewer } from './models/sewer.ts';
import { type AirGas, createSpaceAir, type SpaceAir, stepSpaceAir } from './models/space-air.ts';
import { createTank, stepTank, type Tank } from './models/tank.ts';
import { createLowPoint, createUnderpass, stepUnderpass, type Underpass } from './models/underpass.ts';
import type { Random } from './random.ts';

/** The networks of a county, shared by its sites. */
export type Networks = { readonly heat: HeatNetwork; readonly gas: GasMain };

export type Site = {
  readonly facility: FacilityPlan;
  readonly networks: Networks;
  readonly power: Power;
  readonly well?: GasWell;
  readonly underpass?: Underpass;
  readonly sewer?: Sewer;
  readonly pumping?: PumpStation;
  readonly tank?: Tank;
  readonly trench?: HeatTrench;
  readonly crowd?: Crowd;
  /** By detector: a plant has three, everything else at most one. */
  readonly airs: readonly SpaceAir[];
  /** Rain in the gauge that was not reported yet, mm. */
  caughtMm: number;
  /** Of the cover against its frame. */
  tiltDeg: number;
};

const DETECTORS_OF_PLANT = 3;
const WITH_METHANE: readonly FacilityPlan['kind'][] = [
  'gas-valve-well',
  'adjacent-space',
  'gas-station',
  'utility-tunnel',
  'manhole',
  'hazchem-plant',
];

/** Gases measured in the air of a place, beside methane. */
export function airGasesOf({ kind, attributes }: FacilityPlan): readonly AirGas[] {
  if (kind === 'utility-tunnel') return ['o2', 'co'];
  if (kind === 'manhole') return ['h2s', 'o2'];
  if (kind !== 'tank' && kind !== 'hazchem-plant') return [];
  const toxic = (['cl2', 'nh3', 'h2s', 'co'] as const).find((gas) => gas === attributes['toxicGas']);
  return toxic === undefined ? [] : [toxic];
}

/** A site at rest. */
export function createSite(facility: FacilityPlan, networks: Networks, random: Random): Site {
  const { kind, attributes } = facility;
  const metres = (name: string): number => Number(attributes[name] ?? 0);
  const airs = kind === 'hazchem-plant' ? DETECTORS_OF_PLANT : airGasesOf(facility).length > 0 ? 1 : 0;
  return {
    facility,
    networks,
    caughtMm: 0,
    tiltDeg: 1,
    airs: Array.from({ length: airs }, createSpaceAir),
    ...(WITH_METHANE.includes(kind) ? { well: createGasWell(random) } : {}),
    ...(kind === 'underpass' ? { underpass: createUnderpass(random) } : {}),
    ...(kind === 'road-low-point' ? { underpass: createLowPoint(random) } : {}),
    ...(kind === 'tank' ? { tank: createTank(random) } : {}),
    ...(kind === 'heat-trench' ? { trench: createHeatTrench() } : {}),
    ...(kind === 'hazchem-plant' ? { crowd: createCrowd() } : {}),
    ...(kind === 'pump-station'
      ? { pumping: createPumpStation(STOP_M + random.next() * (START_M[0] - STOP_M)) }
      : {}),
    ...(kind === 'manhole'
      ? {
          sewer: createSewer({
            invertLevelM: metres('invertLevelM'),
            diameterM: metres('diameterM'),
            coverLevelM: metres('coverLevelM'),
            catchmentM2: 25_000 + random.next() * 35_000,
          }),
        }
      : {}),
    power: createPower(random),
  };
}

/** Moves one site on by `seconds`. */
export function stepSite(site: Site, rainAt: (place: Location) => number, seconds: number): void {
  const { facility, networks, well, underpass, sewer, pumping, tank, trench, crowd, airs, power } = site;
  const rain = facility.lifeline === 'drainage' ? rainAt(facility.location) : 0;
  stepPower(power, seconds);
  if (well !== undefined) stepGasWell(well, seconds);
  if (underpass !== undefined) stepUnderpass(underpass, rain, seconds);
  if (sewer !== undefined) stepSewer(sewer, rain, seconds);
  if (pumping !== undefined) stepPumpStation(pumping, rain, seconds);
  if (tank !== undefined) stepTank(tank, seconds);
  if (trench !== undefined) stepHeatTrench(trench, leaksAt(networks.heat, mainKmOf(facility)), seconds);
  if (crowd !== undefined) stepCrowd(crowd, seconds);
  for (const air of airs) stepSpaceAir(air, seconds);
  if (facility.kind === 'rain-gauge') site.caughtMm += (rain * seconds) / 3_600;
}

/** Distance along the heat main from its source, km. */
export const mainKmOf = ({ attributes }: FacilityPlan): number => Number(attributes['mainKm'] ?? 0);

/** A measuring point notices a burst this near. */
const NEAR_KM = 0.8;
const leaksAt = (heat: HeatNetwork, km: number): boolean =>
  heat.burst !== null && Math.abs(heat.burst.atKm - km) <= NEAR_KM;
