/** A storm over the city: rises to its peak, falls off slowly, and moves from west to east. */
export type Storm = {
  /** Model time of the storm's start at the western edge, s; null when the sky is clear. */
  startS: number | null;
  readonly peakMmPerHour: number;
  readonly riseS: number;
  readonly fallS: number;
};

export const createStorm = (): Storm => ({ startS: null, peakMmPerHour: 110, riseS: 1_200, fallS: 4_800 });

/** Seconds the storm needs from the western to the eastern edge of the city. */
const CROSSING_S = 1_800;

/** Rain at model time `nowS`, mm/h, at a place `eastward` (0 west edge, 1 east edge). */
export function rainAt(storm: Storm, nowS: number, eastward: number): number {
  if (storm.startS === null) return 0;
  const t = nowS - storm.startS - eastward * CROSSING_S;
  if (t < 0) return 0;
  if (t < storm.riseS) return (storm.peakMmPerHour * t) / storm.riseS;
  const late = t - storm.riseS;
  return late < storm.fallS ? storm.peakMmPerHour * (1 - late / storm.fallS) ** 2 : 0;
}
