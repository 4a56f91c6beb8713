/** The registry as it stands, built again from every change the ledger has, read-only and from any process. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Registry, RegistryChange } from '#domain/registry.ts';
import { LEDGER_FILE, textOf } from './database.ts';

/** `directory` holds the ledger. Throws SQLite's error when the file cannot be read; a change that no longer applies is an error too. */
export function registryFromLedger(directory: string): Registry {
  const database = new DatabaseSync(join(directory, LEDGER_FILE), { readOnly: true });
  try {
    const registry = createRegistry();
    const sql = 'SELECT document FROM registry_changes ORDER BY revision, position, idx';
    for (const row of database.prepare(sql).iterate()) {
      const change: RegistryChange = JSON.parse(textOf(row, 'document'));
      const outcome = applyRegistryChange(registry, change);
      if (!outcome.ok)
        throw new Error(`the ledger holds a change that does not apply: ${outcome.errors[0]?.detail}`);
    }
    return registry;
  } finally {
    database.close();
  }
}
