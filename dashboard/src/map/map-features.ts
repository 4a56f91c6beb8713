/** What the map draws of the registry, as GeoJSON. Values never come here: only where things are. */
import type { Edge, Facility } from '#domain/registry.ts';
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
): MapFeatures {
  const placed = new Map<string, number>();
  const features: MapFeature[] = [];
  for (const [point, id] of Object.entries(numbers)) {
    const facility = facilityOf(point.slice(0, point.indexOf('/')));
    if (facility === undefined) continue;
    const nth = placed.get(facility.id) ?? 0;
    placed.set(facility.id, nth + 1);
    const { id: name, lifeline, kind } = facility;
    features.push({
      type: 'Feature',
      id,
      properties: { facility: name, lifeline, kind },
      geometry: { type: 'Point', coordinates: ringPlace(facility, nth) },
    });
  }
  return { type: 'FeatureCollection', features };
}

function ringPlace({ location: { lon, lat } }: Facility, nth: number): Place {
  if (nth === 0) return [lon, lat];
  const reach = RING_DEGREES * (1 + Math.floor((nth - 1) / 6));
  const angle = ((nth - 1) % 6) * (Math.PI / 3);
  return [lon + (reach * Math.cos(angle)) / Math.cos((lat * Math.PI) / 180), lat + reach * Math.sin(angle)];
}

/** How a network is drawn: where the medium flows, where it branches, or merely what belongs together. */
export const LINE_CLASSES = ['main', 'branch', 'relation'] as const;
export type LineClass = (typeof LINE_CLASSES)[number];
const RELATIONS: readonly string[] = ['adjacent', 'gauge-of', 'power-feed'];

export const lineClass = (kind: string): LineClass =>
  RELATIONS.includes(kind) ? 'relation' : /branch|secondary|process/.test(kind) ? 'branch' : 'main';

/** An edge runs along its path, or straight between its facilities; without either end known it is left out. */
export function edgeFeatures(edges: Iterable<Edge>, facilities: ReadonlyMap<string, Facility>): MapFeatures {
  const features: MapFeature[] = [];
  for (const { kind, lifeline, from, to, path } of edges) {
    const ends = [facilities.get(from), facilities.get(to)].flatMap((facility): Place[] =>
      facility === undefined ? [] : [[facility.location.lon, facility.location.lat]],
    );
    const coordinates: readonly Place[] = path === undefined || path.length < 2 ? ends : path;
    if (coordinates.length < 2) continue;
    const properties = { kind, lifeline, class: lineClass(kind) };
    features.push({ type: 'Feature', properties, geometry: { type: 'LineString', coordinates } });
  }
  return { type: 'FeatureCollection', features };
}
