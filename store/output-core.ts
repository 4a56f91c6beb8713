/** Record log, measurement store and snapshots over any disk, synchronous: the worker thread and the simulation run it. */
import type { Timestamp } from '#domain/time.ts';
import { createCommitQueue, type CommitQueue, type Flushed } from './commit-queue.ts';
import { giveUpReserve } from './disk-reserve.ts';
import type { Disk } from './disk.ts';
import type { PendingBlock } from './log-block.ts';
import { BLOCK_HEADER_BYTES } from './log-block.ts';
import type { MeasurementStore, OutputStoreStatus, StoreTrouble } from './ports.ts';
import { rowColumnsOf } from './record-block.ts';
import { RecordLog, type RecordedEvents, type RecordedRows } from './record-log.ts';
import { SnapshotFiles } from './snapshot-files.ts';
import { isDiskFull, isWorldError, type Damage } from './store-error.ts';

export type OutputCoreOptions = {
  /** Data directory: the log in `records/`, snapshots in `snapshots/`. */
  readonly directory: string;
  readonly store: MeasurementStore;
  readonly segmentBytes?: number;
  readonly onCorruption?: 'refuse' | 'skip';
  readonly onDamage?: (damage: Damage) => void;
  readonly drawSalt: () => number;
};

/** Rows brought after to the measurement store in one turn, so that appends do not wait long. */
const CATCH_UP_ROWS = 20_000;

export class OutputCore {
  readonly snapshots: SnapshotFiles;
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #log: RecordLog;
  readonly #store: MeasurementStore;
  readonly #queue: CommitQueue;
  /** Rows through here are in the measurement store (perhaps only in its memory). */
  #stored: number;
  /** The record log from there through `end`, while the measurement store is brought up to it. */
  #behind: { readonly rows: Generator<RecordedRows>; readonly end: number } | null = null;
  #released = 0;
  #storeTrouble: StoreTrouble | null = null;

  /** Recovers the log and brings the measurement store up to its end. Throws like SegmentLog. */
  constructor(disk: Disk, options: OutputCoreOptions) {
    const { directory, store } = options;
    this.#disk = disk;
    this.#directory = directory;
    this.#store = store;
    this.#log = this.#withRoom(() => new RecordLog(disk, { ...options, directory: `${directory}/records` }));
    this.snapshots = new SnapshotFiles(disk, `${directory}/snapshots`);
    this.#queue = createCommitQueue((blocks) => this.#withRoom(() => this.#log.append(blocks)));
    this.#stored = Math.max(store.durableThrough(), this.#log.start - 1);
    if (this.#stored > store.durableThrough()) {
      options.onDamage?.({
        file: `${directory}/measurements`,
        keptAs: null,
        fromPosition: store.durableThrough() + 1,
        toPosition: this.#stored,
        detail: 'the measurement store lacks rows that the record log no longer holds',
      });
    }
    while (this.catchUp());
  }

  get recordEnd(): number {
    return this.#log.end;
  }

  push(block: PendingBlock): void {
    this.#queue.push(block);
  }

  waitingBytes(): number {
    return this.#queue.waitingBytes();
  }

  /** Puts everything pushed on the medium, once tried. The rows go to the store with `feed`. */
  flush(): Flushed {
    const flushed = this.#queue.flush();
    return { ...flushed, trouble: flushed.trouble ?? this.#storeTrouble };
  }

  /** Hands the rows of freshly written blocks to the measurement store; when it lags, `catchUp` brings them. */
  feed(written: readonly PendingBlock[]): void {
    for (const { bytes, firstPosition, lastPosition } of written) {
      if (this.#stored !== firstPosition - 1) return;
      const rows = rowColumnsOf(bytes.subarray(BLOCK_HEADER_BYTES));
      if (!this.#guarded(() => this.#store.write(rows, lastPosition))) return;
      this.#stored = lastPosition;
    }
  }

  /** Reads on from the record log what the measurement store does not have; true when there is more to do now. */
  catchUp(): boolean {
    if (this.#stored >= this.#log.end) return false;
    // Gone on with where the last turn ended: a segment is read and checked once, not once a turn.
    const reading = this.#behind ?? { rows: this.#log.rows(this.#stored), end: this.#log.end };
    this.#behind = null;
    for (let count = 0; count < CATCH_UP_ROWS; ) {
      const next = reading.rows.next();
      // What was written between the turns is not in this reading.
      if (next.done === true) return reading.end < this.#log.end;
      const { rows, through } = next.value;
      if (!this.#guarded(() => this.#store.write(rows, through))) return false;
      this.#stored = through;
      count += rows.length;
    }
    this.#behind = reading;
    return true;
  }

  /** Events at positions after `after`, block by block, through the end at the time of the call. */
  events(after: number): Generator<RecordedEvents> {
    return this.#log.events(after);
  }

  /** The ledger needs the log no further back. */
  releaseThrough(position: number): void {
    this.#released = Math.max(this.#released, position);
  }

  /** Seals and retires measurements, lets go of segments that nobody needs. Returns the store's trouble. */
  maintain(now: Timestamp): StoreTrouble | null {
    this.#guarded(() => {
      this.#store.maintain(now);
      this.#log.removeThrough(Math.min(this.#released, this.#store.durableThrough()));
    });
    return this.#storeTrouble;
  }

  status(): OutputStoreStatus {
    const folders = ['journal', 'journal/archive', 'records', 'snapshots', 'measurements', 'ledger'];
    return {
      usedBytes: folders.reduce((sum, folder) => sum + this.#bytesIn(`${this.#directory}/${folder}`), 0),
      freeBytes: this.#disk.freeBytes(this.#directory),
      openRows: this.#store.openRows(),
      recordLogBytes: this.#log.bytes,
    };
  }

  close(): void {
    this.#log.close();
    this.#store.close();
  }

  /** On a full disk the reserve goes: the events of alarms must reach the ledger. */
  #withRoom<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (!isDiskFull(error) || !giveUpReserve(this.#disk, `${this.#directory}/reserve`)) throw error;
      return work();
    }
  }

  #bytesIn(folder: string): number {
    return this.#disk.list(folder).reduce((sum, name) => sum + this.#sizeOf(`${folder}/${name}`), 0);
  }

  /** Other threads own some of these files: one may go between list and look. */
  #sizeOf(path: string): number {
    try {
      return this.#disk.size(path);
    } catch (error) {
      if (isWorldError(error) && error.code === 'ENOENT') return 0;
      throw error;
    }
  }

  /** False when the world failed; that is then the store's trouble until it succeeds again. */
  #guarded(work: () => void): boolean {
    try {
      work();
    } catch (error) {
      if (!isWorldError(error)) throw error;
      this.#storeTrouble = { code: 'store-failing', detail: error.message };
      return false;
    }
    this.#storeTrouble = null;
    return true;
  }
}
