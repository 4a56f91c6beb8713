/**
 * A log of blocks with dense positions, in segment files: `<first position>.<generation>.<salt>.log`.
 *
 * One rule decides what counts: a segment speaks for the positions from its name up to the name of the next one. When
 * an append or a sync fails, the kernel may have thrown the bytes away and called the pages clean, so that file is
 * finished: the same blocks go into a new segment that begins at them, and whatever the old one holds of them no
 * longer counts. Of two files with the same first position the higher generation counts.
 *
 * After a crash only the last append is in doubt: each earlier one was synced before the next began. Opening the log
 * writes it anew, whole or not at all, so that every position `end` promises is on the medium.
 */
import { renewed, sealBlock, type LogBlock, type PendingBlock } from './log-block.ts';
import { scanSegment, type Hole, type SegmentScan } from './segment-scan.ts';
import { isWorldError, StoreError, type Damage } from './store-error.ts';
import type { AppendFile, Disk } from './disk.ts';

export const SEGMENT_BYTES = 64 * 1024 * 1024;

export type SegmentLogOptions = {
  readonly directory: string;
  /** A segment is closed before it would grow past this; a longer block has one to itself. */
  readonly segmentBytes?: number;
  /** What to do about damage to synced bytes: stop (the default), or keep a copy, report it and go on behind it. */
  readonly onCorruption?: 'refuse' | 'skip';
  readonly onDamage?: (damage: Damage) => void;
  /** Where the log is known to have ended: one that ends before is refused, and none of its files is changed. */
  readonly endAtLeast?: number;
  /** A fresh 32-bit number for each new file. */
  readonly drawSalt: () => number;
};

export type Segment = {
  readonly path: string;
  readonly name: string;
  readonly first: number;
  readonly generation: number;
  readonly salt: number;
  /** Synced bytes. */
  bytes: number;
};

/** First position, generation and salt (hex) of a segment's file. */
export const SEGMENT_NAME = /^(\d{16})\.(\d{4,})\.([0-9a-f]{8})\.log$/;

/** The journal's damage is the only one that an operator may pass over. */
const HOW_TO_SKIP = ', or, of the journal, go on without these inputs (LIFELINE_DAMAGED_JOURNAL=skip)';

export class SegmentLog {
  readonly #disk: Disk;
  readonly #options: SegmentLogOptions;
  /** In order; the last one is never released, so that `end` outlives a restart. */
  readonly #segments: Segment[];
  #end = 0;
  /** Open for appending: always the last segment. */
  #active: AppendFile | null = null;
  /** The name given last, so that no two files of one first position share a generation. */
  #named = { first: 0, generation: 0 };

  /** Recovers what is there. Throws StoreError `log-corrupt` or `journal-behind`, or the disk's own errors. */
  constructor(disk: Disk, options: SegmentLogOptions) {
    this.#disk = disk;
    this.#options = options;
    disk.ensureDirectory(options.directory);
    // What an earlier life renamed must be on the medium before anything it supersedes goes.
    disk.syncDirectory(options.directory);
    this.#segments = this.#takeStock();
    this.#recover();
  }

  /** Last position on the medium; 0 when there never was one. */
  get end(): number {
    return this.#end;
  }

  /** First position still held; `end` + 1 when none is. */
  get start(): number {
    return this.#segments[0]?.first ?? this.#end + 1;
  }

  get bytes(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
  }

  /**
   * Appends the blocks and syncs once; when it returns they are on the medium. After a throw none of them counts:
   * call again with the same blocks (and more) until it returns.
   */
  append(blocks: readonly PendingBlock[]): void {
    const first = blocks[0]?.firstPosition;
    if (first === undefined) return;
    let expected = this.#end + 1;
    let total = 0;
    for (const block of blocks) {
      if (block.firstPosition !== expected || block.lastPosition < expected) {
        throw new RangeError(`block ${block.firstPosition}-${block.lastPosition} where ${expected} is due`);
      }
      expected = block.lastPosition + 1;
      total += block.bytes.length;
    }
    const segment = this.#roomFor(first, total);
    try {
      this.#write(segment, blocks, first);
    } catch (error) {
      this.#abandon();
      throw error;
    }
    segment.bytes += total;
    this.#end = expected - 1;
  }

