/** What can go wrong in the stores, by stable code. */
import type { StoreTrouble } from './ports.ts';

export type StoreErrorCode =
  /** A second process holds this data directory. */
  | 'data-directory-locked'
  /** The directory was written by a newer version of the product. */
  | 'data-format-newer'
  /** The format file is missing beside data, or is not a number. */
  | 'data-format-unreadable'
  /** The server key is missing or damaged beside data: a new one would void every gateway's secret. */
  | 'server-key-unreadable'
  /** The site's id is missing or damaged beside data: a new one would change every alarm's id. */
  | 'site-id-unreadable'
  /** Bytes that were on the medium no longer agree with their checksum. */
  | 'log-corrupt'
  /** The log ends before what already acted: its last bytes are damaged or gone. */
  | 'journal-behind'
  /** The wanted positions were released and are no longer held. */
  | 'log-released'
  /** A snapshot could not be written. */
  | 'snapshot-failed'
  /** The worker thread ended without being asked. */
  | 'worker-stopped'
  /** A request to the worker failed there. */
  | 'request-failed';

/** A failure of the world, told by `code`; `detail` is for a person. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;
  readonly detail: string;
  constructor(code: StoreErrorCode, detail: string, options?: { cause?: unknown }) {
    super(`${code}: ${detail}`, options);
    this.name = 'StoreError';
    this.code = code;
    this.detail = detail;
  }
}

/** Bytes lost to damage, and what became of them. */
export type Damage = {
  readonly file: string;
  /** Copy of the damaged file, or null when it was left as it is. */
  readonly keptAs: string | null;
  /** First and last position that can no longer be read; 0 and 0 when the file holds no positions. */
  readonly fromPosition: number;
  readonly toPosition: number;
  readonly detail: string;
};

/** Codes of `StoreTrouble`. `disk-reserve` alone means that commits still succeed: they live off the reserve. */
export const TROUBLE_CODES = [
  'disk-full',
  'disk-reserve',
  'disk-read-only',
  'disk-error',
  'store-failing',
  'worker-stopped',
] as const;
export type TroubleCode = (typeof TROUBLE_CODES)[number];

/** True for an error of the operating system or of SQLite: worth another try. All else is a fault of ours. */
export function isWorldError(error: unknown): error is Error & { code: string } {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return false;
  return error.code === 'ERR_SQLITE_ERROR' || /^E[A-Z0-9]+$/.test(error.code);
}

export const isDiskFull = (error: unknown): boolean =>
  isWorldError(error) && (error.code === 'ENOSPC' || error.code === 'EDQUOT');

/** Names the trouble behind a failure of the disk; throws what is no failure of the disk. */
export function troubleOf(error: unknown): StoreTrouble {
  if (!isWorldError(error)) throw error;
  return { code: codeOf(error.code), detail: error.message };
}

function codeOf(errno: string): TroubleCode {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'disk-full';
  return errno === 'EROFS' ? 'disk-read-only' : 'disk-error';
}
