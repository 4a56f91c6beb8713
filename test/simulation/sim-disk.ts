/**
 * A disk in memory that does what real ones do at the worst moment. All chance comes from the given seed.
 *
 * What was appended is in the page cache: `kill` keeps it, `powerCut` keeps each unsynced page or not, in any order,
 * perhaps torn. A failed sync leaves its pages clean though they may not be on the medium: a later sync that succeeds
 * does not bring them back. Names are on the medium once their directory is synced.
 */
import type { AppendFile, Disk } from '#store/disk.ts';
import { seededRandom, type Random } from './random.ts';

const PAGE_BYTES = 4096;

export type DiskCall = { readonly call: string; readonly path: string };
/** Probability of failure per call; adjustable while running. */
export type DiskFaults = { append: number; sync: number; create: number; directorySync: number };

type Range = { readonly from: number; readonly to: number };
type Inode = { current: Uint8Array; durable: Uint8Array; dirty: Range[] };
type NameChange = { readonly directory: string; readonly sets: readonly [string, Inode | null][] };

export class SimDisk implements Disk {
  readonly faults: DiskFaults = { append: 0, sync: 0, create: 0, directorySync: 0 };
  capacityBytes = Number.MAX_SAFE_INTEGER;
  /** Hears each call that writes, before it acts. */
  onCall: ((call: DiskCall) => void) | null = null;
  readonly #random: Random;
  #names = new Map<string, Inode>();
  #durableNames = new Map<string, Inode>();
  #nameChanges: NameChange[] = [];
  readonly #directories = new Set<string>();
  /** Grows with each kill or power cut: handles of an earlier life are closed. */
  #life = 0;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** The process dies; everything written stays in the page cache. */
  kill(): void {
    this.#life += 1;
  }

