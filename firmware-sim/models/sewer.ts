/**
 * A manhole on a combined sewer: the street's runoff fills the pipe, which carries away what Manning's formula lets
 * through at its fill; when the pipe is full the water backs up in the shaft, at last out of the cover. A blockage
 * downstream leaves only a part of that flow.
 */
import type { Random } from '../random.ts';
import { flowShare, fullFlowM3PerS } from './manning.ts';

/** One manhole; levels in m above datum. */
export type Sewer = {
  /** Water in pipe and shaft above the dry-weather flow, m3. */
  volumeM3: number;
  /** Share of the flow that still passes: 1 when the pipe is free. */
  freeShare: number;
  readonly invertLevelM: number;
  readonly diameterM: number;
  readonly coverLevelM: number;
  readonly catchmentM2: number;
};

/** A free sewer in dry weather. */
export const createSewer = (built: Omit<Sewer, 'volumeM3' | 'freeShare'>): Sewer => ({
  volumeM3: 0,
  freeShare: 1,
  ...built,
});

const RUNOFF = 0.7;
const SLOPE = 0.0015;
const ROUGHNESS = 0.013;
const PIPE_M3 = 300;
/** Plan area that fills when the pipe is full (shafts and inlets around), m2. */
const SHAFT_M2 = 60;
/** Depth of the dry-weather flow, as a share of the diameter; it passes whenever the pipe is free. */
const DRY_FILL = 0.15;
const DRY_M3_PER_HOUR = 90;

/** Moves the sewer on by `seconds` under `rainMmPerHour`; what rises above the cover is lost to the street. */
export function stepSewer(sewer: Sewer, rainMmPerHour: number, seconds: number): void {
  const { diameterM, freeShare } = sewer;
  const full = fullFlowM3PerS({ diameterM, slope: SLOPE, roughness: ROUGHNESS }) * 3_600;
  const fill = Math.min(1, sewer.volumeM3 / PIPE_M3);
  const storm = (rainMmPerHour / 1_000) * sewer.catchmentM2 * RUNOFF;
  const kept = DRY_M3_PER_HOUR * (1 - freeShare);
  // A reach empties evenly below half its fill, where Manning's depth is that of its fullest place only.
  const outflow = full * freeShare * (fill < 0.5 ? fill : flowShare(fill));
  const spaceM3 = PIPE_M3 + SHAFT_M2 * (sewer.coverLevelM - sewer.invertLevelM - diameterM);
  const volume = sewer.volumeM3 + ((storm + kept - outflow) * seconds) / 3_600;
  sewer.volumeM3 = Math.min(spaceM3, Math.max(0, volume));
}

/** Water level, m above datum. */
export function sewerLevelM({ volumeM3, invertLevelM, diameterM }: Sewer): number {
  const fill = DRY_FILL + (1 - DRY_FILL) * Math.min(1, volumeM3 / PIPE_M3);
  return invertLevelM + fill * diameterM + Math.max(0, volumeM3 - PIPE_M3) / SHAFT_M2;
}

/** What the level gauge shows, m, to the centimetre. */
export const sewerReading = (sewer: Sewer, random: Random): number =>
  Math.round((sewerLevelM(sewer) + random.noise(0.003)) * 100) / 100;
