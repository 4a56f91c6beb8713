/**
 * The record log read by another thread than its writer's, without a word to it: files are only looked at, and only
 * through the position that was said to be durable. A segment speaks for the positions from its name up to the next
 * one's name (segment-log.ts); once durable, that no longer changes. A segment may go at any time: `gone`.
 */
import { SEGMENT_NAME } from '../segment-log.ts';
import type { Disk } from '../disk.ts';
import { BLOCK_HEADER_BYTES, blockEnd, findBlock, type LogBlock, readBlock } from '../log-block.ts';
import { isWorldError } from '../store-error.ts';

export type TailStep =
  | { readonly kind: 'block'; readonly block: LogBlock }
  | { readonly kind: 'end' }
  /** What follows the position is not in the log any more, or unreadable; the log goes on after `resumeAfter`. */
  | { readonly kind: 'gone'; readonly resumeAfter: number };

type Named = {
  readonly path: string;
  readonly first: number;
  readonly generation: number;
  readonly salt: number;
};

const CHUNK_BYTES = 512 * 1024;

export class RecordTail {
  readonly #disk: Disk;
  readonly #directory: string;
  /** Through this position everything was given. */
  after: number;
  #segment: Named | null = null;
  /** Where the next block begins in the segment. */
  #offset = 0;
  #segments: readonly Named[] = [];
  #listedThrough = -1;
  #chunk: { path: string; at: number; bytes: Uint8Array } = { path: '', at: 0, bytes: new Uint8Array(0) };

  constructor(disk: Disk, directory: string, after: number) {
    this.#disk = disk;
    this.#directory = directory;
    this.after = after;
  }

  /** Goes on where the other stands. */
  follow(other: RecordTail): void {
    this.after = other.after;
    this.#segment = other.#segment;
    this.#offset = other.#offset;
  }

  /** The block that holds the next position, if `through` (durable) reaches it. Throws the disk's errors. */
  next(through: number): TailStep {
    if (this.after >= through) return { kind: 'end' };
    for (let attempt = 0; ; attempt += 1) {
      try {
        return this.#read(through);
      } catch (error) {
        // Deleted between the list and the look: the second look says so.
        if (attempt > 0 || !isWorldError(error) || error.code !== 'ENOENT') throw error;
        this.#listedThrough = -1;
      }
    }
  }

  #read(through: number): TailStep {
    if (this.#listedThrough !== through) this.#list(through);
    const wanted = this.after + 1;
    const segment = this.#segments.findLast(({ first }) => first <= wanted);
    if (segment === undefined)
      return { kind: 'gone', resumeAfter: (this.#segments[0]?.first ?? through + 1) - 1 };
    if (segment.path !== this.#segment?.path) {
      this.#segment = segment;
      this.#offset = 0;
    }
    for (;;) {
      const block = this.#blockAt(segment) ?? this.#behindDamage(segment, through);
      if (block === null) return this.#nextSegment(segment);
      if (block.firstPosition > wanted) return { kind: 'gone', resumeAfter: block.firstPosition - 1 };
      this.#offset = block.end;
      if (block.lastPosition < wanted) continue;
      this.after = block.lastPosition;
      return { kind: 'block', block };
    }
  }

  /** Nothing readable is left in this segment: a hole, which the log's own reader reports. */
  #nextSegment(segment: Named): TailStep {
    const next = this.#segments[this.#segments.indexOf(segment) + 1];
    return next === undefined ? { kind: 'end' } : { kind: 'gone', resumeAfter: next.first - 1 };
  }

  #list(through: number): void {
    const found: Named[] = [];
    for (const name of this.#disk.list(this.#directory)) {
      const [, first, generation, salt] = SEGMENT_NAME.exec(name) ?? [];
      if (first === undefined || generation === undefined || salt === undefined) continue;
      const path = `${this.#directory}/${name}`;
      found.push({
        path,
        first: Number(first),
        generation: Number(generation),
        salt: Number.parseInt(salt, 16),
      });
    }
    found.sort((a, b) => a.first - b.first || a.generation - b.generation);
    this.#segments = found.filter(({ first }, index) => found[index + 1]?.first !== first);
    this.#listedThrough = through;
  }

  #blockAt({ path, salt }: Named): LogBlock | null {
    const head = this.#bytes(path, this.#offset, BLOCK_HEADER_BYTES);
    const end = blockEnd(head, 0, salt);
    if (end === null) return null;
    const whole = this.#bytes(path, this.#offset, end);
    const block = readBlock(whole.subarray(0, end), 0, salt);
    return block === null ? null : { ...block, offset: this.#offset, end: this.#offset + block.end };
  }

  #behindDamage({ path, salt }: Named, through: number): LogBlock | null {
    const rest = this.#disk.readPart(path, this.#offset, this.#disk.size(path) - this.#offset);
    const block = findBlock(rest, 1, salt);
    if (block === null || block.firstPosition > through) return null;
    return { ...block, offset: this.#offset + block.offset, end: this.#offset + block.end };
  }

  /** At least `length` bytes from `at` where the file has them; read ahead. */
  #bytes(path: string, at: number, length: number): Uint8Array {
    const { bytes, at: start, path: of } = this.#chunk;
    if (of === path && at >= start && at + length <= start + bytes.length) return bytes.subarray(at - start);
    const ahead = Math.min(Math.max(length, CHUNK_BYTES), Math.max(length, this.#disk.size(path) - at));
    this.#chunk = { path, at, bytes: this.#disk.readPart(path, at, ahead) };
    return this.#chunk.bytes;
  }
}
