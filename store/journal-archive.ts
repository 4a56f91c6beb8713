/**
 * Released segments of the journal, compressed: `<segment>.<last position>.<archived at>.zst`, removed when they are
 * too old. Each slice is a frame of its own behind a skippable frame that holds its length, so `zstd -d` reads the
 * file as well as we do. One slice at a time: the journal's thread never waits long for it.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Journaled } from '#domain/input.ts';
import type { AppendFile, Disk } from './disk.ts';
import { decodeEntries } from './journal-entry.ts';
import { KeptInputs } from './kept-inputs.ts';
import { blockEnd, BLOCK_HEADER_BYTES, readBlock, type LogBlock } from './log-block.ts';
import type { Segment, SegmentLog } from './segment-log.ts';

export const ARCHIVE_MS = 30 * 86_400_000;
const SLICE_BYTES = 256 * 1024;
const SKIPPABLE_MAGIC = 0x184d_2a50;
const SKIPPABLE_BYTES = 12;
const NAME = /^(\d{16})\.\d{4,}\.([0-9a-f]{8})\.(\d+)\.(\d+)\.zst$/;

type Job = {
  readonly segment: Segment & { readonly through: number };
  readonly part: string;
  readonly file: AppendFile;
  offset: number;
};

export class JournalArchive {
  readonly #disk: Disk;
  readonly #log: SegmentLog;
  readonly #directory: string;
  readonly #archiveMs: number;
  readonly #kept: KeptInputs;
  #released = 0;
  #job: Job | null = null;

  constructor(disk: Disk, log: SegmentLog, directory: string, archiveMs: number) {
    this.#disk = disk;
    this.#log = log;
    this.#directory = directory;
    this.#archiveMs = archiveMs;
    disk.ensureDirectory(directory);
    for (const name of disk.list(directory)) {
      if (name.endsWith('.part')) disk.remove(`${directory}/${name}`);
    }
    this.#kept = new KeptInputs(disk, directory);
  }

  /** Segments wholly at or before `position` may go. */
  releaseThrough(position: number): void {
    this.#released = Math.max(this.#released, position);
  }

  /** One slice of work; true when there is more. `now` is the wall clock. Throws the disk's errors; call again later. */
  step(now: number): boolean {
    try {
      const job = (this.#job ??= this.#nextJob());
      if (job === null) return this.#expire(now);
      if (this.#slice(job)) return true;
      this.#finish(job, now);
      return true;
    } catch (error) {
      this.#job?.file.close();
      this.#job = null;
      throw error;
    }
  }

  /** Makes room by policy: the oldest archive goes. False when there is none. */
  removeOldest(): boolean {
    const [oldest] = archivesIn(this.#disk, this.#directory);
    if (oldest === undefined) return false;
    this.#disk.remove(oldest.path);
    return true;
  }

  close(): void {
    this.#job?.file.close();
    this.#job = null;
    this.#kept.close();
  }

  #nextJob(): Job | null {
    this.#removeArchived();
    const [segment] = this.#log.releasable(this.#released);
    if (segment === undefined) return null;
    const part = `${this.#directory}/${segment.name}.part`;
    if (this.#disk.exists(part)) this.#disk.remove(part);
    return { segment, part, file: this.#disk.openAppend(part), offset: 0 };
  }

  /** A crash between archiving and removing leaves both: the archive is whole, so the segment goes. */
  #removeArchived(): void {
    const archived = new Set(archivesIn(this.#disk, this.#directory).map(({ first }) => first));
    for (const { first } of this.#log.releasable(this.#released)) {
      if (!archived.has(first)) return;
      this.#log.removeOldest();
    }
  }

  /** Compresses the next whole blocks; false at the segment's end. */
  #slice(job: Job): boolean {
    const { segment, file } = job;
    const { bytes, blocks } = this.#nextBlocks(job);
    if (bytes.length === 0) return false;
    const inputs: Journaled[] = [];
    // What cannot be read was set aside; its bytes go into the archive with the others.
    for (const block of blocks)
      decodeEntries(
        block,
        (input) => inputs.push(input),
        () => {},
      );
    this.#kept.keep(inputs);
    const frame = zstdCompressSync(bytes);
    const head = new DataView(new ArrayBuffer(SKIPPABLE_BYTES));
    head.setUint32(0, SKIPPABLE_MAGIC, true);
    head.setUint32(4, 4, true);
    head.setUint32(8, frame.length, true);
    file.append(new Uint8Array(head.buffer));
    file.append(frame);
    file.sync();
    job.offset += bytes.length;
    return job.offset < segment.bytes;
  }

  /** Whole blocks of the segment's own positions; bytes nobody can read are kept as they are. */
  #nextBlocks(job: Job): { bytes: Uint8Array; blocks: LogBlock[] } {
    const { segment, offset } = job;
    let bytes = this.#disk.readPart(segment.path, offset, Math.min(SLICE_BYTES, segment.bytes - offset));
    const needed = blockEnd(bytes, 0, segment.salt) ?? 0;
    if (needed > bytes.length && offset + needed <= segment.bytes) {
      bytes = this.#disk.readPart(segment.path, offset, needed);
    }
    const blocks: LogBlock[] = [];
    let end = 0;
    for (let block = readBlock(bytes, 0, segment.salt); block !== null; ) {
      if (block.firstPosition > segment.through) return { bytes: bytes.subarray(0, end), blocks };
      blocks.push(block);
      end = block.end;
      block = readBlock(bytes, end, segment.salt);
    }
    return { bytes: end === 0 ? bytes : bytes.subarray(0, end), blocks };
  }

  #finish(job: Job, now: number): void {
    const { segment, part, file } = job;
    file.sync();
    file.close();
    this.#job = null;
    const name = segment.name.slice(0, -'.log'.length);
    this.#disk.rename(part, `${this.#directory}/${name}.${segment.through}.${now}.zst`);
    this.#disk.syncDirectory(this.#directory);
    this.#log.removeOldest();
  }

  #expire(now: number): boolean {
    const [oldest] = archivesIn(this.#disk, this.#directory);
    if (oldest === undefined || oldest.archivedAt > now - this.#archiveMs) return false;
    this.#disk.remove(oldest.path);
    return true;
  }
}

export type ArchivedSegment = {
  readonly path: string;
  readonly first: number;
  readonly through: number;
  readonly salt: number;
  readonly archivedAt: number;
};

/** Archived segments, oldest positions first. */
export function archivesIn(disk: Disk, directory: string): ArchivedSegment[] {
  const found: ArchivedSegment[] = [];
  for (const name of disk.list(directory)) {
    const [, first, salt, through, archivedAt] = NAME.exec(name) ?? [];
    if (salt === undefined) continue;
    found.push({
      path: `${directory}/${name}`,
      first: Number(first),
      through: Number(through),
      salt: Number.parseInt(salt, 16),
      archivedAt: Number(archivedAt),
    });
  }
  return found;
}

/** Blocks of one archived segment in order. Throws a RangeError when it is damaged. */
export function* readArchive(disk: Disk, archive: ArchivedSegment): Generator<LogBlock> {
  const size = disk.size(archive.path);
  for (let offset = 0; offset < size; ) {
    const head = disk.readPart(archive.path, offset, SKIPPABLE_BYTES);
    const view = new DataView(head.buffer, head.byteOffset, head.length);
    if (view.getUint32(0, true) !== SKIPPABLE_MAGIC) throw new RangeError(`${archive.path} is damaged`);
    const length = view.getUint32(8, true);
    const frame = disk.readPart(archive.path, offset + SKIPPABLE_BYTES, length);
    offset += SKIPPABLE_BYTES + length;
    const bytes = zstdDecompressSync(frame);
    for (let at = 0; at + BLOCK_HEADER_BYTES <= bytes.length; ) {
      const block = readBlock(bytes, at, archive.salt);
      if (block === null) throw new RangeError(`${archive.path} is damaged`);
      yield block;
      at = block.end;
    }
  }
}
