/**
 * The shifted datums of Chinese maps. Everything is stored, computed and addressed in WGS 84 (CGCS 2000 differs by
 * centimetres and is taken as the same): what comes from a map in GCJ-02 or BD-09 is shifted back once, when it comes in.
 */

/** Degrees: longitude, latitude. */
export type LonLat = readonly [lon: number, lat: number];
/** What the places of a file are given in. */
export const DATUMS = ['wgs84', 'cgcs2000', 'gcj02', 'bd09'] as const;
export type Datum = (typeof DATUMS)[number];

/** WGS 84 of a place given in `datum`. */
export function toWgs84(datum: Datum, place: LonLat): LonLat {
  if (datum === 'gcj02') return fromGcj02(place);
  return datum === 'bd09' ? fromGcj02(gcj02OfBd09(place)) : place;
}

const AXIS_M = 6_378_245;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;

/** WGS 84 to GCJ-02; outside China the two are the same. */
export function toGcj02([lon, lat]: LonLat): LonLat {
  if (isAbroad(lon, lat)) return [lon, lat];
  const [east, north] = offsetOf(lon, lat);
  return [lon + east, lat + north];
}

/** GCJ-02 to WGS 84, to a tenth of a millimetre: the offset is a formula of the unshifted place, so it is sought. */
export function fromGcj02(shifted: LonLat): LonLat {
  let [lon, lat] = shifted;
  for (let i = 0; i < 8; i++) {
    const [x, y] = toGcj02([lon, lat]);
    lon += shifted[0] - x;
    lat += shifted[1] - y;
  }
  return [lon, lat];
}

const BD_TURN = (Math.PI * 3_000) / 180;

/** GCJ-02 to BD-09: farther from a fixed corner by a ripple, and turned by one. */
export function bd09OfGcj02([x, y]: LonLat): LonLat {
  const far = Math.hypot(x, y) + 0.000_02 * Math.sin(y * BD_TURN);
  const turned = Math.atan2(y, x) + 0.000_003 * Math.cos(x * BD_TURN);
  return [far * Math.cos(turned) + 0.006_5, far * Math.sin(turned) + 0.006];
}

/** BD-09 to GCJ-02, sought as above. */
function gcj02OfBd09(shifted: LonLat): LonLat {
  let [lon, lat] = [shifted[0] - 0.006_5, shifted[1] - 0.006];
  for (let i = 0; i < 8; i++) {
    const [x, y] = bd09OfGcj02([lon, lat]);
    lon += shifted[0] - x;
    lat += shifted[1] - y;
  }
  return [lon, lat];
}

const isAbroad = (lon: number, lat: number): boolean =>
  lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271;

/** Degrees east and north. */
function offsetOf(lon: number, lat: number): LonLat {
  const [x, y] = [lon - 105, lat - 35];
  const sine = (value: number) => Math.sin(value * Math.PI);
  const common = 20 * sine(6 * x) + 20 * sine(2 * x);
  const root = Math.sqrt(Math.abs(x));
  const eastM =
    300 +
    x +
    2 * y +
    0.1 * x * x +
    0.1 * x * y +
    0.1 * root +
    ((common + 20 * sine(x) + 40 * sine(x / 3) + 150 * sine(x / 12) + 300 * sine(x / 30)) * 2) / 3;
  const northM =
    -100 +
    2 * x +
    3 * y +
    0.2 * y * y +
    0.1 * x * y +
    0.2 * root +
    ((common + 20 * sine(y) + 40 * sine(y / 3) + 160 * sine(y / 12) + 320 * sine(y / 30)) * 2) / 3;
  const radians = (lat * Math.PI) / 180;
  const magic = 1 - ECCENTRICITY_SQUARED * Math.sin(radians) ** 2;
  const degrees = 180 / Math.PI;
  return [
    (eastM * degrees) / ((AXIS_M / Math.sqrt(magic)) * Math.cos(radians)),
    (northM * degrees) / ((AXIS_M * (1 - ECCENTRICITY_SQUARED)) / (magic * Math.sqrt(magic))),
  ];
}
