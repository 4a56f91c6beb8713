/** The sensors of the simulated city: their models, moved on step by step, and what each would report now. */
import { type CityPlan, EAST_LON, type FacilityPlan, WEST_LON } from './city-plan.ts';
import { createGasWell, type GasWell, methaneReading, stepGasWell } from './models/gas-well.ts';
import { createStorm, rainAt, type Storm } from './models/rain.ts';
import { createUnderpass, ponding, stepUnderpass, type Underpass } from './models/underpass.ts';
import type { Random } from './random.ts';

export type Reading = {
  readonly gateway: string;
  readonly device: string;
  readonly values: Record<string, number>;
};

export type Field = {
  readonly storm: Storm;
  readonly wells: ReadonlyMap<string, GasWell>;
  readonly underpasses: ReadonlyMap<string, Underpass>;
  /** Tank level per facility, % of safe fill; filled by `tankRates`, % a model hour. */
  readonly tankLevels: Map<string, number>;
  readonly tankRates: Map<string, number>;
  /** Moves every model on by `seconds` of model time. */
  step(seconds: number): void;
  /** What every sensor shows; rain gauges and their counters are read out and start again. */
  read(): Reading[];
};

export function createField(plan: CityPlan, random: Random): Field {
  const wells = new Map<string, GasWell>();
  const underpasses = new Map<string, Underpass>();
  const gauges = new Map<string, number>();
  const tankLevels = new Map<string, number>();
  const tankRates = new Map<string, number>();
  const storm = createStorm();
  let nowS = 0;
  for (const { id, kind } of plan.facilities) {
    if (kind === 'gas-valve-well' || kind === 'adjacent-space') wells.set(id, createGasWell(random));
    if (kind === 'underpass') underpasses.set(id, createUnderpass(random));
    if (kind === 'rain-gauge') gauges.set(id, 0);
    if (kind === 'tank') tankLevels.set(id, 40 + random.next() * 30);
  }

  function stepOne(facility: FacilityPlan, seconds: number): void {
    const rain = rainAt(storm, nowS, (facility.location.lon - WEST_LON) / (EAST_LON - WEST_LON));
    const well = wells.get(facility.id);
    const underpass = underpasses.get(facility.id);
    const fallen = gauges.get(facility.id);
    const level = tankLevels.get(facility.id);
    if (well !== undefined) stepGasWell(well, seconds);
    if (underpass !== undefined) stepUnderpass(underpass, rain, seconds);
    if (fallen !== undefined) gauges.set(facility.id, fallen + (rain * seconds) / 3_600);
    if (level !== undefined) {
      const rate = tankRates.get(facility.id) ?? 0;
      tankLevels.set(facility.id, Math.min(100, Math.max(5, level + (rate * seconds) / 3_600)));
    }
  }

  function valuesOf({ id }: FacilityPlan): Record<string, number> {
    const well = wells.get(id);
    if (well !== undefined) return { ch4: methaneReading(well, random), battery: 92 };
    const underpass = underpasses.get(id);
    if (underpass !== undefined) return { depth: ponding(underpass, random), pump: underpass.pumpOn ? 1 : 0 };
    const fallen = gauges.get(id);
    if (fallen !== undefined) {
      const tips = Math.floor(fallen / 0.2) * 0.2;
      gauges.set(id, fallen - tips);
      return { rain: Math.round(tips * 10) / 10 };
    }
    return { level: Math.round(((tankLevels.get(id) ?? 0) + random.noise(0.05)) * 10) / 10 };
  }

  return {
    storm,
    wells,
    underpasses,
    tankLevels,
    tankRates,
    step(seconds) {
      nowS += seconds;
      for (const facility of plan.facilities) stepOne(facility, seconds);
      if (storm.startS === Number.POSITIVE_INFINITY) storm.startS = nowS;
    },
    read: () =>
      plan.facilities.map((facility) => ({
        gateway: `GW-${facility.id}`,
        device: `D-${facility.id}`,
        values: valuesOf(facility),
      })),
  };
}

/** Starts the storm with the next step. */
export function beginStorm(field: Field): void {
  field.storm.startS = Number.POSITIVE_INFINITY;
}
