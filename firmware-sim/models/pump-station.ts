/**
 * A sewage pump station: water gathers in the forebay, two pumps are commanded by its level and take it out. A pump
 * that has failed is commanded all the same, but neither runs nor draws current.
 */
export type Pump = { commanded: boolean; running: boolean; failed: boolean };

/** Levels in m above the forebay's floor. */
export type PumpStation = {
  levelM: number;
  readonly pumps: readonly [Pump, Pump];
};

/** What the operator has set; alarm limits lie outside. */
export const START_M: readonly [number, number] = [2, 2.5];
export const STOP_M = 1;
/** Limits of the forebay for the registry, m. */
export const FOREBAY = {
  forebayLowLowM: 0.3,
  forebayLowM: 0.6,
  forebayHighM: 3,
  forebayHighHighM: 3.6,
} as const;

const FOREBAY_M2 = 60;
const DEPTH_M = 4.5;
const DRY_M3_PER_HOUR = 200;
const CATCHMENT_M2 = 12_000;
const PUMP_M3_PER_HOUR = 700;
/** Current of a running pump, for the registry too, A. */
export const RATED_A = 86;

/** Pumps at rest, the forebay between stop and start. */
export const createPumpStation = (levelM: number): PumpStation => ({
  levelM,
  pumps: [
    { commanded: false, running: false, failed: false },
    { commanded: false, running: false, failed: false },
  ],
});

/** Moves the station on by `seconds` under `rainMmPerHour`; above the forebay's rim the sewer holds the rest. */
export function stepPumpStation(station: PumpStation, rainMmPerHour: number, seconds: number): void {
  station.pumps.forEach((pump, order) => {
    if (station.levelM >= (START_M[order] ?? DEPTH_M)) pump.commanded = true;
    else if (station.levelM <= STOP_M) pump.commanded = false;
    pump.running = pump.commanded && !pump.failed;
  });
  const inflow = DRY_M3_PER_HOUR + (rainMmPerHour / 1_000) * CATCHMENT_M2;
  const pumped = station.pumps.filter(({ running }) => running).length * PUMP_M3_PER_HOUR;
  const level = station.levelM + ((inflow - pumped) * seconds) / 3_600 / FOREBAY_M2;
  station.levelM = Math.min(DEPTH_M, Math.max(0, level));
}

/** Current of one pump, A. */
export const currentOf = ({ running }: Pump): number => (running ? RATED_A : 0);
/** What leaves the station, m3/h. */
export const outflowOf = ({ pumps }: PumpStation): number =>
  pumps.filter(({ running }) => running).length * PUMP_M3_PER_HOUR;
