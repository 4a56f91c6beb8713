/**
 * Every deploy of the flows, whole and for ever: the newest is what runs. The text is the editor's own JSON; credentials
 * in it are encrypted by the editor under a key of this site and leave this table for nobody else.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FlowVersion, NewAuditEntry, NewFlowVersion } from '#domain/contract/ledger.ts';
import { numberOf, textOf, wholeMs, type Row } from './database.ts';
import { LedgerError } from './errors.ts';

const HEAD = `number, at, username, address, restored_from, length(flows) AS characters,
  json_array_length(flows, '$.flows') AS nodes`;

export function flowVersionTable(db: DatabaseSync, audit: { append(entry: NewAuditEntry): void }) {
  const insert = db.prepare(
    `INSERT INTO flow_versions (number, at, username, address, restored_from, flows)
     VALUES ((SELECT coalesce(max(number), 0) + 1 FROM flow_versions), ?, ?, ?, ?, ?) RETURNING number`,
  );
  const list = db.prepare(`SELECT ${HEAD} FROM flow_versions WHERE number < ? ORDER BY number DESC LIMIT ?`);
  const one = db.prepare('SELECT flows FROM flow_versions WHERE number = ?');
  const valid = db.prepare("SELECT json_valid(?1) AND json_type(?1, '$.flows') = 'array' AS valid");
  const newest = db.prepare('SELECT flows FROM flow_versions ORDER BY number DESC LIMIT 1');

  return {
    /** Keeps it and writes who deployed it into the audit chain, in the caller's transaction. */
    save({ at, by, flows, restoredFrom }: NewFlowVersion): number {
      if (valid.get(flows)?.['valid'] !== 1) throw new LedgerError('bad-flows', 'no flows in it');
      const row = insert.get(wholeMs(at), by.username, by.address, restoredFrom, flows.toWellFormed());
      if (row === undefined) throw new Error('SQLite gave no number');
      const number = numberOf(row, 'number');
      const action = restoredFrom === null ? 'flows.deploy' : 'flows.restore';
      const detail = { restoredFrom, characters: flows.length };
      audit.append({ at, ...by, action, subject: String(number), outcome: 'done', detail });
      return number;
    },
    versions: (before: number, limit: number): FlowVersion[] => list.all(before, limit).map(versionOf),
    flows: (number: number): string | null => flowsIn(one.get(number)),
    newest: (): string | null => flowsIn(newest.get()),
  };
}

const flowsIn = (row: Row | undefined): string | null => (row === undefined ? null : textOf(row, 'flows'));

function versionOf(row: Row): FlowVersion {
  const restored = row['restored_from'];
  return {
    number: numberOf(row, 'number'),
    at: numberOf(row, 'at'),
    username: textOf(row, 'username'),
    address: textOf(row, 'address'),
    restoredFrom: typeof restored === 'number' ? restored : null,
    characters: numberOf(row, 'characters'),
    nodes: numberOf(row, 'nodes'),
  };
}
