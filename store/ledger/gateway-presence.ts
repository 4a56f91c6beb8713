/** When each gateway came and went: the newest changes only. */
import type { DatabaseSync } from 'node:sqlite';
import type { Timestamp } from '#domain/time.ts';
import { boundedHistory, type HistoryBounds } from './bounded-history.ts';
import type { Counters } from './counters.ts';
import { numberOf, wholeMs } from './database.ts';

export const PRESENCE_BOUNDS: HistoryBounds = { perKey: 500, total: 1_000_000 };

export type PresenceChange = {
  readonly at: Timestamp;
  readonly connected: boolean;
  /** Open connections after the change. */
  readonly connections: number;
};

export function gatewayPresence(db: DatabaseSync, counts: Counters, bounds: HistoryBounds) {
  const insert = db.prepare(
    'INSERT INTO gateway_presence (gateway, at, connected, connections) VALUES (?, ?, ?, ?)',
  );
  const list = db.prepare(
    'SELECT at, connected, connections FROM gateway_presence WHERE gateway = ? ORDER BY id DESC',
  );
  const trim = boundedHistory(db, counts, 'gateway_presence', 'gateway', bounds);

  function apply(change: PresenceChange & { readonly gateway: string }): void {
    insert.run(change.gateway, wholeMs(change.at), change.connected ? 1 : 0, change.connections);
    trim(change.gateway);
  }

  /** Newest first. */
  const presence = (gateway: string): PresenceChange[] =>
    list.all(gateway).map((row) => ({
      at: numberOf(row, 'at'),
      connected: numberOf(row, 'connected') === 1,
      connections: numberOf(row, 'connections'),
    }));

  return { apply, presence };
}
