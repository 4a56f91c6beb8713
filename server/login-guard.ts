/**
 * Slows down guessing. Five failures in a row lock a user name for ten minutes; thirty from one address lock the
 * address. Names that do not exist are counted the same, so a lock tells nothing. Monotonic time: setting the clock
 * unlocks nobody. A person already logged in is not touched by a lock.
 */
import type { Clock } from '#domain/clock.ts';
import type { EngineTime } from '#domain/time.ts';

export const FAILURES_MAX = 5;
export const FAILURES_PER_ADDRESS_MAX = 30;
export const LOCK_MS = 10 * 60_000;
/** Names and addresses remembered; the longest untouched one is forgotten first. */
const REMEMBERED_MAX = 10_000;

export type LoginGuard = {
  /** Milliseconds until this name may be tried again from this address; 0 = now. */
  lockedForMs(username: string, address: string): number;
  /** The same of the name alone: what an administrator can lift. */
  nameLockedForMs(username: string): number;
  /** Forgets the failures of a name. */
  unlock(username: string): void;
  /** Counts a try before its outcome is known, so that a burst of parallel tries cannot slip through. */
  begin(username: string, address: string): void;
  /** The password was right: forgives the name, and takes this try back from the address. */
  succeeded(username: string, address: string): void;
};

type Tally = { failures: number; lastAt: EngineTime; lockedUntil: EngineTime };

export function createLoginGuard(clock: Clock): LoginGuard {
  const names = new Map<string, Tally>();
  const addresses = new Map<string, Tally>();
  return {
    lockedForMs(username, address) {
      const now = clock.monotonicMs();
      return Math.max(0, remaining(names.get(username), now), remaining(addresses.get(address), now));
    },
    nameLockedForMs: (username) => Math.max(0, remaining(names.get(username), clock.monotonicMs())),
    unlock: (username) => void names.delete(username),
    begin(username, address) {
      const now = clock.monotonicMs();
      count(names, username, FAILURES_MAX, now);
      count(addresses, address, FAILURES_PER_ADDRESS_MAX, now);
    },
    succeeded(username, address) {
      names.delete(username);
      const tally = addresses.get(address);
      if (tally === undefined) return;
      tally.failures -= 1;
      if (tally.failures < FAILURES_PER_ADDRESS_MAX) tally.lockedUntil = 0;
      if (tally.failures <= 0) addresses.delete(address);
    },
  };
}

const remaining = (tally: Tally | undefined, now: EngineTime): number =>
  tally === undefined ? 0 : tally.lockedUntil - now;

function count(tallies: Map<string, Tally>, key: string, max: number, now: EngineTime): void {
  const known = tallies.get(key);
  const stale = known === undefined || now - known.lastAt >= LOCK_MS;
  const tally: Tally = stale ? { failures: 0, lastAt: now, lockedUntil: 0 } : known;
  tally.failures += 1;
  tally.lastAt = now;
  if (tally.failures >= max) tally.lockedUntil = now + LOCK_MS;
  tallies.delete(key);
  tallies.set(key, tally);
  if (tallies.size > REMEMBERED_MAX) {
    const oldest = tallies.keys().next();
    if (!oldest.done) tallies.delete(oldest.value);
  }
}
