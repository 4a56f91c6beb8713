/** Opening the ledger's database, and the two things every table asks of it: transactions and typed rows. */
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { codedError } from './errors.ts';
import { migrate } from './migrations.ts';

/** The ledger's file inside the data directory. */
export const LEDGER_FILE = 'ledger.db';

/** How long one statement waits for another process's lock before it counts as trouble (`busy`). */
const LOCK_WAIT_MS = 250;

/**
 * Opens `ledger.db` in an existing or new directory, brings it up to date and readies it for one writer.
 * Readable by its owner only: it holds password hashes. Throws LedgerError.
 */
export function openLedgerDatabase(directory: string): DatabaseSync {
  const path = join(directory, LEDGER_FILE);
  return coded(() => {
    mkdirSync(directory, { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
    chmodSync(path, 0o600);
    return prepareDatabase(path);
  });
}

/** Another handle on an opened ledger, that cannot change it. Throws LedgerError. */
export const openLedgerReader = (directory: string): DatabaseSync =>
  coded(() => new DatabaseSync(join(directory, LEDGER_FILE), { readOnly: true, timeout: LOCK_WAIT_MS }));

/** An empty ledger that lives as long as the handle. */
export const openMemoryDatabase = (): DatabaseSync => coded(() => prepareDatabase(':memory:'));

function prepareDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: LOCK_WAIT_MS, enableForeignKeyConstraints: true });
  try {
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** Runs `work` whole or not at all. Throws LedgerError when the disk is to blame. */
export function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  return coded(() => {
    db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  });
}

/** Runs a read with SQLite's failures coded. */
export function coded<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw codedError(error);
  }
}

export type Row = Readonly<Record<string, SQLOutputValue>>;

/**
 * The column's text; throws when it holds anything else: the schema is STRICT, so that is our own mistake.
 */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`column ${column} is not text`);
  return value;
}

/** The column's number; throws as textOf does. */
export function numberOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`column ${column} is not a number`);
  return value;
}

export const textOrNull = (row: Row, column: string): string | null =>
  row[column] === null ? null : textOf(row, column);

/** A time as an INTEGER column takes it: whole milliseconds. */
export const wholeMs = (at: number): number => Math.trunc(at);
