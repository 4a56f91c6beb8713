/**
 * The ledger's schema, one numbered step after another; `PRAGMA user_version` says how many a database has
 * taken.
 */
import type { DatabaseSync } from 'node:sqlite';
import { LedgerError } from './errors.ts';
import { FIRST_SCHEMA } from './schema-0001.ts';
import { EDGES_SCHEMA } from './schema-0002.ts';
import { NOTIFICATIONS_SCHEMA } from './schema-0003.ts';
import { PRODUCTS_SCHEMA } from './schema-0004.ts';
import { FLOW_VERSIONS_SCHEMA } from './schema-0005.ts';
import { RULE_VERSIONS_SCHEMA } from './schema-0006.ts';
import { INCIDENTS_SCHEMA } from './schema-0007.ts';
import { QUALITY_SCHEMA } from './schema-0008.ts';
import { BACKFILLS_SCHEMA } from './schema-0009.ts';
import { ALARM_PAST_SCHEMA } from './schema-0010.ts';

/** Step n brings version n-1 to n. A step that has shipped is never edited. */
const MIGRATIONS: readonly string[] = [
  FIRST_SCHEMA,
  EDGES_SCHEMA,
  NOTIFICATIONS_SCHEMA,
  PRODUCTS_SCHEMA,
  FLOW_VERSIONS_SCHEMA,
  RULE_VERSIONS_SCHEMA,
  INCIDENTS_SCHEMA,
  QUALITY_SCHEMA,
  BACKFILLS_SCHEMA,
  ALARM_PAST_SCHEMA,
];

/** Version of the schema this code reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * Brings the database up to date, each step whole or not at all. Throws LedgerError `newer-database`,
 * changing nothing.
 */
export function migrate(db: DatabaseSync): void {
  const version = schemaVersion(db);
  if (version > SCHEMA_VERSION) {
    const detail = `the ledger has schema ${version}, known here is up to ${SCHEMA_VERSION}`;
    throw new LedgerError('newer-database', detail);
  }
  for (let step = version; step < SCHEMA_VERSION; step++) {
    db.exec(`BEGIN IMMEDIATE; ${MIGRATIONS[step]}; PRAGMA user_version = ${step + 1}; COMMIT`);
  }
}

/** How many steps a database has taken; 0 when it is new. */
export function schemaVersion(db: DatabaseSync): number {
  const version = db.prepare('PRAGMA user_version').get()?.['user_version'];
  if (typeof version !== 'number') throw new Error('SQLite gave no user_version');
  return version;
}
