/** Who stands where: points by facility, and facilities around one. Derived from the registry when bindings change. */
import { cosine, METRES_PER_DEGREE, metresBetween } from './metres.ts';
import { along, networkOf } from './network-distance.ts';
import type { Facility, PointEntry, Registry } from '#domain/registry.ts';

export type Places = {
  /** Points in service at the facility, by id: the order of registration tells nothing. */
  pointsAt(facility: string): readonly PointEntry[];
  /** Facilities within `distanceM` of one, itself included, by id. */
  around(facility: string, distanceM: number): readonly string[];
  /** The same along edges of these kinds, in service, whatever their direction. */
  along(facility: string, distanceM: number, kinds: readonly string[]): readonly string[];
};

/** About 550 m of latitude a cell. */
const CELL_DEGREES = 0.005;

export function createPlaces(registry: Registry): Places {
  const pointsAt = memo((facility) => {
    const points: PointEntry[] = [];
    for (const device of devices().get(facility) ?? [])
      for (const index of registry.pointsOfDevice.get(device) ?? []) {
        const point = registry.pointsByIndex[index];
        if (point !== undefined && point.retired !== true) points.push(point);
      }
    return points.sort((a, b) => (a.id < b.id ? -1 : 1));
  });
  const devices = once(() => {
    const byFacility = new Map<string, string[]>();
    for (const { id, facility } of registry.devicesByIndex) {
      const known = byFacility.get(facility);
      if (known === undefined) byFacility.set(facility, [id]);
      else known.push(id);
    }
    return byFacility;
  });
  const grid = once(() => gridOf(registry));
  const networks = memo((kinds) => networkOf(registry, kinds.split(' ')));
  return {
    pointsAt,
    around(id, distanceM) {
      const centre = registry.facilities.get(id);
      return centre === undefined ? [] : aroundOf(grid(), centre, distanceM);
    },
    along: (id, distanceM, kinds) =>
      along(networks(kinds.join(' ')), id, distanceM).filter(
        (one) => registry.facilities.get(one)?.retired !== true,
      ),
  };
}

function gridOf(registry: Registry): ReadonlyMap<string, readonly Facility[]> {
  const cells = new Map<string, Facility[]>();
  for (const facility of registry.facilities.values()) {
    if (facility.retired === true) continue;
    const key = cellKey(cellOf(facility.location.lat), cellOf(facility.location.lon));
    const known = cells.get(key);
    if (known === undefined) cells.set(key, [facility]);
    else known.push(facility);
  }
  return cells;
}

function aroundOf(
  cells: ReadonlyMap<string, readonly Facility[]>,
  { location }: Facility,
  distanceM: number,
): string[] {
  const found: string[] = [];
  const latCells = Math.ceil(distanceM / METRES_PER_DEGREE / CELL_DEGREES);
  const lonCells = Math.ceil(latCells / Math.max(0.05, cosine(location.lat)));
  for (let lat = -latCells; lat <= latCells; lat += 1)
    for (let lon = -lonCells; lon <= lonCells; lon += 1)
      for (const one of cells.get(cellKey(cellOf(location.lat) + lat, cellOf(location.lon) + lon)) ?? [])
        if (metresBetween(location, one.location) <= distanceM) found.push(one.id);
  return found.sort();
}

const cellOf = (degrees: number): number => Math.floor(degrees / CELL_DEGREES);
const cellKey = (lat: number, lon: number): string => `${lat} ${lon}`;

function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function memo<T>(make: (key: string) => T): (key: string) => T {
  const made = new Map<string, T>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const fresh = make(key);
    made.set(key, fresh);
    return fresh;
  };
}
