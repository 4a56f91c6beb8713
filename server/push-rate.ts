/** How often one gateway may push: a bucket each, so that one in a loop holds up nobody else. */
import type { Clock } from '#domain/clock.ts';

/** A push may carry thousands of records: more often than this it should gather them. */
export const PUSHES_PER_SECOND = 50;
export const PUSHES_AT_ONCE = 100;
/** Gateways remembered; beyond it all begin with a full bucket again. */
const REMEMBERED_MAX = 20_000;

export type PushRate = {
  /** Takes one push; answers how long to wait instead when the gateway has none left, in milliseconds. */
  take(gateway: string): number;
};

export function createPushRate(clock: Clock): PushRate {
  const buckets = new Map<string, { left: number; at: number }>();
  return {
    take(gateway) {
      const now = clock.monotonicMs();
      let bucket = buckets.get(gateway);
      if (bucket === undefined) {
        if (buckets.size >= REMEMBERED_MAX) buckets.clear();
        buckets.set(gateway, (bucket = { left: PUSHES_AT_ONCE, at: now }));
      }
      const gained = ((now - bucket.at) * PUSHES_PER_SECOND) / 1_000;
      bucket.left = Math.min(PUSHES_AT_ONCE, bucket.left + gained);
      bucket.at = now;
      if (bucket.left < 1) return ((1 - bucket.left) * 1_000) / PUSHES_PER_SECOND;
      bucket.left -= 1;
      return 0;
    },
  };
}
