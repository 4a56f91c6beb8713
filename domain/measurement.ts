import type { Timestamp } from './time.ts';

export type Quality = 'good' | 'uncertain' | 'bad';

/** Why a measurement is not plain; a bit field, stored with it. */
export const FLAG = {
  /** The record had no time: arrival stands in. */
  timeArrival: 1,
  /** The gateway's steady clock offset was added (invariant 6). */
  timeOffset: 2,
  /** Another value of this point held this millisecond: moved to the next free one. */
  staggered: 4,
  /** Sent with `backfill: true`. */
  backfill: 8,
  /** Older than the live window: 历史补传. */
  late: 16,
  /** Stamped up to 24 h ahead: kept under its stamp, never the latest. */
  future: 32,
  /** Above / below the sensor's range. */
  overRange: 64,
  underRange: 128,
  /** The sensor itself said bad (null, or quality bad). */
  sensorBad: 256,
  /** Physically absurd for its quantity. */
  absurd: 512,
  /** The device called its own value uncertain: may raise, never clears. */
  valueUncertain: 1024,
  /** Inside the live window, but older than the point's newest: may raise, never clears. */
  outOfOrder: 2048,
  /** Came back from quarantine after approval. */
  approved: 4096,
} as const;

/** One value of one point, decided once (steps 3-4) and never decoded again. */
export type Measurement = {
  readonly pointIndex: number;
  /** Effective time: what trends, windows and episodes use. */
  readonly time: Timestamp;
  /** As the device sent it; null when it sent none. */
  readonly deviceTime: Timestamp | null;
  readonly receivedAt: Timestamp;
  /** In the point's own unit; NaN when the sensor gave none. Booleans are 1 and 0. */
  readonly value: number;
  readonly quality: Quality;
  /** Bits of FLAG. */
  readonly flags: number;
};

/** Live = judged now; everything else is stored and, when late, judged in retrospect. */
export const isLive = (m: Measurement): boolean => (m.flags & (FLAG.late | FLAG.future)) === 0;
