/**
 * A manhole on a rain sewer: the street's runoff fills the pipe, which carries away what its fill lets through; when
 * the pipe is full the water backs up in the shaft, at last out of the cover.
 */
import type { Random } from '../random.ts';

/** One manhole; levels in m above datum. */
export type Sewer = {
  /** Water in pipe and shaft above the dry-weather flow, m3. */
  volumeM3: number;
  readonly invertLevelM: number;
  readonly diameterM: number;
  readonly coverLevelM: number;
};

/** A sewer in dry weather. */
export const createSewer = (levels: Omit<Sewer, 'volumeM3'>): Sewer => ({ volumeM3: 0, ...levels });

const CATCHMENT_M2 = 60_000;
const RUNOFF = 0.7;
const FULL_FLOW_M3_PER_HOUR = 1_800;
const PIPE_M3 = 300;
/** Plan area that fills when the pipe is full (shafts and inlets around), m2. */
const SHAFT_M2 = 60;
/** Depth of the dry-weather flow, as a share of the diameter. */
const DRY_FILL = 0.15;

/** Moves the sewer on by `seconds` under `rainMmPerHour`; what rises above the cover is lost to the street. */
export function stepSewer(sewer: Sewer, rainMmPerHour: number, seconds: number): void {
  const inflow = (rainMmPerHour / 1_000) * CATCHMENT_M2 * RUNOFF;
  const outflow = FULL_FLOW_M3_PER_HOUR * Math.min(1, sewer.volumeM3 / (PIPE_M3 / 2));
  const spaceM3 = PIPE_M3 + SHAFT_M2 * (sewer.coverLevelM - sewer.invertLevelM - sewer.diameterM);
  const volume = sewer.volumeM3 + ((inflow - outflow) * seconds) / 3_600;
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
