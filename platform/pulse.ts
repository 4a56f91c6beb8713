/**
 * The alarm path's heartbeat, seen from outside: how long ago an input last went all the way from the journal through the
 * rules. An idle city sends none, so then a tick goes the same way; extra ticks change nothing (invariant 10).
 */
import type { Clock } from '#domain/clock.ts';

/** At rest, one tick in this time. */
const BEAT_MS = 5_000;
/** Longer without any: the path has stalled. */
export const STALLED_MS = 15_000;

export type Pulse = {
  /** An input went all the way. */
  beat(): void;
  /** How long ago that was. */
  quietMs(): number;
  stop(): void;
};

/** `recovered` is called once after a stall, with how long it was. */
export function startPulse(parts: {
  readonly clock: Clock;
  readonly tick: () => void;
  readonly recovered: (quietMs: number) => void;
}): Pulse {
  const { clock } = parts;
  let last = clock.monotonicMs();
  let asked = false;
  let cancel = clock.after(BEAT_MS, look);

  function look(): void {
    cancel = clock.after(BEAT_MS, look);
    if (asked || clock.monotonicMs() - last < BEAT_MS) return;
    asked = true;
    parts.tick();
  }

  return {
    beat() {
      const quiet = clock.monotonicMs() - last;
      last += quiet;
      asked = false;
      if (quiet > STALLED_MS) parts.recovered(Math.round(quiet));
    },
    quietMs: () => Math.round(clock.monotonicMs() - last),
    stop: () => cancel(),
  };
}
