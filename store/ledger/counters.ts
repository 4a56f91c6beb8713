/** Exact counts kept in the database, so that a transaction rolled back takes its counting with it. */
import type { DatabaseSync } from 'node:sqlite';
import { numberOf } from './database.ts';

export type CounterName =
  | 'quarantine_groups'
  | 'quarantine_samples'
  | 'quarantine_records'
  | 'gateway_presence'
  | 'passing_digests'
  | 'reconciliations';

export type Counters = ReturnType<typeof counters>;

export function counters(db: DatabaseSync) {
  const add = db.prepare('UPDATE counters SET value = value + ? WHERE name = ? RETURNING value');
  const read = db.prepare('SELECT value FROM counters WHERE name = ?');
  const valueOf = (row: ReturnType<typeof read.get>, name: CounterName): number => {
    if (row === undefined) throw new Error(`no counter ${name}`);
    return numberOf(row, 'value');
  };
  return {
    /** Adds `by` and returns the new value. */
    add: (name: CounterName, by: number): number => valueOf(add.get(by, name), name),
    value: (name: CounterName): number => valueOf(read.get(name), name),
  };
}
