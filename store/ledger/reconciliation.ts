/**
 * Notices a replay that differs. Each applied event leaves a digest under its key (position, index); an event
 * that comes again is compared, never applied. What differs, and what was not there the first time, is kept
 * whole and counted as a reconciliation: the ledger itself is the record of what people were told and is not
 * rewritten.
 */
import { createHash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { canonicalJson } from './canonical-json.ts';
import type { Counters } from './counters.ts';
import { numberOf, textOf } from './database.ts';
import type { KeyedEvent } from '../ports.ts';

/** Digests of refusals, presence and incidents: only the newest can still be replayed, and they may come in floods. */
export const PASSING_DIGESTS_MAX = 200_000;

/**
 * `differs`: the same key held another event; `unknown`: the key held none; `sequence-taken`: another alarm
 * event has its sequence; `unreadable`: a registry item without an id the projection can use.
 */
export type ReconciliationKind = 'differs' | 'unknown' | 'sequence-taken' | 'unreadable';
export type Reconciliation = {
  readonly position: number;
  readonly index: number;
  readonly kind: ReconciliationKind;
  /** The event as it came the second time, in canonical JSON. */
  readonly document: string;
};

export type Reconciler = ReturnType<typeof reconciler>;

export function reconciler(db: DatabaseSync, counts: Counters, passingMax: number) {
  const rememberLasting = db.prepare('INSERT INTO lasting_digests (position, idx, digest) VALUES (?, ?, ?)');
  const rememberPassing = db.prepare('INSERT INTO passing_digests (position, idx, digest) VALUES (?, ?, ?)');
  const trimPassing = db.prepare(
    `DELETE FROM passing_digests WHERE (position, idx) IN
       (SELECT position, idx FROM passing_digests ORDER BY position, idx LIMIT ?)`,
  );
  const known = db.prepare(
    `SELECT digest FROM lasting_digests WHERE position = ?1 AND idx = ?2
     UNION ALL SELECT digest FROM passing_digests WHERE position = ?1 AND idx = ?2`,
  );
  const oldestPassing = db.prepare('SELECT position FROM passing_digests ORDER BY position, idx LIMIT 1');
  const insert = db.prepare(
    `INSERT INTO reconciliations (position, idx, kind, digest, document) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (position, idx, digest) DO NOTHING`,
  );
  const list = db.prepare('SELECT position, idx, kind, document FROM reconciliations ORDER BY id LIMIT ?');

  /** Keeps the digest of an event that is being applied for the first time. */
  function remember({ position, index, event }: KeyedEvent): void {
    const digest = digestOf(canonicalJson(event));
    if (isLasting(event.kind)) {
      rememberLasting.run(position, index, digest);
      return;
    }
    rememberPassing.run(position, index, digest);
    const kept = counts.add('passing_digests', 1);
    if (kept <= passingMax) return;
    counts.add('passing_digests', -Number(trimPassing.run(kept - passingMax).changes));
  }

  /** Compares an event that was applied before with what came now. */
  function compare(keyed: KeyedEvent): void {
    const document = canonicalJson(keyed.event);
    const before = known.get(keyed.position, keyed.index)?.['digest'];
    if (before instanceof Uint8Array && Buffer.from(before).equals(digestOf(document))) return;
    if (before === undefined && isBeyondMemory(keyed)) return;
    note(keyed, before === undefined ? 'unknown' : 'differs', document);
  }

  /** A passing event older than the oldest digest kept can no longer be told from one that was applied. */
  function isBeyondMemory({ position, event }: KeyedEvent): boolean {
    if (isLasting(event.kind) || counts.value('passing_digests') < passingMax) return false;
    const oldest = oldestPassing.get();
    return oldest !== undefined && position <= numberOf(oldest, 'position');
  }

  function note(keyed: KeyedEvent, kind: ReconciliationKind, document = canonicalJson(keyed.event)): void {
    const added = insert.run(keyed.position, keyed.index, kind, digestOf(document), document).changes;
    counts.add('reconciliations', Number(added));
  }

  /** Oldest first. */
  const reconciliations = (limit: number): Reconciliation[] =>
    list.all(limit).map((row) => ({
      position: numberOf(row, 'position'),
      index: numberOf(row, 'idx'),
      kind: kindOf(textOf(row, 'kind')),
      document: textOf(row, 'document'),
    }));

  return { remember, compare, note, reconciliations };
}

const KINDS: readonly ReconciliationKind[] = ['differs', 'unknown', 'sequence-taken', 'unreadable'];

function kindOf(text: string): ReconciliationKind {
  const kind = KINDS.find((name) => name === text);
  if (kind === undefined) throw new TypeError(`no kind of reconciliation: ${text}`);
  return kind;
}

/** Refusals, presence and how incidents stood pass; everything else has a row of its own that is kept for ever. */
const isLasting = (kind: KeyedEvent['event']['kind']): boolean =>
  kind !== 'rejected' && kind !== 'gateway' && kind !== 'incident';

const digestOf = (document: string): Buffer => createHash('sha256').update(document).digest().subarray(0, 16);
