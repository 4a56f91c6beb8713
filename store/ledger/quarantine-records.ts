/**
 * Refused records kept whole until a person approves them; the oldest stay, what finds no room is counted.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { CityEvent } from '#domain/event.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Counters } from './counters.ts';
import { numberOf, textOf, wholeMs } from './database.ts';

/** 64 channels with the longest names there can be: a longer record cannot be taken, whoever approves it. */
const RECORD_LENGTH_MAX = 8_192;

export type RecordBounds = { readonly recordsPerDevice: number; readonly records: number };
/** `number` rises with every record kept; one that is free again may be given anew to a later record. */
export type KeptRecord = { readonly number: number; readonly json: string; readonly receivedAt: Timestamp };

type Approved = Extract<CityEvent, { kind: 'quarantine-approved' }>;

export function quarantineRecords(db: DatabaseSync, counts: Counters, bounds: RecordBounds) {
  const keptOfDevice = db.prepare(
    'SELECT count(*) AS kept FROM quarantine_records WHERE gateway = ? AND device = ?',
  );
  const insert = db.prepare(
    'INSERT INTO quarantine_records (group_id, gateway, device, received_at, json) VALUES (?, ?, ?, ?, ?)',
  );
  const countKept = db.prepare('UPDATE quarantine_groups SET kept = kept + ? WHERE id = ?');
  const countNotKept = db.prepare('UPDATE quarantine_groups SET not_kept = not_kept + 1 WHERE id = ?');
  const remove = db.prepare(
    `DELETE FROM quarantine_records WHERE gateway = ? AND device = ? AND id <= ? AND received_at <= ?
     RETURNING group_id`,
  );
  const oldest = db.prepare(
    'SELECT id, json, received_at FROM quarantine_records WHERE gateway = ? AND device = ? ORDER BY id LIMIT ?',
  );
  const sumNotKept = db.prepare('SELECT coalesce(sum(not_kept), 0) AS total FROM quarantine_groups');

  /** Keeps one record, or counts it in its group as not kept: no device to approve it for, too long, or no room. */
  function keep(
    group: number,
    from: { readonly gateway: string; readonly device: string | null },
    receivedAt: number,
    json: string,
  ): void {
    if (from.device === null || json.length > RECORD_LENGTH_MAX || !hasRoom(from.gateway, from.device)) {
      countNotKept.run(group);
      return;
    }
    insert.run(group, from.gateway, from.device, receivedAt, json);
    countKept.run(1, group);
    counts.add('quarantine_records', 1);
  }

  function hasRoom(gateway: string, device: string): boolean {
    if (counts.value('quarantine_records') >= bounds.records) return false;
    const row = keptOfDevice.get(gateway, device);
    return row !== undefined && numberOf(row, 'kept') < bounds.recordsPerDevice;
  }

  /** Takes out a device's records up to this one, now that they were judged again; groups keep their counts. */
  function approve({ gateway, device, through, until }: Approved): void {
    for (const row of remove.all(gateway, device, through, wholeMs(until))) {
      countKept.run(-1, numberOf(row, 'group_id'));
      counts.add('quarantine_records', -1);
    }
  }

  return {
    keep,
    approve,
    /** Oldest first. */
    quarantineRecords: (gateway: string, device: string, limit: number): KeptRecord[] =>
      oldest.all(gateway, device, Math.max(Math.trunc(limit), 0)).map((row) => ({
        number: numberOf(row, 'id'),
        json: textOf(row, 'json'),
        receivedAt: numberOf(row, 'received_at'),
      })),
    /** Records that found no room, over all groups. */
    notKept: (): number => {
      const row = sumNotKept.get();
      return row === undefined ? 0 : numberOf(row, 'total');
    },
  };
}
