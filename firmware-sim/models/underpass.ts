/**
 * Rain, ponding and a pump: runoff of the catchment flows to the low point, the pump takes out what it can, the rest
 * stands. Depth follows the stored volume over a bowl whose area grows with depth.
 */
import type { Random } from '../random.ts';

/** A low point of a road under a railway. */
export type Underpass = {
  /** Water standing at the low point, m3. */
  volumeM3: number;
  pumpOn: boolean;
  pumpFailed: boolean;
  readonly catchmentM2: number;
  readonly pumpM3PerHour: number;
  /** Area of the water table per metre of depth, m2/m. */
  readonly bowlM2PerM: number;
};

/** Share of the rain that runs off a sealed street. */
const RUNOFF = 0.85;

/** A dry low point of an open road: its gullies take what they can, as a small pump would. */
export function createLowPoint(random: Random): Underpass {
  const catchmentM2 = 7_000 + random.next() * 4_000;
  const gulliesMmPerHour = 30 + random.next() * 40;
  return {
    volumeM3: 0,
    pumpOn: false,
    pumpFailed: false,
    catchmentM2,
    pumpM3PerHour: (gulliesMmPerHour / 1_000) * catchmentM2 * RUNOFF,
    bowlM2PerM: 6_000 + random.next() * 3_000,
  };
}

/** A dry underpass whose pump is at rest. */
export const createUnderpass = (random: Random): Underpass => ({
  volumeM3: 0,
  pumpOn: false,
  pumpFailed: false,
  catchmentM2: 15_000 + random.next() * 6_000,
  pumpM3PerHour: 1_100 + random.next() * 500,
  bowlM2PerM: 2_500 + random.next() * 1_000,
});

const PUMP_START_M = 0.015;
const PUMP_STOP_M = 0.005;
/** Share of the standing water that seeps and drains away by itself in an hour. */
const SEEPING_PER_HOUR = 0.3;

/** Moves the underpass on by `seconds` under `rainMmPerHour`. */
export function stepUnderpass(underpass: Underpass, rainMmPerHour: number, seconds: number): void {
  const hours = seconds / 3_600;
  const depth = depthM(underpass);
  if (underpass.pumpFailed || depth < PUMP_STOP_M) underpass.pumpOn = false;
  else if (depth > PUMP_START_M) underpass.pumpOn = true;
  const inflow = (rainMmPerHour / 1_000) * underpass.catchmentM2 * RUNOFF * hours;
  const pumped = underpass.pumpOn ? underpass.pumpM3PerHour * hours : 0;
  const seeped = underpass.volumeM3 * (1 - Math.exp(-SEEPING_PER_HOUR * hours));
  underpass.volumeM3 = Math.max(0, underpass.volumeM3 + inflow - pumped - seeped);
}

/** Depth at the lowest point, m: volume = bowl x depth^2 / 2. */
export const depthM = (underpass: Underpass): number =>
  Math.sqrt((2 * underpass.volumeM3) / underpass.bowlM2PerM);

/** What the level gauge shows, cm, to one decimal. */
export function pondingReading(underpass: Underpass, random: Random): number {
  const cm = depthM(underpass) * 100;
  const noise = random.noise(0.1);
  return Math.round(Math.max(0, cm < 0.5 ? 0 : cm + noise) * 10) / 10;
}
