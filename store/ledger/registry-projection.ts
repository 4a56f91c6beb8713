/**
 * The registry as the ledger shows it to queries (which facilities are an organisation's own), and every
 * change ever made to it. The fold has checked each change (domain/registry-change.ts); here rows are only
 * laid over one another.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { RegistryChange, RegistryItem, RegistryKind } from '#domain/registry.ts';
import { merged } from '#domain/registry-fields.ts';
import type { Timestamp } from '#domain/time.ts';
import { canonicalJson } from './canonical-json.ts';
import { numberOf, textOf, wholeMs } from './database.ts';
import type { KeyedEvent } from '../ports.ts';
import type { Reconciler } from './reconciliation.ts';

type RegistryEvent = Extract<KeyedEvent['event'], { kind: 'registry' }>;
type Fields = Readonly<Record<string, unknown>>;

/** One atomic change as it was made. */
export type RecordedChange = {
  readonly revision: number;
  readonly at: Timestamp;
  readonly change: RegistryChange;
};

/** The largest page of changes one call gives: a change may be an import of a whole city. */
const CHANGE_PAGE_MAX = 100;

export function registryProjection(db: DatabaseSync, reconcile: Reconciler) {
  const append = db.prepare(
    'INSERT INTO registry_changes (position, idx, revision, at, document) VALUES (?, ?, ?, ?, ?)',
  );
  const changes = db.prepare(
    `SELECT revision, at, document FROM registry_changes WHERE revision > ?
     ORDER BY revision, position LIMIT ?`,
  );
  const tables = {
    organisations: documents(db, 'organisations'),
    areas: documents(db, 'areas'),
    facilities: documents(db, 'facilities'),
    gateways: documents(db, 'gateways'),
    devices: documents(db, 'devices'),
    points: documents(db, 'points'),
    edges: documents(db, 'edges'),
    products: documents(db, 'products'),
  };

  /** An item that names nothing is noted as unreadable; the change itself is kept whole either way. */
  function apply(keyed: KeyedEvent, event: RegistryEvent): void {
    append.run(keyed.position, keyed.index, event.revision, wholeMs(event.at), canonicalJson(event.change));
    let unreadable = false;
    for (const item of event.change.items) {
      const row = rowOf(item);
      if (row === null) unreadable = true;
      else tables[row.kind].lay(row.id, row.fields, event.revision);
    }
    if (unreadable) reconcile.note(keyed, 'unreadable');
  }

  return {
    apply,
    /** The entry's document, retired or not; null when the registry never had it. */
    registryDocument: (kind: RegistryKind, id: string): Fields | null => tables[kind].read(id),
    /** Changes after a revision, oldest first, at most 100. */
    registryChanges: (after: number, limit: number): RecordedChange[] =>
      changes.all(after, Math.min(Math.max(Math.trunc(limit), 0), CHANGE_PAGE_MAX)).map((row) => ({
        revision: numberOf(row, 'revision'),
        at: numberOf(row, 'at'),
        change: JSON.parse(textOf(row, 'document')),
      })),
  };
}

function documents(db: DatabaseSync, table: RegistryKind) {
  const select = db.prepare(`SELECT document FROM ${table} WHERE id = ?`);
  const upsert = db.prepare(
    `INSERT INTO ${table} (id, revision, document) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, document = excluded.document`,
  );
  const read = (id: string): Fields | null => {
    const row = select.get(id);
    return row === undefined ? null : JSON.parse(textOf(row, 'document'));
  };
  const lay = (id: string, fields: Fields, revision: number): void => {
    upsert.run(id, revision, canonicalJson(merged(read(id) ?? {}, { ...fields, id })));
  };
  return { read, lay };
}

/** What an item lays over which entry, or null when it names none. */
function rowOf(item: RegistryItem): { kind: RegistryKind; id: string; fields: Fields } | null {
  switch (item.op) {
    case 'create':
    case 'update':
    case 'upsert':
      return valueRow(item.kind, item.value);
    case 'retire':
      return { kind: item.kind, id: item.id, fields: { retired: true } };
    case 'secret':
      return { kind: 'gateways', id: item.id, fields: { secretHmac: item.secretHmac } };
    case 'token':
      return { kind: 'gateways', id: item.id, fields: { tokenHmac: item.tokenHmac } };
    case 'replace':
      return { kind: 'devices', id: item.id, fields: { serial: item.serial } };
  }
}

function valueRow(kind: RegistryKind, value: unknown) {
  if (!isFields(value)) return null;
  const { id, device, channel } = value;
  const named = id ?? (kind === 'points' && device && channel ? `${String(device)}/${String(channel)}` : id);
  if (typeof named !== 'string') return null;
  return { kind, id: named, fields: value };
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
