/** What the map draws of the registry, as GeoJSON. Values never come here: only where things are. */
import { edgeKindOf } from '#domain/catalogue.ts';
import type { Reach } from '#domain/edge-trace.ts';
import type { Edge, Facility } from '#domain/registry.ts';
import { lettersOf, lineClass } from './network-class.ts';
import type { Place } from './sketch.ts';

export type MapFeature = {
  readonly type: 'Feature';
  readonly id?: number;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  readonly geometry:
    | { readonly type: 'Point'; readonly coordinates: Place }
    | { readonly type: 'LineString'; readonly coordinates: readonly Place[] };
};
export type MapFeatures = { readonly type: 'FeatureCollection'; readonly features: readonly MapFeature[] };

export const NOTHING: MapFeatures = { type: 'FeatureCollection', features: [] };

/** Distance of a facility's points from its middle: apart at street level, one dot over the city. */
const RING_DEGREES = 0.00012;

/**
 * One feature a point, numbered by the point's permanent number, so that its level is one `setFeatureState`. Points of
 * one facility stand in a ring around it.
 */
export function pointFeatures(
  numbers: Readonly<Record<string, number>>,
  facilityOf: (device: string) => Facility | undefined,
  districtOf: (area: string) => string = (area) => area,
): MapFeatures {
  const placed = new Map<string, number>();
  const features: MapFeature[] = [];
  for (const [point, id] of Object.entries(numbers)) {
    const facility = facilityOf(point.slice(0, point.indexOf('/')));
    if (facility === undefined) continue;
    const nth = placed.get(facility.id) ?? 0;
    placed.set(facility.id, nth + 1);
    const { id: name, lifeline, kind, area } = facility;
    features.push({
      type: 'Feature',
      id,
      properties: { facility: name, lifeline, kind, district: districtOf(area) },
      geometry: { type: 'Point', coordinates: ringPlace(facility, nth) },
    });
  }
  return { type: 'FeatureCollection', features };
}

/** One feature a facility, for the names at street level. */
export const facilityFeatures = (
  facilities: Iterable<Facility>,
  districtOf: (area: string) => string,
): MapFeatures => ({
  type: 'FeatureCollection',
  features: [...facilities].map(({ id, name, code = '', lifeline, kind, area, location: { lon, lat } }) => ({
    type: 'Feature',
    properties: { facility: id, name, code, lifeline, kind, district: districtOf(area) },
    geometry: { type: 'Point', coordinates: [lon, lat] },
  })),
});

function ringPlace({ location: { lon, lat } }: Facility, nth: number): Place {
  if (nth === 0) return [lon, lat];
  const reach = RING_DEGREES * (1 + Math.floor((nth - 1) / 6));
  const angle = ((nth - 1) % 6) * (Math.PI / 3);
  return [lon + (reach * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + reach * Math.sin(angle)];
}

/** An edge runs along its path, or straight between its facilities; without either end known it is left out. */
export function edgeFeatures(
  edges: Iterable<Edge>,
  facilities: ReadonlyMap<string, Facility>,
  districtOf: (area: string) => string = (area) => area,
): MapFeatures {
  const features: MapFeature[] = [];
  for (const edge of edges) {
    const { id, kind, lifeline, from, to } = edge;
    const coordinates = wayOf(edge, facilities);
    if (coordinates.length < 2) continue;
    const district = (end: string) => districtOf(facilities.get(end)?.area ?? '');
    const properties = {
      ...{ edge: id, kind, lifeline, class: lineClass(kind), letters: lettersOf(kind, lifeline) },
      ...{ directed: edgeKindOf(kind)?.directed ?? false },
      ...{ 'from-district': district(from), 'to-district': district(to) },
    };
    features.push({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates } });
  }
  return { type: 'FeatureCollection', features };
}

function wayOf({ from, to, path }: Edge, facilities: ReadonlyMap<string, Facility>): readonly Place[] {
  if (path !== undefined && path.length >= 2) return path;
  return [facilities.get(from), facilities.get(to)].flatMap((facility): Place[] =>
    facility === undefined ? [] : [[facility.location.lon, facility.location.lat]],
  );
}

/** What a trace has reached: the edges walked and the facilities at their ends. */
export function reachFeatures(
  { edges: walked, facilities: reached }: Reach,
  edges: readonly Edge[],
  facilities: ReadonlyMap<string, Facility>,
): MapFeatures {
  const lines = edges.filter(({ id }) => walked.has(id)).map((edge) => wayOf(edge, facilities));
  const features: MapFeature[] = lines
    .filter((coordinates) => coordinates.length >= 2)
    .map((coordinates) => ({
      type: 'Feature',
      properties: {},
      geometry: { type: 'LineString', coordinates },
    }));
  for (const id of reached.keys()) {
    const location = facilities.get(id)?.location;
    if (location === undefined) continue;
    const coordinates: Place = [location.lon, location.lat];
    features.push({
      type: 'Feature',
      properties: { facility: id },
      geometry: { type: 'Point', coordinates },
    });
  }
  return { type: 'FeatureCollection', features };
}

/** One line through the places; fewer than two are none. */
export const lineFeatures = (coordinates: readonly Place[]): MapFeatures =>
  coordinates.length < 2
    ? NOTHING
    : {
        type: 'FeatureCollection',
        features: [{ type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } }],
      };
