/**
 * What each gateway may publish a second, over all its connections. Over the rate its sockets are not read: TCP slows
 * the sender and nothing of QoS 1 or 2 is lost. QoS 0 has no promise: it is dropped and counted, so that what comes
 * next is fresh; a flood of it is not read on without limit either, since reading costs everybody.
 */
import type { Clock } from '#domain/clock.ts';
import type { RateLimit, TokenBucket } from '#domain/token-bucket.ts';
import { charge, createBucket, creditOf } from '#domain/token-bucket.ts';
import type { LimitWatch } from './limit-watch.ts';
import type { RateLimits } from './ports.ts';

export type Meters = {
  /** Charges a publish; false when it is of QoS 0 and is to be dropped. */
  admit(gateway: string, qos: 0 | 1 | 2, bytes: number): boolean;
  /** Whether the gateway is not to be read just now; if so `wake` is called once it may be. */
  paused(gateway: string, wake: () => void): boolean;
  isPaused(gateway: string): boolean;
  /** Forgets gateways that have been quiet. */
  sweep(): void;
};

type Meter = {
  readonly publishes: TokenBucket;
  readonly bytes: TokenBucket;
  /** QoS 0 dropped since the last pause. */
  dropped: number;
  /** Seconds of credit at which reading goes on; null while it does. */
  resumeAtS: number | null;
  readonly waiting: Set<() => void>;
};

/** Bursts of this many seconds' worth pass. */
const BURST_S = 2;
/** Seconds of credit that end a pause: short ones for what is only delayed, longer ones for a flood of QoS 0. */
const RESUME_S = 0.1;
const RESUME_FLOOD_S = 0.5;

/** No gateway has published yet. */
export function createMeters(limits: RateLimits, clock: Clock, watch: LimitWatch): Meters {
  const meters = new Map<string, Meter>();
  const publishLimit: RateLimit = { perS: limits.publishesPerS, burst: limits.publishesPerS * BURST_S };
  const byteLimit: RateLimit = { perS: limits.bytesPerS, burst: limits.bytesPerS * BURST_S };

  const creditS = (meter: Meter, now: number): number =>
    Math.min(
      creditOf(meter.publishes, publishLimit, now) / publishLimit.perS,
      creditOf(meter.bytes, byteLimit, now) / byteLimit.perS,
    );

  function open(gateway: string, now: number): Meter {
    const meter = {
      publishes: createBucket(publishLimit, now),
      bytes: createBucket(byteLimit, now),
      dropped: 0,
      resumeAtS: null,
      waiting: new Set<() => void>(),
    };
    meters.set(gateway, meter);
    return meter;
  }

  function pause(meter: Meter, resumeAtS: number, now: number): void {
    if (meter.resumeAtS !== null) return;
    meter.resumeAtS = resumeAtS;
    meter.dropped = 0;
    const waitMs = Math.ceil((resumeAtS - creditS(meter, now)) * 1000);
    clock.after(Math.max(1, waitMs), () => resume(meter));
  }

  function resume(meter: Meter): void {
    const now = clock.monotonicMs();
    const resumeAtS = meter.resumeAtS ?? 0;
    meter.resumeAtS = null;
    // What was read before the pause may have been charged since.
    if (creditS(meter, now) < resumeAtS - 0.001) return pause(meter, resumeAtS, now);
    const waiting = [...meter.waiting];
    meter.waiting.clear();
    for (const wake of waiting) wake();
  }

  return {
    admit(gateway, qos, bytes) {
      const now = clock.monotonicMs();
      const meter = meters.get(gateway) ?? open(gateway, now);
      if (qos > 0) {
        charge(meter.publishes, publishLimit, 1, now);
        charge(meter.bytes, byteLimit, bytes, now);
        if (creditS(meter, now) >= 0) return true;
        watch.met(gateway, false, now);
        pause(meter, RESUME_S, now);
        return true;
      }
      if (creditS(meter, now) >= 0) {
        charge(meter.publishes, publishLimit, 1, now);
        charge(meter.bytes, byteLimit, bytes, now);
        return true;
      }
      watch.met(gateway, true, now);
      meter.dropped += 1;
      if (meter.dropped >= publishLimit.perS) pause(meter, RESUME_FLOOD_S, now);
      return false;
    },
    paused(gateway, wake) {
      const meter = meters.get(gateway);
      if (meter === undefined || meter.resumeAtS === null) return false;
      meter.waiting.add(wake);
      return true;
    },
    isPaused: (gateway) => (meters.get(gateway)?.resumeAtS ?? null) !== null,
    sweep() {
      const now = clock.monotonicMs();
      for (const [gateway, meter] of meters) {
        if (meter.resumeAtS === null && creditS(meter, now) >= BURST_S) meters.delete(gateway);
      }
    },
  };
}

/** For a broker without limits. */
export const NO_METERS: Meters = {
  admit: () => true,
  paused: () => false,
  isPaused: () => false,
  sweep: () => {},
};
