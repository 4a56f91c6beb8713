/**
 * Engine time: the machine's monotonic clock, continued across restarts. While the machine stayed up (same boot)
 * the gap of a restart is measured exactly; across a reboot only the wall clock knows, and it may not run backwards.
 */
import type { Clock } from '#domain/clock.ts';
import type { EngineTime, Moment, Timestamp } from '#domain/time.ts';

/** Where engine time and the machine's clock were read together; journaled with each start. */
export type ClockAnchor = {
  readonly boot: string;
  readonly monotonicMs: number;
  readonly engineTime: EngineTime;
};

/** A wall-clock step smaller than this is drift or a scheduler's hiccup. */
export const WALL_STEP_MIN_MS = 2_000;

export type EngineClock = {
  readonly anchor: ClockAnchor;
  /** Both clocks now; engine time never runs backwards. */
  now(): Moment;
  /** Milliseconds the wall clock stepped since last asked, 0 when it did not by more than WALL_STEP_MIN_MS. */
  wallStepMs(): number;
};

/**
 * Starts the engine clock after a stop. `lastEngineTime` and `lastReceivedAt` are those of the last journaled input
 * (0 and null on the very first start); `anchor` is the last start's, if any.
 */
export function startEngineClock(
  clock: Clock,
  last: {
    readonly engineTime: EngineTime;
    readonly receivedAt: Timestamp | null;
    readonly anchor: ClockAnchor | null;
  },
): EngineClock {
  const monotonicMs = clock.monotonicMs();
  const boot = clock.bootId();
  // Whole milliseconds, as `now` gives them: the first input may not lie before the start it follows.
  const anchor = { boot, monotonicMs, engineTime: Math.floor(resumeAt(clock, last, boot, monotonicMs)) };
  let latest = anchor.engineTime;
  let wallAhead = clock.wallMs() - monotonicMs;
  const now = (): Moment => {
    latest = Math.max(latest, anchor.engineTime + (clock.monotonicMs() - anchor.monotonicMs));
    return { receivedAt: Math.floor(clock.wallMs()), engineTime: Math.floor(latest) };
  };
  const wallStepMs = (): number => {
    const ahead = clock.wallMs() - clock.monotonicMs();
    const step = ahead - wallAhead;
    if (Math.abs(step) <= WALL_STEP_MIN_MS) return 0;
    wallAhead = ahead;
    return Math.round(step);
  };
  return { anchor, now, wallStepMs };
}

function resumeAt(
  clock: Clock,
  last: { engineTime: EngineTime; receivedAt: Timestamp | null; anchor: ClockAnchor | null },
  boot: string,
  monotonicMs: number,
): EngineTime {
  if (last.receivedAt === null) return last.engineTime;
  const sameBoot = last.anchor !== null && last.anchor.boot === boot;
  const elapsed =
    sameBoot && last.anchor !== null
      ? last.anchor.engineTime + (monotonicMs - last.anchor.monotonicMs) - last.engineTime
      : clock.wallMs() - last.receivedAt;
  return last.engineTime + Math.max(0, elapsed);
}
