/**
 * The medium-pressure gas network of one county: a regulator holds the outlet pressure of the station, use follows the
 * hours of the day, and pressure falls along the main with the square of the flow.
 */
export type GasMain = {
  /** Pressure behind the regulator, kPa; where it is heading follows from `regulatorShare`. */
  outletKpa: number;
  /** 1 when the regulator works; above 1 it lets too much through. */
  regulatorShare: number;
  /** What escapes through a rupture, m3/h. */
  ruptureM3PerHour: number;
  useM3PerHour: number;
};

/** Operating pressures for the registry, kPa. */
export const OUTLET_KPA = 300;
export const INLET_KPA = 1_600;
const USE_M3_PER_HOUR = 2_000;
const FALL_KPA_PER_STEP = 1.2;
const REGULATING_S = 60;
/** Beyond this multiple of the mean use the regulator cannot hold: so much is lost for each further multiple. */
const REGULATOR_SHARE_MAX = 1.6;
const DROOP_SHARE = 0.25;

/** A network at its working point. */
export const createGasMain = (): GasMain => ({
  outletKpa: OUTLET_KPA,
  regulatorShare: 1,
  ruptureM3PerHour: 0,
  useM3PerHour: USE_M3_PER_HOUR,
});

/** Use by the hour of the day as a share of the mean: peaks at breakfast, lunch and supper. */
export function useShare(hour: number): number {
  const peak = (at: number, width: number): number => Math.exp(-(((hour - at) / width) ** 2));
  return 0.55 + 0.5 * peak(7, 1.5) + 0.6 * peak(11.7, 1.3) + 0.8 * peak(18.3, 1.8);
}

/** Moves the network on by `seconds`; `hour` of the day, 0 to 24. */
export function stepGasMain(main: GasMain, hour: number, seconds: number): void {
  main.useM3PerHour = USE_M3_PER_HOUR * useShare(hour);
  const droop = DROOP_SHARE * Math.max(0, stationFlow(main) / USE_M3_PER_HOUR - REGULATOR_SHARE_MAX);
  const target = OUTLET_KPA * main.regulatorShare * Math.max(0, 1 - droop);
  main.outletKpa = target + (main.outletKpa - target) * Math.exp(-seconds / REGULATING_S);
}

/** Pressure at the `step`-th measuring point along the main, kPa; the station itself is step 0. */
export function mainKpa(main: GasMain, step: number): number {
  const share = (main.useM3PerHour + main.ruptureM3PerHour) / USE_M3_PER_HOUR;
  return Math.max(0, main.outletKpa - FALL_KPA_PER_STEP * step * share ** 2);
}

/** Flow through the station, m3/h. */
export const stationFlow = ({ useM3PerHour, ruptureM3PerHour }: GasMain): number =>
  useM3PerHour + ruptureM3PerHour;
