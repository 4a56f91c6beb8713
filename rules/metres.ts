/** Distances on a flat earth. */
import type { Facility } from '#domain/registry.ts';

type Location = Facility['location'];

export const METRES_PER_DEGREE = 111_320;

/** Flat-earth distance: exact to a per mille over the few kilometres that matter here. */
export function metresBetween(a: Location, b: Location): number {
  const north = (a.lat - b.lat) * METRES_PER_DEGREE;
  const east = (a.lon - b.lon) * METRES_PER_DEGREE * cosine((a.lat + b.lat) / 2);
  return Math.sqrt(north * north + east * east);
}

/** Of an angle in degrees. */
export const cosine = (degrees: number): number => Math.cos((degrees * Math.PI) / 180);
