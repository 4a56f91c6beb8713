/** The journal's heart over any disk, synchronous: the worker thread runs it, and so does the simulation. */
import type { Disk } from './disk.ts';
import { createCommitQueue, type CommitQueue, type Flushed } from './commit-queue.ts';
import { DiskReserve, RESERVE_BYTES } from './disk-reserve.ts';
import { ARCHIVE_MS, JournalArchive } from './journal-archive.ts';
import type { LogBlock, PendingBlock } from './log-block.ts';
import type { StoreTrouble } from './ports.ts';
import { SegmentLog } from './segment-log.ts';
import { isDiskFull, isWorldError, troubleOf, type Damage } from './store-error.ts';

export type JournalOptions = {
  /** Space held back for the alarm path; 0 = none. */
  readonly reserveBytes?: number;
  readonly segmentBytes?: number;
  /** How long archived segments are kept. */
  readonly archiveMs?: number;
  readonly onCorruption?: 'refuse' | 'skip';
  /** End of the record log, which never is ahead of the journal. */
  readonly endAtLeast?: number;
};
export type JournalCoreOptions = JournalOptions & {
  /** Data directory: segments in `journal/`, archives in `journal/archive/`, and the file `reserve`. */
  readonly directory: string;
  readonly drawSalt: () => number;
  readonly onDamage?: (damage: Damage) => void;
};

/** Fewer free reserves than this, and old archives go. */
const NEARLY_FULL_FACTOR = 4;

/** What one turn of housekeeping did. */
export type Kept = { readonly more: boolean; readonly trouble: StoreTrouble | null };

export class JournalCore {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #reserveBytes: number;
  readonly #reserve: DiskReserve;
  readonly #log: SegmentLog;
  readonly #archive: JournalArchive;
  readonly #queue: CommitQueue;

  /** Recovers the journal. Throws StoreError `log-corrupt` and the disk's own errors. */
  constructor(disk: Disk, options: JournalCoreOptions) {
    const directory = `${options.directory}/journal`;
    this.#disk = disk;
    this.#directory = options.directory;
    this.#reserveBytes = options.reserveBytes ?? RESERVE_BYTES;
    this.#reserve = new DiskReserve(disk, `${options.directory}/reserve`, this.#reserveBytes);
    this.#log = this.#withRoom(() => new SegmentLog(disk, { ...options, directory }));
    const archiveMs = options.archiveMs ?? ARCHIVE_MS;
    this.#archive = new JournalArchive(disk, this.#log, `${directory}/archive`, archiveMs);
    this.#queue = createCommitQueue((blocks) => this.#append(blocks));
  }

  /** Last position on the medium. */
  get end(): number {
    return this.#log.end;
  }

  /** First position held; `end` + 1 when none is. */
  get start(): number {
    return this.#log.start;
  }

  push(block: PendingBlock): void {
    this.#queue.push(block);
  }

  /** Tries everything pushed, once. Trouble `disk-reserve` comes with success: it lives off the reserve. */
  flush(): Flushed {
    const flushed = this.#queue.flush();
    if (flushed.trouble !== null || !this.#reserve.spent) return flushed;
    const detail = 'the disk is full; only the reserve is left to write in';
    return { ...flushed, trouble: { code: 'disk-reserve', detail } };
  }

  read(after: number): Generator<LogBlock> {
    return this.#log.read(after);
  }

  releaseThrough(position: number): void {
    this.#archive.releaseThrough(position);
  }

  /** One slice of archiving, retention or laying down the reserve. `now` is the wall clock. */
  step(now: number): Kept {
    try {
      const more = this.#archive.step(now) || this.#reserve.step() || this.#makeRoomEarly();
      return { more, trouble: null };
    } catch (error) {
      return { more: false, trouble: troubleOf(error) };
    }
  }

  close(): void {
    this.#log.close();
    this.#archive.close();
    this.#reserve.close();
  }

  /** On a full disk the oldest archives go first, then the reserve; only then is it a failure. */
  #append(blocks: readonly PendingBlock[]): void {
    for (;;) {
      try {
        this.#log.append(blocks);
        return;
      } catch (error) {
        if (!isDiskFull(error) || !this.#makeRoom()) throw error;
      }
    }
  }

  #makeRoom(): boolean {
    try {
      return this.#archive.removeOldest() || this.#reserve.release();
    } catch (error) {
      if (!isWorldError(error)) throw error;
      return false;
    }
  }

  /** Old archives go before the disk is full: while less than a few reserves are free. */
  #makeRoomEarly(): boolean {
    const free = this.#disk.freeBytes(this.#directory);
    return free < this.#reserveBytes * NEARLY_FULL_FACTOR && this.#archive.removeOldest();
  }

  /** A full disk must not keep the platform from starting. */
  #withRoom<T>(open: () => T): T {
    try {
      return open();
    } catch (error) {
      if (!isDiskFull(error) || !this.#reserve.release()) throw error;
      return open();
    }
  }
}
