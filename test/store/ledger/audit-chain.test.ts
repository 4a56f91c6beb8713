import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyAuditChain } from '#store/ledger/audit-chain.ts';
import { canonicalJson } from '#store/ledger/canonical-json.ts';
import { LEDGER_FILE, openMemoryDatabase } from '#store/ledger/database.ts';
import { Ledger, memoryLedger, openLedger } from '#store/ledger/ledger.ts';
import { testDirectories } from './directories.ts';
import { auditEntry, auditEvent, keyed } from './events.ts';

const directory = testDirectories();
const TRIGGERS = ['audit_no_update', 'audit_no_delete', 'audit_moves_head', 'audit_head_moves_on'];

/** Ten entries, journaled and direct ones in turn. */
function written(ledger: Ledger): Ledger {
  for (let n = 1; n <= 5; n++) {
    ledger.apply(keyed(n, auditEvent(`alarm-${n}`, { revision: n })), n);
    ledger.audit(auditEntry({ subject: `user-${n}`, detail: { reason: `第${n}次`, tries: [n, null] } }));
  }
  return ledger;
}

describe('the audit log', () => {
  it('refuses to be changed, shortened, overwritten or extended out of turn', () => {
    const db = openMemoryDatabase();
    written(new Ledger(db));
    const attempts = [
      "UPDATE audit SET outcome = 'ok' WHERE number = 3",
      'DELETE FROM audit WHERE number = 10',
      "INSERT OR REPLACE INTO audit SELECT 3, at, 'li', address, action, subject, outcome, detail, hash FROM audit",
      "INSERT INTO audit SELECT 12, at, 'li', address, action, subject, outcome, detail, hash FROM audit",
      'UPDATE audit_head SET number = 9',
      'DELETE FROM audit_head',
    ];
    for (const sql of attempts) expect(() => db.exec(sql), sql).toThrow('append-only');
    expect(verifyAuditChain(db)).toMatchObject({ whole: true, head: { number: 10 } });
    db.close();
  });

  it('names the first entry that someone with the file in hand has touched', () => {
    const cases: readonly (readonly [string, object])[] = [
      ["UPDATE audit SET username = 'li' WHERE number = 4", { number: 4, why: 'changed' }],
      ['UPDATE audit SET detail = \'{ "revision":1}\' WHERE number = 1', { number: 1, why: 'changed' }],
      ['UPDATE audit SET at = at + 1 WHERE number IN (7, 9)', { number: 7, why: 'changed' }],
      ["UPDATE audit SET detail = 'not json' WHERE number = 2", { number: 2, why: 'changed' }],
      ['DELETE FROM audit WHERE number = 6', { number: 6, why: 'missing' }],
      ['DELETE FROM audit WHERE number = 1', { number: 1, why: 'missing' }],
      ['DELETE FROM audit WHERE number > 8', { number: 9, why: 'missing' }],
      ['UPDATE audit SET number = 11 WHERE number = 10', { number: 10, why: 'missing' }],
      ["UPDATE audit_head SET hash = '00'", { number: 10, why: 'head' }],
    ];
    for (const [sql, expected] of cases) {
      const db = openMemoryDatabase();
      written(new Ledger(db));
      for (const trigger of TRIGGERS) db.exec(`DROP TRIGGER ${trigger}`);
      db.exec(sql);
      expect(verifyAuditChain(db), sql).toEqual({ whole: false, ...expected });
      db.close();
    }
  });

  it('names the entry after one that was changed and given a fitting hash of its own', () => {
    const db = openMemoryDatabase();
    const ledger = written(new Ledger(db));
    for (const trigger of TRIGGERS) db.exec(`DROP TRIGGER ${trigger}`);
    const [third, fourth] = ledger.auditEntries(2, 2);
    const { hash: _, ...forged } = { ...fourth, username: 'li' };
    const hash = createHash('sha256')
      .update(`${third?.hash}${canonicalJson(forged)}`)
      .digest('hex');
    db.prepare('UPDATE audit SET username = ?, hash = ? WHERE number = 4').run('li', hash);
    expect(verifyAuditChain(db)).toEqual({ whole: false, number: 5, why: 'changed' });
    db.close();
  });

  it('cut off or rewritten as a whole still differs from a head that was noted', () => {
    const ledger = written(memoryLedger());
    const fourth = ledger.auditEntries(3, 1)[0];
    expect(ledger.verifyAudit({ number: 4, hash: fourth?.hash ?? '' })).toMatchObject({ whole: true });
    expect(ledger.verifyAudit({ number: 4, hash: 'f'.repeat(64) })).toEqual({
      whole: false,
      number: 4,
      why: 'not-as-noted',
    });
    expect(ledger.verifyAudit({ number: 12, hash: 'f'.repeat(64) })).toEqual({
      whole: false,
      number: 11,
      why: 'missing',
    });
    ledger.close();
  });

  it('holds whatever people type: any text and any detail comes back and verifies', () => {
    const ledger = memoryLedger();
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, text, fc.jsonValue(), (username, subject, detail) => {
        ledger.audit(auditEntry({ username, subject, detail }));
        const [last] = ledger.auditEntries(ledger.figures().auditHead.number - 1, 1);
        expect(last).toMatchObject({ username, subject, detail: JSON.parse(JSON.stringify(detail)) });
      }),
      { numRuns: 200, seed: 7 },
    );
    ledger.audit(auditEntry({ username: '\ud800', subject: 'half a character' }));
    expect(ledger.verifyAudit()).toMatchObject({ whole: true });
    ledger.close();
  });
});

describe('audit-verify on a data directory', () => {
  const verify = (...args: string[]) => {
    const script = new URL('../../../tools/audit-verify.ts', import.meta.url).pathname;
    const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
    return { status, said: stdout + stderr };
  };

  it('says a whole log is whole while the ledger is open', () => {
    const path = directory();
    const ledger = written(openLedger(path));
    const { number, hash } = ledger.figures().auditHead;
    expect(verify(path)).toEqual({
      status: 0,
      said: `audit log whole: 10 entries, head ${number}:${hash}\n`,
    });
    expect(verify(path, '--noted', `10:${'a'.repeat(64)}`)).toMatchObject({ status: 1 });
    ledger.close();
  });

  it('names the entry in which one byte of the file was flipped', () => {
    const path = directory();
    written(openLedger(path)).close();
    const file = join(path, LEDGER_FILE);
    const bytes = readFileSync(file);
    const place = bytes.indexOf('第3次');
    bytes[place + 3] = '4'.charCodeAt(0);
    writeFileSync(file, bytes);
    expect(verify(path)).toEqual({ status: 1, said: 'audit log broken: entry 6 is not what was written\n' });
  });

  it('says so when there is nothing it can read', () => {
    const path = directory();
    expect(verify(path)).toMatchObject({ status: 2 });
    new DatabaseSync(join(path, LEDGER_FILE)).close();
    expect(verify(path)).toMatchObject({ status: 2 });
    expect(verify()).toMatchObject({ status: 2 });
  });
});
