/** From disk to a running city: newest snapshot, then the journal after it; what was already recorded is not recorded twice. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { Journal, OutputStore } from '#store/ports.ts';
import { type City, createCity, FOLD_REVISION } from './city.ts';
import { emptyOutput, type FoldOutput, fold } from './fold.ts';
import { restoreCity } from './snapshot-taker.ts';

/** The state on disk was written by an engine whose layout this one cannot read. */
export class EngineLayoutError extends Error {
  readonly code = 'engine-layout';
}

/** The journal lacks inputs whose outputs were recorded: a disk that lied about a sync, or a journal put back from a copy. */
export class JournalBehindError extends Error {
  readonly code = 'journal-behind';
}

export type Recovered = {
  readonly city: City;
  /** Alarm events decided again on the way, for consoles that come back with `since`. */
  readonly events: readonly AlarmEvent[];
  /** Position of the snapshot used; 0 when none. */
  readonly snapshotPosition: number;
};

/** Layouts of snapshots that `restoreCity` reads: a release may follow the one before it on the same data. */
const LAYOUTS_READ = [layoutOf(FOLD_REVISION), '7'];

/** Inputs folded into one record block while replaying. */
const REPLAY_BLOCK_INPUTS = 1_000;

/**
 * Brings the city to the journal's end. `skip` names positions whose input crashed the fold twice: they are set
 * aside, their clocks still count. Entries that cannot be read at all are passed over too. Outputs beyond the record log's end are handed to `emit` in order.
 */
export async function recover(
  parts: {
    readonly site: string;
    readonly journal: Journal;
    readonly outputs: OutputStore;
    readonly skip: ReadonlySet<number>;
    readonly onCrash: (position: number, cause: unknown) => never;
    readonly onUnreadable: (from: number, to: number, cause: unknown) => void;
  },
  emit: (from: number, to: number, output: FoldOutput, eventCounts: readonly number[]) => void,
): Promise<Recovered> {
  const { journal, outputs } = parts;
  if (journal.end < outputs.recordEnd) {
    throw new JournalBehindError(
      `the journal ends at ${journal.end}, the record log at ${outputs.recordEnd}: inputs that already acted are ` +
        'missing; put the journal back from where they still are',
    );
  }
  const snapshot = await outputs.loadSnapshot();
  if (snapshot !== null && !LAYOUTS_READ.includes(layoutOf(snapshot.header.engineRevision))) {
    throw new EngineLayoutError(
      `the snapshot at ${snapshot.header.position} was written by engine ${snapshot.header.engineRevision}, ` +
        `this is ${FOLD_REVISION}: start it with the release that wrote it`,
    );
  }
  const city = snapshot === null ? createCity(parts.site) : restoreCity(parts.site, snapshot);
  const snapshotPosition = city.position;
  const held: AlarmEvent[] = [];
  let block = emptyOutput();
  let counts: number[] = [];
  let from = 0;
  const flush = (): void => {
    if (counts.length > 0) emit(from, from + counts.length - 1, block, counts);
    block = emptyOutput();
    counts = [];
  };
  const replay = (position: number, foldInto: (out: FoldOutput) => void): void => {
    const recorded = position <= outputs.recordEnd;
    const out = recorded ? emptyOutput() : block;
    const before = out.events.length;
    foldInto(out);
    for (const event of out.events.slice(before)) if (event.kind === 'alarm') held.push(event);
    if (recorded) return;
    if (counts.length === 0) from = position;
    counts.push(out.events.length - before);
    if (counts.length >= REPLAY_BLOCK_INPUTS) flush();
  };
  await journal.read(
    snapshotPosition,
    (entry) => replay(entry.position, (out) => foldOrSetAside(city, entry, out, parts.skip, parts.onCrash)),
    (first, last, cause) => {
      parts.onUnreadable(first, last, cause);
      // Not even their clocks are known: the next entry brings the time forward.
      for (let position = first; position <= last; position += 1)
        replay(position, () => (city.position = position));
    },
  );
  flush();
  return { city, events: held, snapshotPosition };
}

/** Folds `entry`, or passes over it when it was set aside; a throw goes to `onCrash`, which does not come back. */
export function foldOrSetAside(
  city: City,
  entry: Parameters<typeof fold>[1],
  out: FoldOutput,
  skip: ReadonlySet<number>,
  onCrash: (position: number, cause: unknown) => never,
): void {
  if (skip.has(entry.position)) {
    city.position = entry.position;
    city.engineTime = entry.engineTime;
    city.receivedAt = entry.receivedAt;
    return;
  }
  try {
    fold(city, entry, out);
  } catch (cause) {
    onCrash(entry.position, cause);
  }
}

function layoutOf(revision: string): string {
  return revision.split(':')[0] ?? '';
}
