/** Reading stored measurements: one contract for the embedded store and InfluxDB. */
import type { Quality } from '../measurement.ts';
import type { Timestamp } from '../time.ts';

export type RawRow = {
  readonly time: Timestamp;
  readonly deviceTime: Timestamp | null;
  readonly receivedAt: Timestamp;
  /** Null when the sensor gave none. */
  readonly value: number | null;
  readonly quality: Quality;
};

/** Equal widths from `from`; empty buckets are left out; min, max, mean, last, count over values that are not bad. */
export type Bucket = {
  readonly from: Timestamp;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly last: number | null;
  readonly count: number;
  /** Worst quality in the bucket. */
  readonly quality: Quality;
};
