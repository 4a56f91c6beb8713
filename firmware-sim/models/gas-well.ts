/**
 * Methane in a valve well as a well-mixed box: dC/dt = (q (1 - C) - Q C) / V, with leak q, ventilation Q and volume V.
 * With q = 0.05 m3/h, Q = 0.2 m3/h, V = 3 m3 it reaches 1 vol% after 36.9 min and settles at 20 vol%.
 */
import type { Random } from '../random.ts';

export type GasWell = {
  /** Volume fraction of methane, 0 to 1. */
  fraction: number;
  /** Leak into the well, m3/h; 0 when tight. */
  leakM3PerHour: number;
  readonly ventilationM3PerHour: number;
  readonly volumeM3: number;
  /** Steady trace of sewage biogas, volume fraction. */
  readonly background: number;
};

export const createGasWell = (random: Random): GasWell => ({
  fraction: 0,
  leakM3PerHour: 0,
  ventilationM3PerHour: 0.15 + random.next() * 0.2,
  volumeM3: 2 + random.next() * 3,
  background: random.next() * 0.0008,
});

/** Moves the well on by `seconds`; exact for a constant leak over the step. */
export function stepGasWell(well: GasWell, seconds: number): void {
  const { leakM3PerHour: q, ventilationM3PerHour: ventilation, volumeM3 } = well;
  const settled = q / (q + ventilation);
  const decay = Math.exp((-(q + ventilation) * seconds) / 3_600 / volumeM3);
  well.fraction = settled + (well.fraction - settled) * decay;
}

/** What the sensor shows, vol%, with its noise, to two decimals. */
export function methaneReading(well: GasWell, random: Random): number {
  const volPercent = (well.fraction + well.background) * 100 + random.noise(0.008);
  return Math.round(Math.max(0, volPercent) * 100) / 100;
}
