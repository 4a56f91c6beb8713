/**
 * What was refused (invariant 2): exact counts by gateway, device and reason, the newest samples to look at,
 * and the records of unknown devices and channels whole, so that they can be approved later.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { QuarantineGroup, QuarantinePage } from '#domain/contract/ledger.ts';
import type { RejectionEvent } from '#domain/event.ts';
import type { Timestamp } from '#domain/time.ts';
import { boundedHistory } from './bounded-history.ts';
import type { Counters } from './counters.ts';
import { numberOf, textOf, textOrNull, wholeMs, type Row } from './database.ts';
import { quarantineRecords } from './quarantine-records.ts';

/**
 * Names in a refusal are the sender's own, so groups need a bound as well: beyond it a refusal counts in its
 * gateway's group without a device, and at the last in the group without a gateway. Counts stay exact, only
 * coarser.
 */
export type QuarantineBounds = {
  readonly samplesPerGroup: number;
  readonly samples: number;
  readonly recordsPerDevice: number;
  readonly records: number;
  readonly groupsPerGateway: number;
  readonly groups: number;
};
export const QUARANTINE_BOUNDS: QuarantineBounds = {
  samplesPerGroup: 20,
  samples: 10_000,
  recordsPerDevice: 1_000,
  records: 100_000,
  groupsPerGateway: 10_000,
  groups: 100_000,
};

export type QuarantineKey = {
  readonly gateway: string;
  readonly device: string | null;
  readonly reason: string;
};
export type QuarantineSample = { readonly at: Timestamp; readonly sample: string; readonly detail: string };

export function quarantineTables(db: DatabaseSync, counts: Counters, bounds: QuarantineBounds) {
  const find = db.prepare(
    'SELECT id FROM quarantine_groups WHERE gateway = ? AND device_key = ? AND reason = ?',
  );
  const create = db.prepare(
    `INSERT INTO quarantine_groups (gateway, device, reason, count, first_at, last_at, sample, kept, not_kept)
     VALUES (?, ?, ?, 0, ?, ?, '', 0, 0) RETURNING id`,
  );
  const groupsOfGateway = db.prepare('SELECT groups FROM quarantine_gateways WHERE gateway = ?');
  const countGroup = db.prepare(
    `INSERT INTO quarantine_gateways (gateway, groups) VALUES (?, 1)
     ON CONFLICT (gateway) DO UPDATE SET groups = groups + 1`,
  );
  const count = db.prepare(
    `UPDATE quarantine_groups SET count = count + 1, last_at = max(last_at, ?), first_at = min(first_at, ?),
       sample = ? WHERE id = ?`,
  );
  const addSample = db.prepare(
    'INSERT INTO quarantine_samples (group_id, at, sample, detail) VALUES (?, ?, ?, ?)',
  );
  const trimSamples = boundedHistory(db, counts, 'quarantine_samples', 'group_id', {
    perKey: bounds.samplesPerGroup,
    total: bounds.samples,
  });
  const list = db.prepare(
    `SELECT * FROM quarantine_groups WHERE (last_at, id) < (:lastAt, :id) AND gateway = coalesce(:gateway, gateway)
     ORDER BY last_at DESC, id DESC LIMIT :limit`,
  );
  const samples = db.prepare(
    'SELECT at, sample, detail FROM quarantine_samples WHERE group_id = ? ORDER BY id DESC',
  );
  const records = quarantineRecords(db, counts, bounds);

  function apply(event: RejectionEvent): void {
    const { rejection } = event;
    const at = wholeMs(event.at);
    const group = groupFor(rejection, at);
    count.run(at, at, rejection.sample, group);
    addSample.run(group, at, rejection.sample, rejection.detail);
    trimSamples(group);
    if (rejection.record !== null) records.keep(group, rejection, at, rejection.record);
  }

  /** Id of the refusal's own group, or of the coarser one once there are too many. */
  function groupFor(key: QuarantineKey, at: number): number {
    const known = groupOf(key);
    if (known !== undefined) return known;
    if (mayGrow(key)) return newGroup(key, at);
    const coarser = key.device === null ? { ...key, gateway: '' } : { ...key, device: null };
    if (coarser.gateway === key.gateway && coarser.device === key.device) return newGroup(key, at);
    return groupFor(coarser, at);
  }

  function mayGrow({ gateway, device }: QuarantineKey): boolean {
    if (counts.value('quarantine_groups') >= bounds.groups) return false;
    if (device === null) return true;
    const row = groupsOfGateway.get(gateway);
    return row === undefined || numberOf(row, 'groups') < bounds.groupsPerGateway;
  }

  function newGroup({ gateway, device, reason }: QuarantineKey, at: number): number {
    const row = create.get(gateway, device, reason, at, at);
    if (row === undefined) throw new Error('a new quarantine group has no id');
    countGroup.run(gateway);
    counts.add('quarantine_groups', 1);
    return numberOf(row, 'id');
  }

  function groupOf({ gateway, device, reason }: QuarantineKey): number | undefined {
    const row = find.get(gateway, device === null ? '' : `=${device}`, reason);
    return row === undefined ? undefined : numberOf(row, 'id');
  }

  /** Newest first. */
  function quarantineSamples(key: QuarantineKey): QuarantineSample[] {
    const group = groupOf(key);
    return group === undefined ? [] : samples.all(group).map(sampleOf);
  }

  return {
    apply,
    approve: records.approve,
    /** The latest refusal first. */
    quarantine: ({ gateway, before, limit }: QuarantinePage = {}): QuarantineGroup[] => {
      const place = before ?? { lastAt: Number.MAX_SAFE_INTEGER, id: Number.MAX_SAFE_INTEGER };
      return list.all({ ...place, gateway: gateway ?? null, limit: limit ?? -1 }).map(groupRowOf);
    },
    quarantineSamples,
    quarantineRecords: records.quarantineRecords,
    notKept: records.notKept,
  };
}

const sampleOf = (row: Row): QuarantineSample => ({
  at: numberOf(row, 'at'),
  sample: textOf(row, 'sample'),
  detail: textOf(row, 'detail'),
});

const groupRowOf = (row: Row): QuarantineGroup => ({
  id: numberOf(row, 'id'),
  gateway: textOf(row, 'gateway'),
  device: textOrNull(row, 'device'),
  reason: textOf(row, 'reason'),
  count: numberOf(row, 'count'),
  firstAt: numberOf(row, 'first_at'),
  lastAt: numberOf(row, 'last_at'),
  sample: textOf(row, 'sample'),
  kept: numberOf(row, 'kept'),
});
