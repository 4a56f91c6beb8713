/** A clock moved by hand, for a platform with real sockets: its timers stay real, its readings do not. */
import type { Clock } from '#domain/clock.ts';

export type HandClock = Clock & {
  /** Moves both readings so that the wall shows `wallMs`; timers notice nothing. */
  moveTo(wallMs: number): void;
  /** Lets `ms` go by: both readings move, and every timer that would have run by then runs now. */
  pass(ms: number): void;
  /** Somebody sets the wall clock; no time goes by. */
  stepWall(deltaMs: number): void;
};

/** Node runs a longer timer at once. */
const TIMER_MAX_MS = 2 ** 31 - 1;

type Due = { readonly at: number; readonly run: () => void; readonly timer: NodeJS.Timeout };

export function createHandClock(wallMs: number): HandClock {
  let monotonic = 1_000_000;
  let ahead = wallMs - monotonic;
  const waiting = new Set<Due>();
  return {
    wallMs: () => monotonic + ahead,
    monotonicMs: () => monotonic,
    bootId: () => 'by-hand',
    after(delayMs, run) {
      const finish = (): void => {
        clearTimeout(due.timer);
        waiting.delete(due);
      };
      const once = (): void => {
        finish();
        run();
      };
      const due: Due = {
        at: monotonic + delayMs,
        run: once,
        timer: setTimeout(once, Math.min(delayMs, TIMER_MAX_MS)),
      };
      waiting.add(due);
      return finish;
    },
    moveTo(wall) {
      if (wall < monotonic + ahead) throw new RangeError('time does not run backwards: use stepWall');
      monotonic = wall - ahead;
    },
    pass(ms) {
      monotonic += ms;
      const due = [...waiting].filter(({ at }) => at <= monotonic).toSorted((a, b) => a.at - b.at);
      for (const one of due) if (waiting.has(one)) one.run();
    },
    stepWall(deltaMs) {
      ahead += deltaMs;
    },
  };
}
