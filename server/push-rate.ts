/** How often and how much one gateway may push: buckets each, so that one in a loop holds up nobody else. */
import type { Clock } from '#domain/clock.ts';
import { createBucket, creditOf, takeFrom, type RateLimit, type TokenBucket } from '#domain/token-bucket.ts';

/** A push may carry thousands of records: more often than this it should gather them. */
export const PUSHES_PER_SECOND = 50;
export const PUSHES_AT_ONCE = 100;
/** As the broker allows; bursts of two seconds' worth pass there too. */
const BYTES_PER_SECOND = 2 * 1024 * 1024;
const BURST_S = 2;
/** Gateways remembered; beyond it all begin with full buckets again. */
const REMEMBERED_MAX = 20_000;

const PUSHES: RateLimit = { perS: PUSHES_PER_SECOND, burst: PUSHES_AT_ONCE };

export type PushRate = {
  /** Takes one push; answers how long to wait instead when the gateway has none left, in milliseconds. */
  take(gateway: string): number;
  /** Takes the bytes of a body; answers how long to wait instead when they are too many, in milliseconds. */
  takeBytes(gateway: string, bytes: number): number;
};

/** `largest` is the longest body, in bytes: it passes after a quiet time however low the rate. */
export function createPushRate(clock: Clock, largest: number, bytesPerS = BYTES_PER_SECOND): PushRate {
  const buckets = new Map<string, { readonly pushes: TokenBucket; readonly bytes: TokenBucket }>();
  const bytesLimit: RateLimit = { perS: bytesPerS, burst: Math.max(bytesPerS * BURST_S, largest) };

  function of(gateway: string, now: number): { readonly pushes: TokenBucket; readonly bytes: TokenBucket } {
    const known = buckets.get(gateway);
    if (known !== undefined) return known;
    if (buckets.size >= REMEMBERED_MAX) buckets.clear();
    const full = { pushes: createBucket(PUSHES, now), bytes: createBucket(bytesLimit, now) };
    buckets.set(gateway, full);
    return full;
  }

  function take(bucket: TokenBucket, limit: RateLimit, amount: number, now: number): number {
    if (takeFrom(bucket, limit, amount, now)) return 0;
    return ((amount - creditOf(bucket, limit, now)) * 1_000) / limit.perS;
  }

  return {
    take(gateway) {
      const now = clock.monotonicMs();
      return take(of(gateway, now).pushes, PUSHES, 1, now);
    },
    takeBytes(gateway, bytes) {
      const now = clock.monotonicMs();
      return take(of(gateway, now).bytes, bytesLimit, bytes, now);
    },
  };
}
