/** What each back-fill of a gateway brought, newest first. */
import type { DatabaseSync } from 'node:sqlite';
import type { BackfillEvent } from '#domain/backfill.ts';
import type { BackfillLine } from '#domain/contract/ledger.ts';
import { canonicalJson } from './canonical-json.ts';
import { numberOf, textOf, wholeMs } from './database.ts';

export function backfillTable(db: DatabaseSync) {
  const insert = db.prepare('INSERT INTO backfills (at, gateway, document) VALUES (?, ?, ?)');
  const all = db.prepare(
    'SELECT number, document FROM backfills WHERE number < ? ORDER BY number DESC LIMIT ?',
  );
  const ofGateways = db.prepare(
    `SELECT number, document FROM backfills
     WHERE number < ? AND gateway IN (SELECT value FROM json_each(?)) ORDER BY number DESC LIMIT ?`,
  );

  const apply = ({ at, backfill }: BackfillEvent): void =>
    void insert.run(wholeMs(at), backfill.gateway, canonicalJson(backfill));

  /** Below a number; of these gateways, or of all when `gateways` is null. */
  function backfills(before: number, limit: number, gateways: readonly string[] | null): BackfillLine[] {
    const rows =
      gateways === null ? all.all(before, limit) : ofGateways.all(before, JSON.stringify(gateways), limit);
    return rows.map((row) => ({
      number: numberOf(row, 'number'),
      backfill: JSON.parse(textOf(row, 'document')),
    }));
  }

  return { apply, backfills };
}
