/**
 * `node tools/audit-verify.ts <data directory> [--noted NUMBER:HASH]`: walks the audit chain of a ledger,
 * running or not. Prints the head, to be written down elsewhere; `--noted` holds such a head against the
 * chain. Exit 0: whole; 1: names the first entry that does not follow from those before it; 2: it could not
 * be read. Changes nothing.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseArgs } from 'node:util';
import { verifyAuditChain, type AuditFault, type AuditHead } from '#store/ledger/audit-chain.ts';
import { LEDGER_FILE } from '#store/ledger/database.ts';
import { schemaVersion, SCHEMA_VERSION } from '#store/ledger/migrations.ts';

const USAGE = 'usage: node tools/audit-verify.ts <data directory> [--noted NUMBER:HASH]';

const FAULTS: Readonly<Record<AuditFault, string>> = {
  missing: 'is missing',
  changed: 'is not what was written',
  head: 'is not the end of the log that was kept beside it',
  'not-as-noted': 'has another hash than the one noted',
};

process.exitCode = run(process.argv.slice(2));

function run(args: string[]): 0 | 1 | 2 {
  try {
    const { directory, noted } = read(args);
    const verdict = verify(join(directory, LEDGER_FILE), noted);
    if (verdict.whole) {
      const { number, hash } = verdict.head;
      console.log(`audit log whole: ${number} entries, head ${number}:${hash}`);
      return 0;
    }
    console.log(`audit log broken: entry ${verdict.number} ${FAULTS[verdict.why]}`);
    return 1;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 2;
  }
}

function read(args: string[]): { directory: string; noted: AuditHead | undefined } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { noted: { type: 'string' } },
  });
  const [directory, ...rest] = positionals;
  if (directory === undefined || rest.length > 0) throw new Error(USAGE);
  if (values.noted === undefined) return { directory, noted: undefined };
  const match = /^(\d+):([0-9a-f]{64})$/.exec(values.noted);
  if (match === null) throw new Error(USAGE);
  return { directory, noted: { number: Number(match[1]), hash: match[2] ?? '' } };
}

function verify(path: string, noted: AuditHead | undefined): ReturnType<typeof verifyAuditChain> {
  if (!existsSync(path)) throw new Error(`there is no ledger at ${path}`);
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const version = schemaVersion(db);
    if (version > SCHEMA_VERSION)
      throw new Error(`the ledger has schema ${version}, known is up to ${SCHEMA_VERSION}`);
    if (version === 0) throw new Error(`${path} is not a ledger`);
    return verifyAuditChain(db, noted);
  } finally {
    db.close();
  }
}
