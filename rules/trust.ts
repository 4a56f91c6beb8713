/** What a sample is allowed to do, by its flags. */
import { FLAG, type Measurement } from '#domain/measurement.ts';

const DOUBT =
  FLAG.late |
  FLAG.future |
  FLAG.backfill |
  FLAG.approved |
  FLAG.outOfOrder |
  FLAG.valueUncertain |
  FLAG.sensorBad |
  FLAG.absurd |
  FLAG.overRange |
  FLAG.underRange;

/** It may make things look better: good, live, in order, in range and sure of itself. Its clock may be corrected. */
export const isTrusted = (m: Measurement): boolean => m.quality !== 'bad' && (m.flags & DOUBT) === 0;

/** The sensor is alive and measures, whatever it measures. */
export const isData = (m: Measurement): boolean =>
  m.quality !== 'bad' && (m.flags & (FLAG.sensorBad | FLAG.absurd)) === 0 && !Number.isNaN(m.value);

export const isInOrder = (m: Measurement): boolean => (m.flags & FLAG.outOfOrder) === 0;
