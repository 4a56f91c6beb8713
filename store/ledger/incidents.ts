/** Incidents and floods as they stand now. */
import type { DatabaseSync } from 'node:sqlite';
import type { IncidentPage } from '#domain/contract/ledger.ts';
import type { Flood, FloodEvent, Incident, IncidentEvent } from '#domain/incident.ts';
import type { Timestamp } from '#domain/time.ts';
import { canonicalJson } from './canonical-json.ts';
import { textOf, wholeMs } from './database.ts';

/** The largest page one call gives. */
const PAGE_MAX = 1_001;

export function incidentTables(db: DatabaseSync) {
  const upsert = db.prepare(
    `INSERT INTO incidents (id, number, document) VALUES (?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const place = db.prepare(
    "UPDATE alarms SET document = json_set(document, '$.incident', json(?)) WHERE id = ?",
  );
  const one = db.prepare('SELECT document FROM incidents WHERE id = ?');
  const page = db.prepare('SELECT document FROM incidents WHERE number < ? ORDER BY number DESC LIMIT ?');
  const upsertFlood = db.prepare(
    `INSERT INTO floods (since, document) VALUES (?, ?)
     ON CONFLICT (since) DO UPDATE SET document = excluded.document`,
  );
  const floodPage = db.prepare('SELECT document FROM floods WHERE since < ? ORDER BY since DESC LIMIT ?');

  /** The incident becomes what the event says, and so do the places of alarms that had no event of their own. */
  function apply({ incident, placed }: IncidentEvent): void {
    upsert.run(incident.id, incident.number, canonicalJson(incident));
    for (const { alarm, incident: at } of placed) place.run(canonicalJson(at), alarm);
  }

  function applyFlood({ flood }: FloodEvent): void {
    if (flood.since !== null) upsertFlood.run(wholeMs(flood.since), canonicalJson(flood));
  }

  function incident(id: string): Incident | null {
    const row = one.get(id);
    return row === undefined ? null : JSON.parse(textOf(row, 'document'));
  }

  /** Below a number, newest first. */
  const incidents = ({ before, limit }: IncidentPage): Incident[] =>
    page
      .all(before ?? Number.MAX_SAFE_INTEGER, Math.min(limit, PAGE_MAX))
      .map((row) => JSON.parse(textOf(row, 'document')));

  /** That began before a time, newest first. */
  const floods = (before: Timestamp, limit: number): Flood[] =>
    floodPage
      .all(wholeMs(before), Math.min(limit, PAGE_MAX))
      .map((row) => JSON.parse(textOf(row, 'document')));

  return { apply, applyFlood, incident, incidents, floods };
}
