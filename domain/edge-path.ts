/** The way an edge runs: a list of places, longitude first, that begins and ends at its facilities. */
import type { Fail } from './registry-fields.ts';
import type { Facility } from './registry.ts';

type Location = Facility['location'];

/** Places of one path; a longer pipe is several edges. */
export const PATH_PLACES_MAX = 500;
/**
 * How far a path may end from its facility: a pipe ends at a fence, not at the middle of a plant. Below the 536 m by
 * which GCJ-02 lies off at Heze, so that a network in the wrong datum is refused.
 */
export const PATH_END_MAX_M = 400;

/** Reports `type`, `too-long` or `out-of-range` unless `value` is a list of two or more [lon, lat]. */
export function path(value: unknown, name: string, fail: Fail): void {
  if (!Array.isArray(value) || value.length < 2)
    return fail('type', `${name} must list two or more [lon, lat]`);
  if (value.length > PATH_PLACES_MAX)
    return fail('too-long', `${name} has more than ${PATH_PLACES_MAX} places`);
  if (!value.every(isPair)) return fail('type', `${name} must hold pairs of numbers, [lon, lat]`);
  const isOnEarth = ([lon, lat]: readonly [number, number]): boolean =>
    Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
  if (!value.every(isOnEarth)) fail('out-of-range', `${name} leaves the earth: longitude stands first`);
}

/** Reports `path-off` for an end that lies far from its facility. `given` has passed `path`. */
export function checkPathEnds(
  given: unknown,
  from: Location | undefined,
  to: Location | undefined,
  fail: Fail,
): void {
  if (!Array.isArray(given)) return;
  const check = (end: string, place: unknown, location: Location | undefined): void => {
    if (location === undefined || !isPair(place)) return;
    const offM = distanceM({ lon: place[0], lat: place[1] }, location);
    if (offM <= PATH_END_MAX_M) return;
    fail('path-off', `the path ${end} ${Math.round(offM)} m from its facility (at most ${PATH_END_MAX_M} m)`);
  };
  check('begins', given[0], from);
  check('ends', given.at(-1), to);
}

const isPair = (place: unknown): place is readonly [number, number] =>
  Array.isArray(place) && place.length === 2 && place.every((degrees) => Number.isFinite(degrees));

const M_PER_DEGREE = 111_200;

/** Flat earth: good to a part in a thousand over a city. */
function distanceM(a: Location, b: Location): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(a.lat - b.lat, east) * M_PER_DEGREE;
}
