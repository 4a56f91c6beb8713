/** Rates as credit that refills with time: short bursts pass, a lasting excess does not. Pure: time is an argument. */
import type { EngineTime } from './time.ts';

export type RateLimit = {
  readonly perS: number;
  /** Most that may come at once after a quiet time. */
  readonly burst: number;
};

/** `level` below zero is debt: what was taken beyond the limit and is paid back first. */
export type TokenBucket = { level: number; at: EngineTime };

/** A full one. */
export const createBucket = ({ burst }: RateLimit, now: EngineTime): TokenBucket => ({
  level: burst,
  at: now,
});

/** Credit at `now`. */
export function creditOf(bucket: TokenBucket, { perS, burst }: RateLimit, now: EngineTime): number {
  bucket.level = Math.min(burst, bucket.level + (Math.max(0, now - bucket.at) / 1000) * perS);
  bucket.at = now;
  return bucket.level;
}

/** Takes `amount` only if the credit covers it. */
export function takeFrom(bucket: TokenBucket, limit: RateLimit, amount: number, now: EngineTime): boolean {
  if (creditOf(bucket, limit, now) < amount) return false;
  bucket.level -= amount;
  return true;
}

/** Takes `amount` in any case, as debt if need be; answers the credit that is left. */
export function charge(bucket: TokenBucket, limit: RateLimit, amount: number, now: EngineTime): number {
  bucket.level = creditOf(bucket, limit, now) - amount;
  return bucket.level;
}
