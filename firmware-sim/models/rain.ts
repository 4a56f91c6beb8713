/** A storm over one place: rises to its peak, falls off slowly, and thins out with the distance. */
export type Place = { readonly lat: number; readonly lon: number };

/** One storm; it stays where it broke, unless it moves. */
export type Storm = {
  /** Model time at which it begins, s. */
  readonly startS: number;
  readonly peakMmPerHour: number;
  readonly over: Place;
  /** Where its centre goes, and how fast: then it keeps its strength until it is there. */
  readonly towards?: { readonly place: Place; readonly kmPerHour: number };
};

/** From the first drop to the peak, s. */
export const RISE_S = 600;
/** From the peak to the last drop, s. */
export const FALL_S = 1_800;
/** Distance at which the rain has fallen to 61 % of the centre's, km. */
const SPREAD_KM = 7;
const KM_PER_DEGREE = 111.2;

/** Rain of `storm` at model time `nowS` at a place, mm/h. */
export function rainAt(storm: Storm, nowS: number, place: Place): number {
  const t = nowS - storm.startS;
  const onTheWayS = wayS(storm);
  if (t <= 0 || t >= RISE_S + onTheWayS + FALL_S) return 0;
  const falling = Math.max(0, t - RISE_S - onTheWayS);
  const strength = t < RISE_S ? t / RISE_S : (1 - falling / FALL_S) ** 2;
  const offKm = distanceKm(centreAt(storm, t), place);
  return storm.peakMmPerHour * strength * Math.exp(-((offKm / SPREAD_KM) ** 2) / 2);
}

/** How long a storm is on its way between its rise and its fall, s; 0 when it stays. */
export const wayS = ({ over, towards }: Storm): number =>
  towards === undefined ? 0 : (distanceKm(over, towards.place) / towards.kmPerHour) * 3_600;

/** Centre `t` seconds after the beginning; it moves off once it has risen. */
function centreAt(storm: Storm, t: number): Place {
  const { over, towards } = storm;
  const way = wayS(storm);
  if (towards === undefined || way === 0) return over;
  const share = Math.min(1, Math.max(0, (t - RISE_S) / way));
  const { place } = towards;
  return { lat: over.lat + (place.lat - over.lat) * share, lon: over.lon + (place.lon - over.lon) * share };
}

/** What a moving storm drops on a place under its centre's path, mm. */
export const passingMm = (peakMmPerHour: number, kmPerHour: number): number =>
  (peakMmPerHour * Math.sqrt(2 * Math.PI) * SPREAD_KM) / kmPerHour;

/** Rain that falls at the centre from beginning to end, mm. */
export const totalMm = (peakMmPerHour: number): number => (peakMmPerHour * (RISE_S / 2 + FALL_S / 3)) / 3_600;

function distanceKm(a: Place, b: Place): number {
  const north = (a.lat - b.lat) * KM_PER_DEGREE;
  const east = (a.lon - b.lon) * KM_PER_DEGREE * Math.cos((a.lat * Math.PI) / 180);
  return Math.hypot(north, east);
}

/** One bucket of a tipping-bucket gauge, mm. */
const TIP_MM = 0.2;

/** What a gauge that has caught `caughtMm` reports, mm, and what stays in its bucket. */
export function readGauge(caughtMm: number): { readonly reportedMm: number; readonly leftMm: number } {
  const tips = Math.floor(caughtMm / TIP_MM + 1e-9);
  return { reportedMm: Math.round(tips * TIP_MM * 10) / 10, leftMm: Math.max(0, caughtMm - tips * TIP_MM) };
}