  /** The machine dies: what was not synced is kept, dropped or torn by chance. */
  powerCut(): void {
    this.kill();
    this.#cutNames();
    const torn = new Set(this.#durableNames.values());
    for (const inode of torn) this.#tear(inode);
    this.#names = new Map(this.#durableNames);
  }

  /** The worst that a power cut could leave: only what is certainly on the medium. */
  certainFiles(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#durableNames].map(([path, inode]) => [path, inode.durable.slice()]));
  }

  /** Bit rot: changes one byte on the medium. */
  rot(path: string, offset: number): void {
    const inode = this.#inode(path);
    for (const bytes of [inode.current, inode.durable]) bytes[offset] = (bytes[offset] ?? 0) ^ 0xff;
  }

  get usedBytes(): number {
    return [...this.#names.values()].reduce((sum, { current }) => sum + current.length, 0);
  }

  ensureDirectory(path: string): void {
    for (let at = path; at !== ''; at = directoryOf(at)) this.#directories.add(at);
  }
  list(path: string): string[] {
    const paths = [...this.#names.keys()].filter((name) => directoryOf(name) === path);
    return paths.map((name) => name.slice(path.length + 1)).sort();
  }
  read(path: string): Uint8Array {
    return this.#inode(path).current.slice();
  }
  readPart(path: string, offset: number, length: number): Uint8Array {
    return this.#inode(path).current.slice(offset, offset + length);
  }
  exists(path: string): boolean {
    return this.#names.has(path) || this.#directories.has(path);
  }
  size(path: string): number {
    return this.#inode(path).current.length;
  }
  freeBytes(): number {
    // Without a limit nobody needs to know how much is used.
    if (this.capacityBytes === Number.MAX_SAFE_INTEGER) return this.capacityBytes;
    return Math.max(0, this.capacityBytes - this.usedBytes);
  }

  openAppend(path: string): AppendFile {
    this.onCall?.({ call: 'openAppend', path });
    const inode = this.#names.get(path) ?? this.#create(path);
    const life = this.#life;
    let open = true;
    const check = (): void => {
      if (!open || life !== this.#life) throw diskError('EBADF', path);
    };
    return {
      append: (bytes) => {
        check();
        this.onCall?.({ call: 'append', path });
        this.#append(path, inode, bytes);
      },
      sync: () => {
        check();
        this.onCall?.({ call: 'sync', path });
        this.#sync(path, inode);
      },
      close: () => {
        open = false;
      },
    };
  }

  replace(path: string, bytes: Uint8Array): void {
    const temporary = `${path}.tmp`;
    this.#names.delete(temporary);
    const file = this.openAppend(temporary);
    file.append(bytes);
    file.sync();
    file.close();
    this.rename(temporary, path);
    this.syncDirectory(directoryOf(path));
  }

  truncate(path: string, length: number): void {
    this.onCall?.({ call: 'truncate', path });
    const inode = this.#inode(path);
    inode.current = inode.current.slice(0, length);
    inode.dirty = inode.dirty.filter(({ from }) => from < length);
    this.#sync(path, inode);
    inode.durable = inode.current.slice();
  }

  remove(path: string): void {
    this.onCall?.({ call: 'remove', path });
    this.#inode(path);
    this.#change(path, [[path, null]]);
  }

  rename(from: string, to: string): void {
    this.onCall?.({ call: 'rename', path: to });
    const inode = this.#inode(from);
    this.#change(to, [
      [from, null],
      [to, inode],
    ]);
  }

  syncDirectory(path: string): void {
    this.onCall?.({ call: 'syncDirectory', path });
    if (!this.#directories.has(path)) throw diskError('ENOENT', path);
    if (this.#random.chance(this.faults.directorySync)) throw diskError('EIO', path);
    for (const change of this.#nameChanges) {
      if (change.directory === path) applyTo(this.#durableNames, change);
    }
    this.#nameChanges = this.#nameChanges.filter(({ directory }) => directory !== path);
  }

  #inode(path: string): Inode {
    const inode = this.#names.get(path);
    if (inode === undefined) throw diskError('ENOENT', path);
    return inode;
  }

  #create(path: string): Inode {
    if (!this.#directories.has(directoryOf(path))) throw diskError('ENOENT', path);
    if (this.#random.chance(this.faults.create)) throw diskError('EIO', path);
    const inode: Inode = { current: new Uint8Array(0), durable: new Uint8Array(0), dirty: [] };
    this.#change(path, [[path, inode]]);
    return inode;
  }

  #change(path: string, sets: NameChange['sets']): void {
    const change = { directory: directoryOf(path), sets };
    applyTo(this.#names, change);
    this.#nameChanges.push(change);
  }

  #append(path: string, inode: Inode, bytes: Uint8Array): void {
    const failing = this.#random.chance(this.faults.append);
    const free = this.freeBytes();
    const fits = failing ? this.#random.int(bytes.length + 1) : Math.min(bytes.length, free);
    const from = inode.current.length;
    inode.current = joined(inode.current, bytes.subarray(0, Math.min(fits, free)));
    inode.dirty.push({ from, to: inode.current.length });
    if (failing) throw diskError('EIO', path);
    if (fits < bytes.length) throw diskError('ENOSPC', path);
  }

  #sync(path: string, inode: Inode): void {
    const failing = this.#random.chance(this.faults.sync);
    const pages = pagesOf(inode.dirty);
    const durable = longer(inode.durable, inode.current.length);
    for (const { from, to } of pages) {
      if (!failing || this.#random.chance(0.5)) durable.set(inode.current.subarray(from, to), from);
    }
    inode.durable = durable;
    inode.dirty = [];
    if (failing) throw diskError('EIO', path);
  }

  #cutNames(): void {
    const inOrder = this.#random.chance(0.5);
    const count = this.#random.int(this.#nameChanges.length + 1);
    for (const [index, change] of this.#nameChanges.entries()) {
      if (inOrder ? index < count : this.#random.chance(0.5)) applyTo(this.#durableNames, change);
    }
    this.#nameChanges = [];
  }

  #tear(inode: Inode): void {
    const grown = Math.max(0, inode.current.length - inode.durable.length);
    const bytes = new Uint8Array(inode.durable.length + this.#random.int(grown + 1));
    bytes.set(inode.durable);
    const inOrder = this.#random.chance(0.5);
    for (const { from, to } of pagesOf(inode.dirty)) {
      const end = Math.min(to, bytes.length);
      if (end <= from || (!inOrder && this.#random.chance(0.4))) continue;
      const kept = this.#random.chance(0.3) ? from + this.#random.int(end - from) : end;
      bytes.set(inode.current.subarray(from, kept), from);
    }
    inode.current = bytes;
    inode.durable = bytes.slice();
    inode.dirty = [];
  }
}

/** An error such as Node throws for a failing system call. */
export const diskError = (code: string, path: string): Error =>
  Object.assign(new Error(`${code}: simulated, '${path}'`), { code, path });

function applyTo(names: Map<string, Inode>, change: NameChange): void {
  for (const [path, inode] of change.sets) {
    if (inode === null) names.delete(path);
    else names.set(path, inode);
  }
}

function pagesOf(ranges: readonly Range[]): Range[] {
  const pages: Range[] = [];
  for (const { from, to } of ranges) {
    for (let at = from; at < to; ) {
      const end = Math.min(to, (Math.floor(at / PAGE_BYTES) + 1) * PAGE_BYTES);
      pages.push({ from: at, to: end });
      at = end;
    }
  }
  return pages;
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const bytes = longer(head, head.length + tail.length);
  bytes.set(tail, head.length);
  return bytes;
}

/** The same bytes with zeros behind them up to `length`: in place while their buffer, which is theirs alone, has room. */
function longer(bytes: Uint8Array, length: number): Uint8Array {
  if (length <= bytes.length) return bytes;
  if (length <= bytes.buffer.byteLength) {
    const grown = new Uint8Array(bytes.buffer, 0, length);
    grown.fill(0, bytes.length);
    return grown;
  }
  const grown = new Uint8Array(new ArrayBuffer(length * 2), 0, length);
  grown.set(bytes);
  return grown;
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
