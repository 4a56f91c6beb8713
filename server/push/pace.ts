/** Work that somebody may ask for without end: done at once, then at most once in `everyMs`, and never forgotten. */
import type { Clock } from '#domain/clock.ts';

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
