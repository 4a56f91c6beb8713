import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { LEDGER_FILE } from '#store/ledger/database.ts';
import { openLedger } from '#store/ledger/ledger.ts';
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import { migrate, SCHEMA_VERSION, schemaVersion } from '#store/ledger/migrations.ts';
import { ROLES } from '#domain/user.ts';
import { testDirectories } from './directories.ts';
import { auditEntry, cityEvents } from './events.ts';

const directory = testDirectories();

describe('the ledger file', () => {
  it('is made from nothing, and opened again with all it held', () => {
    const path = directory();
    const first = openLedger(path);
    first.apply(cityEvents(16), 16);
    first.audit(auditEntry());
    const { auditHead } = first.figures();
    first.close();
    const again = openLedger(path);
    expect(again.figures()).toMatchObject({ cursor: 16, auditHead });
    again.close();
  });

  it('is readable by its owner only', () => {
    const path = directory();
    openLedger(path).close();
    expect(statSync(join(path, LEDGER_FILE)).mode & 0o777).toBe(0o600);
  });

  it('written by a newer version is refused by name and left as it is', async () => {
    const path = directory();
    openLedger(path).close();
    const db = new DatabaseSync(join(path, LEDGER_FILE));
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    expect(() => openLedger(path)).toThrow(expect.objectContaining({ code: 'newer-database' }));
    await expect(openLedgerClient(path)).rejects.toMatchObject({ code: 'newer-database' });
    expect(schemaVersion(db)).toBe(SCHEMA_VERSION + 1);
    db.close();
  });

  it('that is no database is refused as damaged', async () => {
    const path = directory();
    writeFileSync(
      join(path, LEDGER_FILE),
      'not a database at all, but long enough to be read as one'.repeat(20),
    );
    await expect(openLedgerClient(path)).rejects.toMatchObject({ code: 'damaged' });
  });

  it('takes each step whole: running them again changes nothing', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db);
    const schema = db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all();
    migrate(db);
    expect(db.prepare('SELECT sql FROM sqlite_schema ORDER BY name').all()).toEqual(schema);
    expect(schemaVersion(db)).toBe(SCHEMA_VERSION);
    db.close();
  });

  it('knows every role from the first step, the three administrators apart', () => {
    const db = new DatabaseSync(':memory:');
    migrate(db);
    const roles = db.prepare('SELECT name, administrator FROM roles').all();
    expect(roles.map(({ name }) => name).sort()).toEqual([...ROLES].sort());
    const administrators = roles.filter(({ administrator }) => administrator === 1).map(({ name }) => name);
    expect(administrators.sort()).toEqual(['audit-admin', 'security-admin', 'system-admin']);
    db.close();
  });
});