  /**
   * Blocks that hold positions after `after`, in order, through `end` at the time of the call. The first may begin
   * before. Throws StoreError `log-released` when positions after `after` are gone, `log-corrupt` on damage.
   */
  *read(after: number): Generator<LogBlock> {
    const end = this.#end;
    if (after + 1 < this.start) {
      throw new StoreError('log-released', `${this.#options.directory} begins at position ${this.start}`);
    }
    for (const [segment, last] of this.#lasts()) {
      const through = Math.min(last, end);
      if (through <= after || through < segment.first) continue;
      const scan = scanSegment(this.#bytesOf(segment), { ...segment, through });
      if (scan.holes.length > 0) this.#damaged(segment, scan.holes);
      for (const block of scan.blocks) if (block.lastPosition > after) yield block;
    }
  }

  /**
   * Closed segments wholly at or before `position`, oldest first, each with its last position. The newest that holds
   * synced bytes stays: it alone tells a restart where the log ends.
   */
  releasable(position: number): (Segment & { readonly through: number })[] {
    const newest = this.#segments.findLastIndex(({ bytes }) => bytes > 0);
    return this.#lasts()
      .slice(0, newest)
      .map(([segment, through]) => ({ ...segment, through }))
      .filter(({ through }) => through <= position);
  }

  /** Deletes the oldest segment, for certain: one that came back without its successor would be a hole. */
  removeOldest(): void {
    const [oldest, next] = this.#segments;
    if (oldest === undefined || next === undefined) return;
    this.#disk.remove(oldest.path);
    this.#segments.shift();
    this.#disk.syncDirectory(this.#options.directory);
  }

  close(): void {
    this.#active?.close();
    this.#active = null;
  }

  /** Each segment with its last position, taken at once: whoever reads slowly may outlive older ones, and an index with them. */
  #lasts(): [Segment, number][] {
    const lastOf = (next: Segment | undefined): number => (next === undefined ? this.#end : next.first - 1);
    return this.#segments.map((segment, index) => [segment, lastOf(this.#segments[index + 1])]);
  }

  #bytesOf(segment: Segment): Uint8Array {
    return this.#disk.readPart(segment.path, 0, segment.bytes);
  }

