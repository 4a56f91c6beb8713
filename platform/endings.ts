/** How the platform ends: in order when asked, at once when a worker is gone or an input broke the fold. */
import type { Clock } from '#domain/clock.ts';
import type { StoreTrouble } from '#store/ports.ts';
import { noteCrash } from '#store/set-aside.ts';
import type { Pipeline } from '../pipeline.ts';

/** Our own broken invariant: the starter starts again and replays. */
const EXIT_RESTART = 70;
/** A journal that cannot sync must not keep the process from stopping: what waits in it was never acknowledged. */
const STOP_WAIT_MS = 5_000;

export type Closers = {
  push(close: () => Promise<void> | void): void;
  /** Closes the last opened first; one that fails does not keep the others open. Rejects with an AggregateError. */
  closeAll(): Promise<void>;
};

export function createClosers(): Closers {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    push: (close) => void closers.push(close),
    async closeAll() {
      const failures: unknown[] = [];
      for (const close of closers.toReversed()) {
        try {
          await close();
        } catch (cause) {
          failures.push(cause);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
    },
  };
}

export async function stopPipeline(clock: Clock, pipeline: Pipeline): Promise<void> {
  let cancel = (): void => {};
  const elapsed = new Promise<void>((resolve) => {
    cancel = clock.after(STOP_WAIT_MS, resolve);
  });
  await Promise.race([pipeline.stop(), elapsed]);
  cancel();
}

/** A worker thread that is gone does not come back: the process starts again and replays. */
export function dieWithWorker(trouble: StoreTrouble | null): void {
  if (trouble?.code !== 'worker-stopped' && trouble?.code !== 'ledger-stopped') return;
  console.error(`${trouble.code}: ${trouble.detail}`);
  process.exit(EXIT_RESTART);
}

/** The input is tried once more by the next start, then set aside. */
export function endByInput(dataDirectory: string, position: number): never {
  try {
    const crashes = noteCrash(dataDirectory, position);
    if (crashes > 1) console.error(`input ${position} is set aside from now on`);
  } catch (cause) {
    console.error(`the crash at input ${position} could not be noted`, cause);
  }
  process.exit(EXIT_RESTART);
}
