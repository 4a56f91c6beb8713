/**
 * Why the ledger refused or could not: every code once. Callers act on `code`; `detail` is for a maintainer.
 */

/** The world's failures: tried again by whoever owns the write; reads go on. */
const DISK_CODES = ['disk-full', 'disk-failing', 'read-only', 'busy', 'damaged'] as const;

export type LedgerErrorCode =
  | (typeof DISK_CODES)[number]
  /** The database was written by a newer version of this product. */
  | 'newer-database'
  | 'username-taken'
  | 'bad-username'
  | 'bad-password-hash'
  | 'unknown-user'
  | 'unknown-role'
  | 'retired-user'
  /** What should be kept as flows is no JSON document of flows. */
  | 'bad-flows'
  /** The last active security administrator can be neither retired nor stripped of the role. */
  | 'last-security-admin'
  /** The ledger was closed, or its thread ended, before the answer came. */
  | 'closed';

export class LedgerError extends Error {
  override readonly name = 'LedgerError';
  readonly code: LedgerErrorCode;
  readonly detail: string;

  constructor(code: LedgerErrorCode, detail: string, options?: ErrorOptions) {
    super(`${code}: ${detail}`, options);
    this.code = code;
    this.detail = detail;
  }
}

/** An error on its way between threads; `code` is null when it is not a LedgerError. */
export type Fault = { readonly code: LedgerErrorCode | null; readonly detail: string };

export function faultOf(error: unknown): Fault {
  if (error instanceof LedgerError) return { code: error.code, detail: error.detail };
  return { code: null, detail: error instanceof Error ? error.message : String(error) };
}

export const errorOf = ({ code, detail }: Fault): Error =>
  code === null ? new Error(detail) : new LedgerError(code, detail);

/** True when trying again later can help. */
export const isDiskTrouble = (error: unknown): error is LedgerError =>
  error instanceof LedgerError && DISK_CODES.some((code) => code === error.code);

/** SQLite's primary result codes (https://sqlite.org/rescode.html) that are the disk's doing. */
const BY_RESULT_CODE = new Map<number, (typeof DISK_CODES)[number]>([
  [5, 'busy'],
  [6, 'busy'],
  [8, 'read-only'],
  [10, 'disk-failing'],
  [11, 'damaged'],
  [13, 'disk-full'],
  [14, 'disk-failing'],
  [26, 'damaged'],
]);

/** The same for Node's file errors, met while the file is opened. */
const BY_FILE_CODE = new Map<string, (typeof DISK_CODES)[number]>([
  ['ENOSPC', 'disk-full'],
  ['EDQUOT', 'disk-full'],
  ['EIO', 'disk-failing'],
  ['EROFS', 'read-only'],
  ['EACCES', 'read-only'],
  ['EPERM', 'read-only'],
]);

/** The disk's error as a coded one; anything else is our own fault and comes back as it is. */
export function codedError(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const code = diskCode(error);
  return code === undefined ? error : new LedgerError(code, error.message, { cause: error });
}

function diskCode(error: Error): (typeof DISK_CODES)[number] | undefined {
  if ('errcode' in error && typeof error.errcode === 'number')
    return BY_RESULT_CODE.get(error.errcode & 0xff);
  if ('code' in error && typeof error.code === 'string') return BY_FILE_CODE.get(error.code);
  return undefined;
}
