/** The registry as it stands, built again from every change the ledger has, read-only and from any process. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Registry, RegistryChange } from '#domain/registry.ts';
import { LEDGER_FILE, numberOf, textOf } from './database.ts';

/** `directory` holds the ledger. Throws SQLite's error when the file cannot be read; a change that no longer applies is an error too. */
export const registryFromLedger = (directory: string): Registry => registryWithPosition(directory).registry;

/** The same, and the position of the record log through which the ledger had applied it. */
export function registryWithPosition(directory: string): { registry: Registry; position: number } {
  const database = new DatabaseSync(join(directory, LEDGER_FILE), { readOnly: true });
  try {
    // One reading of the file: both are of the same moment.
    database.exec('BEGIN');
    const registry = createRegistry();
    const sql = 'SELECT document FROM registry_changes ORDER BY revision, position, idx';
    for (const row of database.prepare(sql).iterate()) {
      const change: RegistryChange = JSON.parse(textOf(row, 'document'));
      const outcome = applyRegistryChange(registry, change);
      if (!outcome.ok)
        throw new Error(`the ledger holds a change that does not apply: ${outcome.errors[0]?.detail}`);
    }
    const progress = database.prepare('SELECT position FROM progress').get();
    if (progress === undefined) throw new Error('the ledger has no cursor');
    return { registry, position: numberOf(progress, 'position') };
  } finally {
    database.close();
  }
}
