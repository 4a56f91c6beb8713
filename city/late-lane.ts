/**
 * The retrospective lane's edge: once late data has been quiet, the stored window is read, judged by the same machine
 * on effective time, and the episodes found re-enter as one journaled `rejudged` input. Nothing here rings.
 */
import type { Clock } from '#domain/clock.ts';
import type { Input } from '#domain/input.ts';
import type { OutputStore } from '#store/ports.ts';
import { versionInForce } from '#rules/book/book.ts';
import type { City } from './city.ts';
import type { EngineClock } from './engine-clock.ts';
import { judgeWindow } from './late-judgement.ts';
import { type LateWindow, quietWindows } from './late-windows.ts';

const LOOK_EVERY_MS = 5_000;
/** How long between two looks at whether the record log has caught up. */
const RECORDED_LOOK_MS = 100;

/** The store's failure, told apart from our own broken invariants. */
class ReadFailed extends Error {}

export type LateLane = { look(): Promise<void>; stop(): void };

export function watchLateData(parts: {
  readonly city: City;
  readonly clock: Clock;
  readonly engineClock: EngineClock;
  readonly outputs: OutputStore;
  /** Outputs of every input through here can be read. */
  readonly recorded: () => number;
  readonly submit: (input: Input) => void;
}): LateLane {
  const { city, clock, engineClock, outputs, recorded } = parts;
  const asked = new Map<number, LateWindow>();
  let cancel = clock.after(LOOK_EVERY_MS, lookAgain);
  let stopped = false;

  function lookAgain(): void {
    void look().finally(() => {
      if (!stopped) cancel = clock.after(LOOK_EVERY_MS, lookAgain);
    });
  }

  async function look(): Promise<void> {
    const quiet = quietWindows(city.lateWindows, engineClock.now().engineTime);
    if (quiet.length > 0) await recordedThrough(city.position);
    for (const [pointIndex, window] of quiet) if (!stopped) await judge(pointIndex, window);
    for (const pointIndex of asked.keys()) if (!city.lateWindows.has(pointIndex)) asked.delete(pointIndex);
  }

  /** A window judged before its last rows are stored would lose their episodes. */
  async function recordedThrough(position: number): Promise<void> {
    while (!stopped && recorded() < position)
      await new Promise<void>((resolve) => {
        cancel = clock.after(RECORDED_LOOK_MS, resolve);
      });
  }

  /** Whatever waits on this thread goes first. */
  const pause = (): Promise<void> =>
    new Promise((resolve) => {
      clock.after(0, resolve);
    });

  const readRows: OutputStore['raw'] = (...asked) =>
    outputs.raw(...asked).catch((cause: unknown) => {
      throw new ReadFailed('stored rows cannot be read', { cause });
    });

  async function judge(pointIndex: number, window: LateWindow): Promise<void> {
    const isStill = (): boolean => city.lateWindows.get(pointIndex) === window;
    if (!isStill() || asked.get(pointIndex) === window) return;
    asked.set(pointIndex, window);
    const { revision } = city.registry;
    const version = versionInForce(city.ruleBook);
    try {
      const judged = await judgeWindow(city, pointIndex, window, clock.wallMs(), readRows, pause);
      if (city.registry.revision !== revision || versionInForce(city.ruleBook) !== version) {
        // Begun by one rule and ended by another: once more.
        asked.delete(pointIndex);
      } else if (!stopped && isStill()) parts.submit({ kind: 'rejudged', pointIndex, ...judged });
    } catch (cause) {
      if (!(cause instanceof ReadFailed)) throw cause;
      // The store tells its own trouble; the window stays and is read again at the next look.
      asked.delete(pointIndex);
    }
  }

  return {
    look,
    stop() {
      stopped = true;
      cancel();
    },
  };
}
