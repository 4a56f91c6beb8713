/**
 * The air of a place where people work or enter: how foul it is (0 fresh, 1 as foul as a blocked sewer or a burst
 * flange makes it) moves towards its source with one time constant; every gas follows from it.
 */
import type { Random } from '../random.ts';

/** The air of one place. */
export type SpaceAir = {
  foulness: number;
  /** Where it is heading. */
  source: number;
};

/** Gases that are measured in it. */
export type AirGas = 'h2s' | 'o2' | 'co' | 'nh3' | 'cl2';

/** Fresh air. */
export const createSpaceAir = (): SpaceAir => ({ foulness: 0, source: 0 });

const TIME_CONSTANT_S = 300;
/** Reading in fresh air and in the foulest, with the sensor's noise: mg/m3, oxygen in vol%. */
const READINGS: Readonly<Record<AirGas, { fresh: number; foul: number; noise: number; decimals: number }>> = {
  h2s: { fresh: 1, foul: 36, noise: 0.15, decimals: 1 },
  o2: { fresh: 20.9, foul: 18.2, noise: 0.03, decimals: 1 },
  co: { fresh: 2, foul: 60, noise: 0.3, decimals: 1 },
  nh3: { fresh: 0.5, foul: 70, noise: 0.15, decimals: 1 },
  cl2: { fresh: 0.05, foul: 4, noise: 0.02, decimals: 2 },
};

/** Moves the air on by `seconds`; exact for a constant source. */
export function stepSpaceAir(air: SpaceAir, seconds: number): void {
  air.foulness = air.source + (air.foulness - air.source) * Math.exp(-seconds / TIME_CONSTANT_S);
}

/** What the sensor for `gas` shows. */
export function airReading(air: SpaceAir, gas: AirGas, random: Random): number {
  const { fresh, foul, noise, decimals } = READINGS[gas];
  const value = Math.max(0, fresh + (foul - fresh) * air.foulness + random.noise(noise));
  return Math.round(value * 10 ** decimals) / 10 ** decimals;
}
