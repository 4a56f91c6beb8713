/**
 * Manning's formula for a circular pipe that flows under gravity: theta = 2 acos(1 - 2 h/D), A = D2/8 (theta - sin theta),
 * P = D theta / 2, Q = A (A/P)^(2/3) sqrt(S) / n. Above h/D = 0.938 the flow falls off again, to that of the full pipe.
 */
export type Pipe = {
  readonly diameterM: number;
  /** Fall per metre of length. */
  readonly slope: number;
  /** Manning's n: 0.013 for concrete. */
  readonly roughness: number;
};

/** Flow of the full pipe, m3/s. */
export function fullFlowM3PerS({ diameterM, slope, roughness }: Pipe): number {
  const area = (Math.PI * diameterM ** 2) / 4;
  return (area * (diameterM / 4) ** (2 / 3) * Math.sqrt(slope)) / roughness;
}

/** Flow at depth/diameter `fill` (0 to 1), as a share of the full pipe's. */
export function flowShare(fill: number): number {
  if (fill <= 0) return 0;
  const theta = 2 * Math.acos(1 - 2 * Math.min(1, fill));
  const areaShare = (theta - Math.sin(theta)) / (2 * Math.PI);
  const radiusShare = (theta - Math.sin(theta)) / theta;
  return areaShare * radiusShare ** (2 / 3);
}
