/** The folder that holds everything: one process at a time, one format, one key, one site. */
import { randomBytes } from 'node:crypto';
import { chmodSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Disk } from './disk.ts';
import { realDisk } from './real-disk.ts';
import { isWorldError, StoreError, type StoreErrorCode } from './store-error.ts';

/** Version of the layout below this folder. A newer one is refused, an older one will be brought up to date here. */
export const DATA_FORMAT = 1;
const KEY_BYTES = 32;
const SITE_PATTERN = /^[A-Za-z0-9._-]{1,64}$/;

export type DataDirectory = {
  readonly path: string;
  /** 32 random bytes under which gateways' secrets are stored as HMAC; never leaves this machine. */
  readonly serverKey: Uint8Array;
  /** Generated once; part of every alarm's id. */
  readonly siteId: string;
  /** Lets the next process in. A kill does so too. */
  close(): void;
};

/**
 * Opens the folder, creating it when absent. Throws a StoreError: `data-directory-locked` when another process has it,
 * `data-format-newer`, `data-format-unreadable`, `server-key-unreadable`, `site-id-unreadable`.
 */
export function openDataDirectory(path: string): DataDirectory {
  const directory = resolve(path);
  const disk = realDisk();
  disk.ensureDirectory(directory);
  const lock = takeLock(directory);
  try {
    const used = disk.exists(join(directory, 'journal'));
    checkFormat(disk, directory, used);
    const serverKey = keptServerKey(disk, directory, used);
    const siteId = keptSiteId(disk, directory, used);
    return { path: directory, serverKey, siteId, close: () => lock.close() };
  } catch (error) {
    lock.close();
    throw error;
  }
}

/** An exclusive transaction that stays open: the kernel ends it with the process, however that dies. */
function takeLock(directory: string): DatabaseSync {
  const lock = new DatabaseSync(join(directory, 'lock.db'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return lock;
  } catch (cause) {
    lock.close();
    if (isWorldError(cause) && /locked|busy/i.test(cause.message)) {
      throw new StoreError('data-directory-locked', `another process is using ${directory}`, { cause });
    }
    throw cause;
  }
}

function checkFormat(disk: Disk, directory: string, used: boolean): void {
  const path = join(directory, 'format');
  const text = kept(disk, path, used, 'data-format-unreadable', () => `${DATA_FORMAT}\n`);
  const format = Number(text);
  if (!Number.isInteger(format) || format < 1 || text.trim() === '') {
    throw new StoreError('data-format-unreadable', `${path} holds no format number`);
  }
  if (format > DATA_FORMAT) {
    const detail = `${directory} has format ${format}, this version reads up to ${DATA_FORMAT}`;
    throw new StoreError('data-format-newer', `${detail}: start it with the newer version`);
  }
}

function keptServerKey(disk: Disk, directory: string, used: boolean): Uint8Array {
  const path = join(directory, 'server-key');
  const draw = (): string => `${randomBytes(KEY_BYTES).toString('hex')}\n`;
  const text = kept(disk, path, used, 'server-key-unreadable', draw).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new StoreError('server-key-unreadable', `${path} does not hold ${KEY_BYTES} bytes in hex`);
  }
  chmodSync(path, 0o600);
  return Buffer.from(text, 'hex');
}

function keptSiteId(disk: Disk, directory: string, used: boolean): string {
  const path = join(directory, 'site-id');
  const draw = (): string => `site-${randomBytes(6).toString('hex')}\n`;
  const text = kept(disk, path, used, 'site-id-unreadable', draw).trim();
  if (!SITE_PATTERN.test(text)) throw new StoreError('site-id-unreadable', `${path} holds no site id`);
  return text;
}

/** The file's text; made by `draw` only where there are no data yet that depend on it. */
function kept(disk: Disk, path: string, used: boolean, code: StoreErrorCode, draw: () => string): string {
  if (!disk.exists(path)) {
    if (used) throw new StoreError(code, `${path} is missing`);
    disk.replace(path, new TextEncoder().encode(draw()));
  }
  return new TextDecoder().decode(disk.read(path));
}
