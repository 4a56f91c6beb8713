/** Work that is due again and again, and work that may be asked for without end. */
import type { Clock } from '#domain/clock.ts';

/** Runs it every `periodMs`, and never a second time because the first was late; the answer stops it. */
export function every(clock: Clock, periodMs: number, run: () => void): () => void {
  let cancel = (): void => {};
  const next = (): void => {
    cancel = clock.after(periodMs, () => {
      next();
      run();
    });
  };
  next();
  return () => cancel();
}

/** Done at once when asked for, then at most once in `everyMs`, and never forgotten. */
export type Pace = {
  ask(): void;
  /** Whoever asked is gone. */
  stop(): void;
};

export function createPace(clock: Clock, everyMs: number, run: () => void): Pace {
  let resting = false;
  let wanted = false;
  let cancel = (): void => {};
  const go = (): void => {
    resting = true;
    wanted = false;
    cancel = clock.after(everyMs, () => {
      resting = false;
      if (wanted) go();
    });
    run();
  };
  return {
    ask() {
      if (resting) wanted = true;
      else go();
    },
    stop: () => cancel(),
  };
}
