/** What a point with window rules remembers of its samples. */
import type { Timestamp } from '#domain/time.ts';

/** Recent samples of a point with window rules, in effective time, neighbours merged beyond the resolution. */
export type History = {
  readonly times: Timestamp[];
  readonly sums: number[];
  readonly counts: number[];
  readonly mins: number[];
  readonly maxs: number[];
  readonly keepMs: number;
  readonly resolutionMs: number;
  /** A running total (rain-total) is turned into increments; its last value, NaN before the first. */
  readonly total: boolean;
  lastTotal: number;
  /** Since when no gap longer than three report intervals occurred. */
  coveredFrom: Timestamp;
};
