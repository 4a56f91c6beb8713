/** What was read of one point for the trend page. */
import type { Alarm } from '#domain/alarm.ts';
import type { Bucket } from '#domain/contract/history.ts';

export type PointTrend = {
  readonly point: string;
  readonly buckets: readonly Bucket[];
  /** Distance of two buckets, ms; of raw rows, 0. */
  readonly widthMs: number;
  readonly raw: boolean;
  readonly alarms: readonly Alarm[];
  /** Why there is nothing; null when it was read. */
  readonly trouble: string | null;
};
