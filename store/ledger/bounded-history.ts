/** A table that keeps the newest rows of each key and no more than so many in all; the oldest go first. */
import type { DatabaseSync } from 'node:sqlite';
import type { CounterName, Counters } from './counters.ts';

export type HistoryBounds = { readonly perKey: number; readonly total: number };

/**
 * Call `trim(key)` after each insert. `table` is also the name of its counter; its rows have an ascending
 * `id`. Table and column names are fixed in the code, never taken from data.
 */
export function boundedHistory(
  db: DatabaseSync,
  counts: Counters,
  table: Extract<CounterName, 'quarantine_samples' | 'gateway_presence'>,
  keyColumn: 'group_id' | 'gateway',
  bounds: HistoryBounds,
) {
  const trimKey = db.prepare(
    `DELETE FROM ${table} WHERE ${keyColumn} = ?1 AND id <=
       (SELECT id FROM ${table} WHERE ${keyColumn} = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
  );
  const trimAll = db.prepare(
    `DELETE FROM ${table} WHERE id IN (SELECT id FROM ${table} ORDER BY id LIMIT ?)`,
  );

  return (key: number | string): void => {
    const gone = Number(trimKey.run(key, bounds.perKey).changes);
    const kept = counts.add(table, 1 - gone);
    if (kept > bounds.total) counts.add(table, -Number(trimAll.run(kept - bounds.total).changes));
  };
}
