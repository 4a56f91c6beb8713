/** `meta.db`: how far the record log is in chunks, the retention clock, and the newest sealed row of each point. */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { newColumns, type RowColumns } from './row-columns.ts';

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS setting(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID, STRICT;
  CREATE TABLE IF NOT EXISTS last(s INTEGER PRIMARY KEY, time INTEGER NOT NULL, deviceTime INTEGER,
    receivedAt INTEGER NOT NULL, value REAL, quality INTEGER NOT NULL, flags INTEGER NOT NULL) STRICT;`;
const UPSERT = `
  INSERT INTO last(s, time, deviceTime, receivedAt, value, quality, flags) VALUES(?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT(s) DO UPDATE SET time=excluded.time, deviceTime=excluded.deviceTime, receivedAt=excluded.receivedAt,
    value=excluded.value, quality=excluded.quality, flags=excluded.flags WHERE excluded.time >= last.time`;

/** One committed change of `meta.db`. Row i of `rows` is of point `points[i]`; it counts when it is the newest. */
export type MetaChange = {
  readonly durableThrough: number;
  readonly retentionClock: number | null;
  readonly points: readonly number[];
  readonly rows: RowColumns;
};

/** All operations throw SQLite's error (`ERR_SQLITE_ERROR`) when the disk or the file fails. */
export class MetaFile {
  private readonly database: DatabaseSync;
  private readonly upsert: StatementSync;
  private readonly set: StatementSync;
  /** As the file has it; 0 when it was never set. */
  durableThrough = 0;

  constructor(path: string) {
    this.database = new DatabaseSync(path);
    try {
      this.database.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; ${SCHEMA}`);
      this.upsert = this.database.prepare(UPSERT);
      this.set = this.database.prepare('INSERT OR REPLACE INTO setting(name, value) VALUES(?, ?)');
      this.durableThrough = this.setting('durableThrough') ?? 0;
    } catch (error) {
      this.database.close();
      throw error;
    }
  }

  /** Null when never set. */
  setting(name: 'durableThrough' | 'retentionClock'): number | null {
    const row = this.database.prepare('SELECT value FROM setting WHERE name=?').get(name);
    return typeof row?.['value'] === 'number' ? row['value'] : null;
  }

  commit(change: MetaChange): void {
    this.database.exec('BEGIN IMMEDIATE');
    try {
      change.points.forEach((point, row) => this.keepNewest(point, change.rows, row));
      this.set.run('durableThrough', change.durableThrough);
      if (change.retentionClock !== null) this.set.run('retentionClock', change.retentionClock);
      this.database.exec('COMMIT');
      this.durableThrough = change.durableThrough;
    } catch (error) {
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  /** Calls `each` with a row of every point; the columns are good only during the call. */
  readLatest(each: (point: number, rows: RowColumns, row: number) => void): void {
    const rows = newColumns(1);
    for (const row of this.database.prepare('SELECT * FROM last').iterate()) {
      const pointIndex = Number(row['s']);
      rows.time[0] = Number(row['time']);
      rows.deviceTime[0] = Number(row['deviceTime'] ?? NaN);
      rows.receivedAt[0] = Number(row['receivedAt']);
      rows.value[0] = Number(row['value'] ?? NaN);
      rows.quality[0] = Number(row['quality']);
      rows.flags[0] = Number(row['flags']);
      each(pointIndex, rows, 0);
    }
  }

  close(): void {
    this.database.close();
  }

  private keepNewest(point: number, rows: RowColumns, row: number): void {
    this.upsert.run(
      point,
      rows.time[row] ?? 0,
      numberOrNull(rows.deviceTime[row]),
      rows.receivedAt[row] ?? 0,
      numberOrNull(rows.value[row]),
      rows.quality[row] ?? 0,
      rows.flags[row] ?? 0,
    );
  }
}

const numberOrNull = (value: number | undefined): number | null =>
  value === undefined || Number.isNaN(value) ? null : value;
