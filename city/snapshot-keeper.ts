/** When a snapshot is taken, when it becomes valid, and what may be let go of after it. */
import type { Clock } from '#domain/clock.ts';
import type { Journal, OutputStore } from '#store/ports.ts';
import type { City } from './city.ts';
import { type SnapshotTaking, takeSnapshot } from './snapshot-taker.ts';

export type SnapshotBounds = { readonly snapshotEveryMs: number; readonly snapshotEveryInputs: number };

export type SnapshotKeeper = {
  /** Tells it that `inputs` more were folded. */
  folded(inputs: number): void;
  /** Position of the newest whole snapshot; 0 before the first. */
  position(): number;
  stop(): void;
};

/** How long to wait between two slices, and between two looks at whether the logs have caught up. */
const SLICE_EVERY_MS = 5;
const DURABLE_LOOK_MS = 50;

/**
 * Takes a snapshot every `snapshotEveryMs` of change or `snapshotEveryInputs`. It is finished once record log and
 * ledger (`durable`) hold everything through its position; the journal is then kept back to the older of the two newest.
 */
export function keepSnapshots(parts: {
  readonly city: City;
  readonly clock: Clock;
  readonly outputs: OutputStore;
  readonly journal: Journal;
  readonly bounds: SnapshotBounds;
  /** Record log and ledger both hold everything through here. */
  readonly durable: () => number;
  readonly snapshotPosition: number;
}): SnapshotKeeper {
  const { city, clock, outputs, journal, bounds, durable } = parts;
  let newest = parts.snapshotPosition;
  let inputs = 0;
  let dueAt = clock.monotonicMs() + bounds.snapshotEveryMs;
  let taking: SnapshotTaking | null = null;
  let cancel: (() => void) | null = null;
  let stopped = false;

  function start(): void {
    taking = takeSnapshot(city, outputs);
    inputs = 0;
    dueAt = clock.monotonicMs() + bounds.snapshotEveryMs;
    cancel = clock.after(SLICE_EVERY_MS, copySome);
  }

  function copySome(): void {
    if (taking === null) return;
    const whole = taking.slice(() => clock.monotonicMs());
    cancel = whole ? clock.after(0, finishWhenDurable) : clock.after(SLICE_EVERY_MS, copySome);
  }

  function finishWhenDurable(): void {
    const done = taking;
    if (done === null) return;
    if (durable() < done.position) {
      cancel = clock.after(DURABLE_LOOK_MS, finishWhenDurable);
      return;
    }
    done.finish().then(
      () => {
        taking = null;
        if (newest > 0) journal.releaseThrough(newest);
        newest = done.position;
      },
      () => {
        // The store reports its own trouble; the next one is tried at its time, and `snapshot-age` tells a person.
        taking = null;
      },
    );
  }

  return {
    folded(count) {
      inputs += count;
      if (stopped || taking !== null) return;
      if (inputs >= bounds.snapshotEveryInputs || clock.monotonicMs() >= dueAt) start();
    },
    position: () => newest,
    stop() {
      stopped = true;
      cancel?.();
      taking?.abandon();
      taking = null;
    },
  };
}
