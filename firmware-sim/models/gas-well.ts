/**
 * Methane in a closed space as a well-mixed box: dC/dt = (q (1 - C) - Q C) / V, with leak q, ventilation Q and volume V.
 * With q = 0.05 m3/h, Q = 0.2 m3/h, V = 3 m3 it reaches 1 vol% after 36.9 min and settles at 20 vol%.
 */
import type { Random } from '../random.ts';

/** A closed space and the gas in it. */
export type GasWell = {
  /** Volume fraction of methane, 0 to 1. */
  fraction: number;
  /** Leak into the well, m3/h; 0 when tight. */
  leakM3PerHour: number;
  /** Blower of a crew that airs the well, m3/h; 0 when nobody is there. */
  blowerM3PerHour: number;
  readonly ventilationM3PerHour: number;
  readonly volumeM3: number;
  /** Steady trace of sewage biogas, volume fraction. */
  readonly background: number;
};

/** A tight well of 2 to 5 m3 without gas. */
export const createGasWell = (random: Random): GasWell => ({
  fraction: 0,
  leakM3PerHour: 0,
  blowerM3PerHour: 0,
  ventilationM3PerHour: 0.15 + random.next() * 0.2,
  volumeM3: 2 + random.next() * 3,
  background: random.next() * 0.0008,
});

/** Moves the well on by `seconds`; exact for a constant leak over the step. */
export function stepGasWell(well: GasWell, seconds: number): void {
  const q = well.leakM3PerHour;
  const ventilation = well.ventilationM3PerHour + well.blowerM3PerHour;
  if (q + ventilation === 0) return;
  const settled = q / (q + ventilation);
  const decay = Math.exp((-(q + ventilation) * seconds) / 3_600 / well.volumeM3);
  well.fraction = settled + (well.fraction - settled) * decay;
}

/** The leak, m3/h, that brings the well from where it is to `fraction` within `seconds`. */
export function leakReaching(well: GasWell, fraction: number, seconds: number): number {
  let low = 0;
  let high = 1_000;
  for (let halving = 0; halving < 60; halving += 1) {
    const middle = (low + high) / 2;
    const tried = { ...well, leakM3PerHour: middle };
    stepGasWell(tried, seconds);
    if (tried.fraction < fraction) low = middle;
    else high = middle;
  }
  return high;
}

/** The leak, m3/h, that keeps the well where it is. */
export const leakHolding = (well: GasWell): number =>
  (well.fraction * well.ventilationM3PerHour) / (1 - well.fraction);

/** What the sensor shows, vol%, with its noise, to two decimals. */
export function methaneReading(well: GasWell, random: Random): number {
  const volPercent = (well.fraction + well.background) * 100 + random.noise(0.008);
  return Math.round(Math.max(0, volPercent) * 100) / 100;
}
