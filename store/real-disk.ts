/** The operating system's disk. Every call blocks its thread: for worker threads only. */
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AppendFile, Disk } from './disk.ts';

/** Files readable by their owner alone: journal and ledger hold what citizens and operators sent. */
const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

/** Throws Node's errors (`code` ENOSPC, EIO, …). */
export function realDisk(): Disk {
  return {
    ensureDirectory,
    list,
    read: (path) => readFileSync(path),
    readPart,
    exists: existsSync,
    size: (path) => statSync(path).size,
    openAppend,
    replace,
    truncate,
    remove: unlinkSync,
    rename: renameSync,
    syncDirectory,
    freeBytes,
  };
}

/** Each new directory is synced into its parent, or a power cut could take the whole log with it. */
function ensureDirectory(path: string): void {
  if (existsSync(path)) return;
  ensureDirectory(dirname(path));
  mkdirSync(path, { recursive: true, mode: DIRECTORY_MODE });
  syncDirectory(dirname(path));
}

function list(path: string): string[] {
  if (!existsSync(path)) return [];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .sort();
}

function readPart(path: string, offset: number, length: number): Uint8Array {
  return withFile(path, 'r', (fd) => {
    const bytes = new Uint8Array(length);
    let read = 0;
    while (read < length) {
      const count = readSync(fd, bytes, read, length - read, offset + read);
      if (count === 0) break;
      read += count;
    }
    return bytes.subarray(0, read);
  });
}

function openAppend(path: string): AppendFile {
  const fd = openSync(path, 'a', FILE_MODE);
  let open = true;
  return {
    append: (bytes) => writeWhole(fd, bytes),
    sync: () => fdatasyncSync(fd),
    close: () => {
      if (open) {
        open = false;
        closeSync(fd);
      }
    },
  };
}

function replace(path: string, bytes: Uint8Array): void {
  const temporary = `${path}.tmp`;
  withFile(temporary, 'w', (fd) => {
    writeWhole(fd, bytes);
    fsyncSync(fd);
  });
  renameSync(temporary, path);
  syncDirectory(dirname(path));
}

function truncate(path: string, length: number): void {
  withFile(path, 'r+', (fd) => {
    ftruncateSync(fd, length);
    fsyncSync(fd);
  });
}

function syncDirectory(path: string): void {
  withFile(path, 'r', fsyncSync);
}

function freeBytes(path: string): number {
  const { bavail, bsize } = statfsSync(path);
  return bavail * bsize;
}

/** The kernel may take less than it was given. */
function writeWhole(fd: number, bytes: Uint8Array): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(fd, bytes, written, bytes.length - written);
}

function withFile<T>(path: string, flags: string, use: (fd: number) => T): T {
  const fd = openSync(path, flags, FILE_MODE);
  try {
    return use(fd);
  } finally {
    closeSync(fd);
  }
}
