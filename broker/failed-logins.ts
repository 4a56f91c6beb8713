/**
 * Log-ins that failed, by address. A wrong secret is usually one gateway in a loop behind an address that others
 * share: so only refusals are slowed down, never a log-in that succeeds.
 */
import type { EngineTime } from '#domain/time.ts';

export type FailedLogins = {
  /**
   * Counts a failure; answers how long to wait before saying so, and whether the condition begins. `forgotten`:
   * addresses that made room for this one while their condition lasted.
   */
  failed(
    address: string,
    now: EngineTime,
  ): {
    readonly delayMs: number;
    readonly raised: boolean;
    readonly count: number;
    readonly forgotten: readonly string[];
  };
  /** Forgets addresses that have been quiet; answers those whose condition ends. */
  sweep(now: EngineTime): string[];
};

const QUIET_MS = 60_000;
/** As many failures without a quiet minute between them raise the condition. */
const CONDITION_COUNT = 5;
const DELAY_FIRST_MS = 100;
const DELAY_MAX_MS = 5_000;
/** Failures that are answered at once: a person typing. */
const FREE_COUNT = 3;
/** Addresses watched; beyond it the one that has failed least lately is forgotten. */
const ADDRESSES_MAX = 10_000;

/** Nobody has failed yet. */
export function createFailedLogins(): FailedLogins {
  const addresses = new Map<string, { count: number; lastAt: EngineTime }>();
  return {
    failed(address, now) {
      const known = addresses.get(address);
      const count = known !== undefined && now - known.lastAt < QUIET_MS ? known.count + 1 : 1;
      addresses.delete(address);
      const forgotten: string[] = [];
      for (const [oldest, { count: failures }] of addresses) {
        if (addresses.size < ADDRESSES_MAX) break;
        addresses.delete(oldest);
        if (failures >= CONDITION_COUNT) forgotten.push(oldest);
      }
      addresses.set(address, { count, lastAt: now });
      const delayMs =
        count <= FREE_COUNT ? 0 : Math.min(DELAY_FIRST_MS * 2 ** (count - FREE_COUNT), DELAY_MAX_MS);
      return { delayMs, raised: count === CONDITION_COUNT, count, forgotten };
    },
    sweep(now) {
      const ended: string[] = [];
      for (const [address, { count, lastAt }] of addresses) {
        if (now - lastAt < QUIET_MS) break;
        addresses.delete(address);
        if (count >= CONDITION_COUNT) ended.push(address);
      }
      return ended;
    },
  };
}
