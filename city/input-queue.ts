/**
 * Step 2: inputs are stamped, gathered into group commits and handed to the journal; each comes back, in order, once
 * its commit is synced. A commit starts at once while the journal is idle; while one syncs, the next gathers.
 */
import type { Clock } from '#domain/clock.ts';
import type { Answer } from '#domain/event.ts';
import type { Input, Journaled } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Journal } from '#store/ports.ts';
import type { EngineClock } from './engine-clock.ts';

export type Waiting = {
  readonly entry: Journaled<Input>;
  /** Publisher's acknowledgement: call after the covering sync, before the fold. */
  readonly synced: (() => void) | null;
  /** Person's answer: call after the fold. */
  readonly answer: ((answer: Answer) => void) | null;
};

export type QueueBounds = { readonly commitEntriesMax: number; readonly commitDelayMs: number };

export type InputQueue = {
  /** `receivedAt` stands for the wall clock when the input came earlier and was held. */
  add(
    input: Input,
    synced: (() => void) | null,
    answer: ((answer: Answer) => void) | null,
    receivedAt?: Timestamp,
  ): Waiting;
  /** Inputs not yet synced, oldest first. */
  waiting(): readonly Waiting[];
  lastPosition(): number;
  /** Stamp of the oldest unsynced input, for the failing-journal rule. */
  oldestAt(): number | null;
};

/** `ready` receives the synced inputs of one or more commits, oldest first. */
export function createInputQueue(
  parts: {
    readonly journal: Journal;
    readonly clock: Clock;
    readonly engineClock: EngineClock;
    readonly bounds: QueueBounds;
  },
  after: number,
  ready: (done: readonly Waiting[]) => void,
): InputQueue {
  const { journal, clock, engineClock, bounds } = parts;
  let position = after;
  let gathering: Waiting[] = [];
  let inFlight: Waiting[] = [];
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (gathering.length === 0) return;
    journal.commit(gathering.map((one) => one.entry));
    inFlight = inFlight.length === 0 ? gathering : inFlight.concat(gathering);
    gathering = [];
  }

  journal.onSynced((through) => {
    let count = 0;
    while (count < inFlight.length && (inFlight[count]?.entry.position ?? Infinity) <= through) count++;
    const done = inFlight.slice(0, count);
    inFlight = inFlight.slice(count);
    if (inFlight.length === 0) flush();
    ready(done);
  });

  return {
    add(input, synced, answer, receivedAt) {
      position += 1;
      const now = engineClock.now();
      const entry = {
        ...input,
        position,
        engineTime: now.engineTime,
        receivedAt: receivedAt ?? now.receivedAt,
      };
      const waiting = { entry, synced, answer };
      gathering.push(waiting);
      if (gathering.length >= bounds.commitEntriesMax) flush();
      else cancel ??= clock.after(inFlight.length === 0 ? 0 : bounds.commitDelayMs, flush);
      return waiting;
    },
    waiting: () => [...inFlight, ...gathering],
    lastPosition: () => position,
    oldestAt: () => (inFlight[0] ?? gathering[0])?.entry.engineTime ?? null,
  };
}