  #takeStock(): Segment[] {
    const { directory } = this.#options;
    const found: Segment[] = [];
    for (const name of this.#disk.list(directory)) {
      const path = `${directory}/${name}`;
      const match = SEGMENT_NAME.exec(name);
      if (match !== null) {
        const [, first, generation, salt] = match;
        found.push({
          path,
          name,
          first: Number(first),
          generation: Number(generation),
          salt: Number.parseInt(salt ?? '', 16),
          bytes: this.#disk.size(path),
        });
      } else if (name.endsWith('.tmp')) {
        this.#disk.remove(path);
      }
    }
    found.sort((a, b) => a.first - b.first || a.generation - b.generation);
    const counts = found.filter((segment, index) => found[index + 1]?.first !== segment.first);
    for (const segment of found) if (!counts.includes(segment)) this.#disk.remove(segment.path);
    return counts;
  }

  #recover(): void {
    const last = this.#segments.at(-1);
    if (last === undefined) return this.#demandEnd();
    this.#named = { first: last.first, generation: last.generation };
    const scan = scanSegment(this.#disk.read(last.path), { ...last, through: null });
    if (scan.holes.length > 0) this.#damaged(last, scan.holes);
    this.#end = scan.blocks.at(-1)?.lastPosition ?? last.first - 1;
    const readable = this.#end;
    this.#demandEnd(last);
    this.#renewLastAppend(last, scan);
    // Behind a missing stretch a new segment begins: its name says where.
    if (this.#end > readable) this.close();
  }

  /** Damage to the last append looks like a torn one; renewing what is before it would make that true. */
  #demandEnd(last?: Segment): void {
    const { directory, endAtLeast = 0, onCorruption } = this.#options;
    if (this.#end >= endAtLeast) return;
    if (onCorruption === 'skip' && last !== undefined) {
      this.#damaged(last, [{ fromPosition: this.#end + 1, toPosition: endAtLeast, offset: last.bytes }]);
      return void (this.#end = endAtLeast);
    }
    throw new StoreError(
      'journal-behind',
      `${directory} ends at ${this.#end}, and inputs through ${endAtLeast} already acted: those missing are damaged or ` +
        `gone; put the files back from where they still are${HOW_TO_SKIP}. Nothing was changed`,
    );
  }

  /** Copies the last append into a segment of its own, made durable whole: its sync may never have happened. */
  #renewLastAppend(last: Segment, scan: SegmentScan): void {
    const doubtful = scan.blocks.filter((block) => block.appendFirst === scan.blocks.at(-1)?.appendFirst);
    const first = doubtful[0]?.firstPosition;
    if (first === undefined) {
      last.bytes = 0;
      return;
    }
    const segment = this.#newSegment(first);
    const bytes = Buffer.concat(doubtful.map((block) => renewed(block, segment.salt)));
    this.#disk.replace(segment.path, bytes);
    segment.bytes = bytes.length;
    this.#segments.push(segment);
    if (last.first === first) {
      this.#segments.splice(-2, 1);
      this.#disk.remove(last.path);
    }
    this.#active = this.#disk.openAppend(segment.path);
  }

  #newSegment(first: number): Segment {
    const generation = this.#named.first === first ? this.#named.generation + 1 : 0;
    this.#named = { first, generation };
    const salt = this.#options.drawSalt() >>> 0;
    const number = (value: number, digits: number): string => String(value).padStart(digits, '0');
    const name = `${number(first, 16)}.${number(generation, 4)}.${salt.toString(16).padStart(8, '0')}.log`;
    return { path: `${this.#options.directory}/${name}`, name, first, generation, salt, bytes: 0 };
  }

  /** The last segment if it can take `total` more bytes, else a new one that begins at `first`. */
  #roomFor(first: number, total: number): Segment {
    const last = this.#segments.at(-1);
    const limit = this.#options.segmentBytes ?? SEGMENT_BYTES;
    if (this.#active !== null && last !== undefined && last.bytes + total <= limit) return last;
    this.close();
    if (last?.first === first) {
      this.#disk.remove(last.path);
      this.#segments.pop();
    }
    const segment = this.#newSegment(first);
    this.#active = this.#disk.openAppend(segment.path);
    this.#segments.push(segment);
    return segment;
  }

  #write(segment: Segment, blocks: readonly PendingBlock[], appendFirst: number): void {
    const file = this.#active;
    if (file === null) throw new Error('no segment is open');
    for (const block of blocks) {
      sealBlock(block, appendFirst, segment.salt);
      file.append(block.bytes);
    }
    file.sync();
    if (segment.bytes === 0) this.#disk.syncDirectory(this.#options.directory);
  }

  /** Closes for good the file that failed; one that holds nothing synced goes when the next takes its place. */
  #abandon(): void {
    const file = this.#active;
    this.#active = null;
    try {
      file?.close();
    } catch (error) {
      if (!isWorldError(error)) throw error;
    }
  }

  #damaged(segment: Segment, holes: readonly Hole[]): void {
    const where = holes.map((hole) => `${hole.fromPosition}-${hole.toPosition} at byte ${hole.offset}`);
    const detail = `positions ${where.join(', ')} cannot be read`;
    if (this.#options.onCorruption !== 'skip') {
      throw new StoreError('log-corrupt', `${segment.path}: ${detail}; put the file back${HOW_TO_SKIP}`);
    }
    const keptAs = `${segment.path}.corrupt`;
    if (!this.#disk.exists(keptAs)) this.#disk.replace(keptAs, this.#disk.read(segment.path));
    for (const { fromPosition, toPosition } of holes) {
      this.#options.onDamage?.({ file: segment.path, keptAs, fromPosition, toPosition, detail });
    }
  }
}
