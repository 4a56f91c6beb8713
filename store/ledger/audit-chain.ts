/**
 * The audit log as a chain: each entry's hash covers the previous hash and the entry, so that no entry can be
 * changed, taken out or slipped in without breaking every later one. Triggers of the schema refuse UPDATE,
 * DELETE and REPLACE. What a chain alone cannot show is its end cut off or the whole rewritten: the head is
 * kept once more beside it, and a head noted elsewhere (`number:hash`) can be held against it later.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { AuditEntry, NewAuditEntry } from '#domain/contract/ledger.ts';
import { canonicalJson } from './canonical-json.ts';
import { numberOf, textOf, wholeMs, type Row } from './database.ts';

/** Stands before the first entry. */
export const GENESIS_HASH = '0'.repeat(64);

/** The largest page of entries one call gives: a page of the API and one more, which tells that there is more. */
export const AUDIT_PAGE_MAX = 1_001;

export type AuditHead = { readonly number: number; readonly hash: string };

export type AuditVerdict =
  | { readonly whole: true; readonly head: AuditHead }
  /**
   * `number` is the first entry that does not follow from those before it; `why` says what is wrong with it.
   */
  | { readonly whole: false; readonly number: number; readonly why: AuditFault };

/**
 * `missing`: the number is absent; `changed`: hash and entry disagree; `head`: the end was cut off or moved.
 */
export type AuditFault = 'missing' | 'changed' | 'head' | 'not-as-noted';

/** Appending and reading; the caller holds the transaction. */
export function auditChain(db: DatabaseSync) {
  const head = db.prepare('SELECT number, hash FROM audit_head');
  const insert = db.prepare(
    `INSERT INTO audit (number, at, username, address, action, subject, outcome, detail, hash)
     VALUES (:number, :at, :username, :address, :action, :subject, :outcome, :detail, :hash)`,
  );
  const page = db.prepare('SELECT * FROM audit WHERE number > ? ORDER BY number LIMIT ?');

  function append(entry: NewAuditEntry): void {
    const last = headOf(head.get());
    const next = { ...storable(entry), number: last.number + 1 };
    const detail = canonicalJson(next.detail ?? null);
    insert.run({ ...next, detail, hash: hashOf(last.hash, next) });
  }

  function entries(after: number, limit: number): AuditEntry[] {
    return page.all(after, Math.min(Math.max(Math.trunc(limit), 0), AUDIT_PAGE_MAX)).map(entryOf);
  }

  return { append, entries, head: () => headOf(head.get()) };
}

/** Walks the whole chain from its beginning; `noted` is a head written down earlier. Reads only. */
export function verifyAuditChain(db: DatabaseSync, noted?: AuditHead): AuditVerdict {
  let last: AuditHead = { number: 0, hash: GENESIS_HASH };
  for (const row of db.prepare('SELECT * FROM audit ORDER BY number').iterate()) {
    const number = numberOf(row, 'number');
    if (number !== last.number + 1) return { whole: false, number: last.number + 1, why: 'missing' };
    const hash = textOf(row, 'hash');
    if (!followsFrom(last.hash, row)) return { whole: false, number, why: 'changed' };
    if (noted?.number === number && noted.hash !== hash) return { whole: false, number, why: 'not-as-noted' };
    last = { number, hash };
  }
  const kept = db.prepare('SELECT number, hash FROM audit_head').get();
  if (kept === undefined || numberOf(kept, 'number') > last.number) {
    return { whole: false, number: last.number + 1, why: 'missing' };
  }
  const head = headOf(kept);
  if (head.number !== last.number || head.hash !== last.hash) {
    return { whole: false, number: last.number, why: 'head' };
  }
  if (noted !== undefined && noted.number > last.number) {
    return { whole: false, number: last.number + 1, why: 'missing' };
  }
  return { whole: true, head };
}

function followsFrom(previous: string, row: Row): boolean {
  try {
    const entry = entryOf(row);
    const asWritten = canonicalJson(entry.detail) === textOf(row, 'detail');
    return asWritten && hashOf(previous, entry) === entry.hash;
  } catch {
    return false;
  }
}

/** SHA-256 over the previous hash and the canonical JSON of everything but the hash itself. */
function hashOf(previous: string, entry: Omit<AuditEntry, 'hash'>): string {
  const { number, at, username, address, action, subject, outcome } = entry;
  const detail = entry.detail ?? null;
  const text = canonicalJson({ number, at, username, address, action, subject, outcome, detail });
  return createHash('sha256').update(previous).update(text).digest('hex');
}

/** The entry as the database gives it back: whole milliseconds, and no half surrogates (UTF-8 has none). */
const storable = (entry: NewAuditEntry): NewAuditEntry => ({
  at: wholeMs(entry.at),
  username: entry.username.toWellFormed(),
  address: entry.address.toWellFormed(),
  action: entry.action.toWellFormed(),
  subject: entry.subject.toWellFormed(),
  outcome: entry.outcome.toWellFormed(),
  detail: entry.detail,
});

const entryOf = (row: Row): AuditEntry => ({
  number: numberOf(row, 'number'),
  at: numberOf(row, 'at'),
  username: textOf(row, 'username'),
  address: textOf(row, 'address'),
  action: textOf(row, 'action'),
  subject: textOf(row, 'subject'),
  outcome: textOf(row, 'outcome'),
  detail: JSON.parse(textOf(row, 'detail')),
  hash: textOf(row, 'hash'),
});

function headOf(row: Row | undefined): AuditHead {
  if (row === undefined) throw new Error('the audit log has lost its head');
  return { number: numberOf(row, 'number'), hash: textOf(row, 'hash') };
}
