/**
 * Whether a facility may stand where somebody put it. The platform has no surveyed boundaries: a place must lie within
 * the city's bounds (catalogue/city.json), and may be farther from its own district's seat than from the nearest seat by
 * 25 km at most, which no place inside a district is.
 */
import cityJson from './catalogue/city.json' with { type: 'json' };
import type { Area, Facility } from './registry.ts';

type Location = Facility['location'];

/** A district's or county's seat; WGS 84 degrees. */
export const SEATS: readonly (Location & { readonly area: string; readonly name: string })[] = cityJson.seats;
/** West, south, east and north of the whole city. */
export const CITY_BOUNDS: Readonly<Record<'west' | 'south' | 'east' | 'north', number>> = cityJson.bounds;
const STRAY_MAX_KM = 25;
const KM_PER_DEGREE = 111.2;

export type PlacingFault =
  | { readonly code: 'outside-city'; readonly detail: string }
  | { readonly code: 'far-from-area'; readonly detail: string };

/** Null where nothing speaks against it; a district without a known seat is only held to the city's bounds. */
export function placingFault(
  location: Location,
  area: string,
  areas: ReadonlyMap<string, Pick<Area, 'parent' | 'name'>>,
): PlacingFault | null {
  const { west, south, east, north } = CITY_BOUNDS;
  const { lon, lat } = location;
  if (lon < west || lon > east || lat < south || lat > north) {
    const bounds = `${west} to ${east} east, ${south} to ${north} north`;
    return { code: 'outside-city', detail: `${lon.toFixed(5)}, ${lat.toFixed(5)} is outside ${bounds}` };
  }
  const own = seatOf(area, areas);
  if (own === undefined) return null;
  const ownKm = distanceKm(location, own);
  const nearest = SEATS.reduce((best, seat) =>
    distanceKm(location, seat) < distanceKm(location, best) ? seat : best,
  );
  if (ownKm - distanceKm(location, nearest) <= STRAY_MAX_KM) return null;
  return {
    code: 'far-from-area',
    detail: `${ownKm.toFixed(0)} km from the seat of ${own.name}, at ${nearest.name}`,
  };
}

function seatOf(area: string, areas: ReadonlyMap<string, Pick<Area, 'parent'>>) {
  for (let above: string | undefined = area; above !== undefined; above = areas.get(above)?.parent) {
    const seat = SEATS.find((one) => one.area === above);
    if (seat !== undefined) return seat;
  }
  return undefined;
}

/** Flat earth: good to a part in a hundred over a city. */
function distanceKm(a: Location, b: Location): number {
  const east = (a.lon - b.lon) * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(a.lat - b.lat, east) * KM_PER_DEGREE;
}
