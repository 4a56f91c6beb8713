/**
 * Space held back in the data directory. When the disk is full the file is deleted and everything that keeps alarms
 * alive (journal, record log, ledger) goes on in what it held, while the pipeline stops taking publishes. Once there
 * is room again it is laid down anew, a slice at a time. Any part may delete it; only the journal lays it down.
 */
import type { AppendFile, Disk } from './disk.ts';
import { isWorldError } from './store-error.ts';

export const RESERVE_BYTES = 256 * 1024 * 1024;
const SLICE_BYTES = 1024 * 1024;

export class DiskReserve {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #bytes: number;
  #file: AppendFile | null = null;
  #laid = 0;
  #spent = false;

  /** `bytes` 0 = none is kept. */
  constructor(disk: Disk, path: string, bytes: number) {
    this.#disk = disk;
    this.#path = path;
    this.#bytes = bytes;
    if (disk.exists(path)) this.#laid = disk.size(path);
  }

  /** True from the moment it was given up until it is whole again. */
  get spent(): boolean {
    return this.#spent;
  }

  /** Gives it up; false when there was nothing to give. */
  release(): boolean {
    const given = this.#drop();
    if (given) this.#spent = true;
    return given;
  }

  /** Lays down one slice if there is room for as much again beside it; true when there is more to do now. */
  step(): boolean {
    this.#notice();
    if (this.#laid >= this.#bytes) return false;
    const missing = this.#bytes - this.#laid;
    if (this.#disk.freeBytes(directoryOf(this.#path)) < missing + this.#bytes) return false;
    try {
      this.#file ??= this.#disk.openAppend(this.#path);
      this.#file.append(filler(Math.min(SLICE_BYTES, missing)));
      this.#file.sync();
    } catch (error) {
      if (!isWorldError(error)) throw error;
      this.#drop();
      return false;
    }
    this.#laid += Math.min(SLICE_BYTES, missing);
    if (this.#laid < this.#bytes) return true;
    this.close();
    this.#spent = false;
    return false;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** Another part may have given it up. */
  #notice(): void {
    if (this.#laid === 0 || this.#disk.exists(this.#path)) return;
    this.close();
    this.#spent ||= this.#laid >= this.#bytes;
    this.#laid = 0;
  }

  #drop(): boolean {
    this.close();
    this.#laid = 0;
    return giveUpReserve(this.#disk, this.#path);
  }
}

/** Deletes the reserve file; false when there is none. For the parts that do not lay it down. */
export function giveUpReserve(disk: Disk, path: string): boolean {
  if (!disk.exists(path)) return false;
  disk.remove(path);
  return true;
}

/** Bytes that no compressing file system can shrink: a reserve of zeros would hold nothing there. */
function filler(length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = 0x2545_f491;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
