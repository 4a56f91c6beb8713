/**
 * One month of chunks in one SQLite file `data-YYYYMM.db`. Table `hour` takes what is sealed, in key order (hour, point), so
 * sealing writes on from where it left; `day` takes the sparse hours of finished days, put together so that a point
 * that reports every ten minutes does not pay a chunk's overhead for six rows. Pages are 32 KiB: in a WITHOUT
 * ROWID table a chunk of more than a quarter page goes to pages of its own, and an hour at 1 s takes 3 KB.
 * Bound JS numbers arrive as REAL: no SQL here does arithmetic on them.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ChunkPlace } from './chunk-codec.ts';
import { HOURS_PER_DAY, HOUR_MS } from './row-columns.ts';

export type ChunkTable = 'hour' | 'day';

/** A chunk as stored. Parts of one key follow each other in time. */
export type StoredPart = { readonly part: number; readonly bytes: Uint8Array };

/** Days with rows in `hour` that may belong into `day`, and when (wall clock) the oldest such row was sealed. */
export type PendingDay = { readonly day: number; readonly since: number };

/** An hour with fewer rows of a point than this is put together with its day. */
export const SPARSE_HOUR_ROWS = 128;

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS hour(t INTEGER, s INTEGER, part INTEGER, n INTEGER NOT NULL, b BLOB NOT NULL,
    PRIMARY KEY(t, s, part)) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS day(t INTEGER, s INTEGER, part INTEGER, n INTEGER NOT NULL, b BLOB NOT NULL,
    PRIMARY KEY(t, s, part)) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS pending(day INTEGER PRIMARY KEY, since INTEGER NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS damaged(kind TEXT NOT NULL, t INTEGER, s INTEGER, part INTEGER, b BLOB NOT NULL) STRICT;`;

/** Where a chunk belongs; the seed ties its checksum to the place. */
export function placeOf(table: ChunkTable, t: number, s: number, part: number): ChunkPlace {
  const spanMs = table === 'hour' ? HOUR_MS : HOUR_MS * HOURS_PER_DAY;
  const seed = (t * 2654435761 + s * 40503 + part * 7 + (table === 'hour' ? 1 : 2)) % 4294967296;
  return { spanStart: t * spanMs, seed };
}

/** All operations throw SQLite's error (`ERR_SQLITE_ERROR`) when the disk or the file fails. */
export class MonthFile {
  readonly path: string;
  private readonly database: DatabaseSync;
  private readonly statements = new Map<string, StatementSync>();

  constructor(path: string) {
    this.path = path;
    this.database = new DatabaseSync(path);
    try {
      this.database.exec(
        'PRAGMA page_size=32768; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;' +
          `PRAGMA cache_size=-16384; ${SCHEMA}`,
      );
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Runs `work` whole or not at all. */
  transaction(work: () => void): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  parts(table: ChunkTable, t: number, s: number): StoredPart[] {
    const sql = `SELECT part, b FROM ${table} WHERE t=? AND s=? ORDER BY part`;
    return this.prepared(sql)
      .all(t, s)
      .map((row) => ({ part: integer(row['part']), bytes: blob(row['b']) }));
  }

  /** The part with the highest number below `limit`, or null. */
  partBelow(table: ChunkTable, t: number, s: number, limit: number): StoredPart | null {
    const sql = `SELECT part, b FROM ${table} WHERE t=? AND s=? AND part<? ORDER BY part DESC LIMIT 1`;
    const row = this.prepared(sql).get(t, s, limit);
    return row ? { part: integer(row['part']), bytes: blob(row['b']) } : null;
  }

  holds(table: ChunkTable, t: number): boolean {
    return this.prepared(`SELECT 1 FROM ${table} WHERE t=? LIMIT 1`).get(t) !== undefined;
  }

  put(table: ChunkTable, t: number, s: number, part: number, rows: number, bytes: Uint8Array): void {
    this.prepared(`INSERT OR REPLACE INTO ${table}(t, s, part, n, b) VALUES(?, ?, ?, ?, ?)`).run(
      t,
      s,
      part,
      rows,
      bytes,
    );
  }

  removeParts(table: ChunkTable, t: number, s: number, fromPart: number): void {
    this.prepared(`DELETE FROM ${table} WHERE t=? AND s=? AND part>=?`).run(t, s, fromPart);
  }

  /** Keeps the bytes of a chunk that cannot be read, out of the way of the data. */
  setAside(table: ChunkTable, t: number, s: number, part: number): void {
    const key = 'WHERE t=? AND s=? AND part=?';
    this.prepared(`INSERT INTO damaged SELECT '${table}', t, s, part, b FROM ${table} ${key}`).run(
      t,
      s,
      part,
    );
    this.prepared(`DELETE FROM ${table} ${key}`).run(t, s, part);
  }

  /** Sparse hours of the points [fromPoint, toPoint) in hour `t`. */
  sparseHours(t: number, fromPoint: number, toPoint: number): { point: number; bytes: Uint8Array }[] {
    const sql = 'SELECT s, b FROM hour WHERE t=? AND s>=? AND s<? AND n<? AND part=0 ORDER BY s';
    return this.prepared(sql)
      .all(t, fromPoint, toPoint, SPARSE_HOUR_ROWS)
      .map((row) => ({ point: integer(row['s']), bytes: blob(row['b']) }));
  }

  removeSparseHours(t: number, fromPoint: number, toPoint: number): void {
    const sql = 'DELETE FROM hour WHERE t=? AND s>=? AND s<? AND n<? AND part=0';
    this.prepared(sql).run(t, fromPoint, toPoint, SPARSE_HOUR_ROWS);
  }

  /** Highest point index in hour `t`; -1 when there is none. */
  lastPoint(t: number): number {
    const row = this.prepared('SELECT max(s) AS s FROM hour WHERE t=?').get(t);
    return typeof row?.['s'] === 'number' ? row['s'] : -1;
  }

  addPending(day: number, since: number): void {
    this.prepared('INSERT OR IGNORE INTO pending(day, since) VALUES(?, ?)').run(day, since);
  }

  removePending(day: number): void {
    this.prepared('DELETE FROM pending WHERE day=?').run(day);
  }

  pendingDays(): PendingDay[] {
    return this.prepared('SELECT day, since FROM pending ORDER BY day')
      .all()
      .map((row) => ({ day: integer(row['day']), since: integer(row['since']) }));
  }

  /** Hours or days with chunks, ascending. */
  times(table: ChunkTable): number[] {
    // SQLite would walk every key for DISTINCT; this steps from one to the next.
    const sql = `WITH RECURSIVE x(t) AS (SELECT min(t) FROM ${table}
      UNION ALL SELECT (SELECT min(t) FROM ${table} WHERE t>x.t) FROM x WHERE x.t IS NOT NULL)
      SELECT t FROM x WHERE t IS NOT NULL`;
    return this.prepared(sql)
      .all()
      .map((row) => integer(row['t']));
  }

  /** Points with chunks in hour or day `t`, ascending. */
  pointsOf(table: ChunkTable, t: number): number[] {
    return this.prepared(`SELECT DISTINCT s FROM ${table} WHERE t=? ORDER BY s`)
      .all(t)
      .map((row) => integer(row['s']));
  }

  /** Every chunk's key, newest first: only for rebuilding what was derived from them. */
  *keys(table: ChunkTable): Iterable<{ t: number; s: number; part: number }> {
    const sql = `SELECT t, s, part FROM ${table} ORDER BY t DESC, s, part DESC`;
    for (const row of this.database.prepare(sql).iterate())
      yield { t: integer(row['t']), s: integer(row['s']), part: integer(row['part']) };
  }

  /** Gives up to `pages` free pages back to the file system; false when there are none. */
  shrink(pages: number): boolean {
    const row = this.prepared('PRAGMA freelist_count').get();
    if (integer(row?.['freelist_count']) === 0) return false;
    this.database.exec(`PRAGMA incremental_vacuum(${pages})`);
    return true;
  }

  close(): void {
    this.statements.clear();
    this.database.close();
  }

  private prepared(sql: string): StatementSync {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.database.prepare(sql)));
    return statement;
  }
}

function integer(value: unknown): number {
  if (typeof value !== 'number') throw new TypeError('SQLite gave no integer');
  return value;
}

function blob(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw new TypeError('SQLite gave no blob');
  return value;
}
