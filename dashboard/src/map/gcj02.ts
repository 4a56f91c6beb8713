/**
 * GCJ-02, the shifted datum of some Chinese base maps. Everything is stored, computed and addressed in WGS 84 (CGCS 2000
 * differs by centimetres); only what is drawn over such a base is shifted, in one place, and what a person points at on
 * it is shifted back. Outside China the two are the same.
 */
import type { Place } from './sketch.ts';

const AXIS_M = 6_378_245;
const ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943;

/** WGS 84 to GCJ-02. */
export function toGcj02([lon, lat]: Place): Place {
  if (isAbroad(lon, lat)) return [lon, lat];
  const [east, north] = offsetOf(lon, lat);
  return [lon + east, lat + north];
}

/** GCJ-02 to WGS 84, to a tenth of a millimetre: the offset is a formula of the unshifted place, so it is sought. */
export function fromGcj02(shifted: Place): Place {
  let [lon, lat] = shifted;
  for (let i = 0; i < 8; i++) {
    const [x, y] = toGcj02([lon, lat]);
    lon += shifted[0] - x;
    lat += shifted[1] - y;
  }
  return [lon, lat];
}

const isAbroad = (lon: number, lat: number): boolean =>
  lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271;

/** Degrees east and north. */
function offsetOf(lon: number, lat: number): Place {
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
