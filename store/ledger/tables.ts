/** The ledger's tables, each in a file of its own, joined over one database handle. */
import type { DatabaseSync } from 'node:sqlite';
import { alarmPast } from './alarm-past.ts';
import { alarmTables } from './alarm-tables.ts';
import { auditChain, type AuditHead } from './audit-chain.ts';
import { backfillTable } from './backfills.ts';
import { counters } from './counters.ts';
import { numberOf } from './database.ts';
import { flowVersionTable } from './flow-versions.ts';
import { gatewayPresence, PRESENCE_BOUNDS } from './gateway-presence.ts';
import { incidentTables } from './incidents.ts';
import { notificationTable } from './notifications.ts';
import { QUARANTINE_BOUNDS, quarantineTables, type QuarantineBounds } from './quarantine.ts';
import { PASSING_DIGESTS_MAX, reconciler } from './reconciliation.ts';
import { qualityTables } from './quality.ts';
import { registryProjection } from './registry-projection.ts';
import { ruleVersionTable } from './rule-versions.ts';
import { userTables } from './users.ts';

export type LedgerOptions = {
  readonly quarantine?: QuarantineBounds;
  readonly presence?: typeof PRESENCE_BOUNDS;
  /** Digests kept of refusals and presence, to notice a replay that differs. */
  readonly passingDigests?: number;
  /** Alarm events that one question about alarm quality reads. */
  readonly qualityEvents?: number;
};

export type LedgerFigures = {
  readonly cursor: number;
  readonly databaseBytes: number;
  readonly auditHead: AuditHead;
  /** Replayed events that differed from what was applied. */
  readonly reconciliations: number;
  /** Refused records that found no room to wait for approval. */
  readonly quarantineNotKept: number;
};

/** Everything the ledger keeps, over one handle. */
export function tablesOf(db: DatabaseSync, options: LedgerOptions) {
  const counts = counters(db);
  const reconcile = reconciler(db, counts, options.passingDigests ?? PASSING_DIGESTS_MAX);
  const audit = auditChain(db);
  const quarantine = quarantineTables(db, counts, options.quarantine ?? QUARANTINE_BOUNDS);
  const readCursor = db.prepare('SELECT position FROM progress');
  const writeCursor = db.prepare('UPDATE progress SET position = ?');
  const pages = db.prepare('SELECT page_count * page_size AS bytes FROM pragma_page_count, pragma_page_size');
  const number = (row: ReturnType<typeof readCursor.get>, column: string): number => {
    if (row === undefined) throw new Error(`no ${column}`);
    return numberOf(row, column);
  };
  const cursor = (): number => number(readCursor.get(), 'position');
  return {
    cursor,
    moveCursor: (position: number): void => void writeCursor.run(position),
    reconcile,
    audit,
    quarantine,
    alarms: alarmTables(db, reconcile),
    past: alarmPast(db),
    incidents: incidentTables(db),
    registry: registryProjection(db, reconcile),
    notifications: notificationTable(db),
    presence: gatewayPresence(db, counts, options.presence ?? PRESENCE_BOUNDS),
    users: userTables(db),
    flows: flowVersionTable(db, audit),
    rules: ruleVersionTable(db),
    backfills: backfillTable(db),
    quality: qualityTables(db, options.qualityEvents),
    figures: (): LedgerFigures => ({
      cursor: cursor(),
      databaseBytes: number(pages.get(), 'bytes'),
      auditHead: audit.head(),
      reconciliations: counts.value('reconciliations'),
      quarantineNotKept: quarantine.notKept(),
    }),
  };
}
