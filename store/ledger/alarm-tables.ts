/** Alarms as they stand now, with every event that made them so. */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { AlarmFilter } from '#domain/contract/ledger.ts';
import { canonicalJson } from './canonical-json.ts';
import { textOf, wholeMs, type Row } from './database.ts';
import type { KeyedEvent } from '../ports.ts';
import type { Reconciler } from './reconciliation.ts';

/** The largest page of alarms one call gives: a page of the API and one more, which tells that there is more. */
export const ALARM_PAGE_MAX = 1_001;

export function alarmTables(db: DatabaseSync, reconcile: Reconciler) {
  const upsert = db.prepare(
    `INSERT INTO alarms (id, onset_at, colour, area, lifeline, facility, document)
     VALUES (:id, :onsetAt, :colour, :area, :lifeline, :facility, :document)
     ON CONFLICT (id) DO UPDATE SET onset_at = excluded.onset_at, colour = excluded.colour,
       area = excluded.area, lifeline = excluded.lifeline, facility = excluded.facility, document = excluded.document`,
  );
  const append = db.prepare(
    'INSERT INTO alarm_events (position, idx, sequence, alarm, document) VALUES (?, ?, ?, ?, ?)',
  );
  const sequenceTaken = db.prepare('SELECT 1 FROM alarm_events WHERE sequence = ?');
  const one = db.prepare('SELECT document FROM alarms WHERE id = ?');
  const events = db.prepare('SELECT document FROM alarm_events WHERE alarm = ? ORDER BY position, idx');

  /**
   * The alarm row becomes what the event says; the event is appended. A sequence already used is noted, not
   * overwritten.
   */
  function apply(keyed: KeyedEvent, event: AlarmEvent): void {
    const { id, colour, area, lifeline, facility, onsetAt } = event.alarm;
    const document = canonicalJson(event.alarm);
    upsert.run({ id, onsetAt: wholeMs(onsetAt), colour, area, lifeline, facility, document });
    const taken = sequenceTaken.get(event.sequence) !== undefined;
    if (taken) reconcile.note(keyed, 'sequence-taken');
    const sequence = taken ? null : event.sequence;
    append.run(keyed.position, keyed.index, sequence, id, canonicalJson(event));
  }

  function alarms(filter: AlarmFilter): Alarm[] {
    const { conditions, values } = conditionsOf(filter);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    const limit = Math.min(Math.max(Math.trunc(filter.limit), 0), ALARM_PAGE_MAX);
    const sql = `SELECT document FROM alarms ${where} ORDER BY onset_at DESC, id DESC LIMIT ?`;
    return db
      .prepare(sql)
      .all(...values, limit)
      .map(alarmOf);
  }

  function alarm(id: string): Alarm | null {
    const row = one.get(id);
    return row === undefined ? null : alarmOf(row);
  }

  const alarmEvents = (id: string): AlarmEvent[] => events.all(id).map(alarmEventOf);

  return { apply, alarms, alarm, alarmEvents };
}

/**
 * A scope list admits only what it names: an alarm without an area (of the system) is outside every list of
 * areas. An organisation's alarms are those of the facilities that are its own now. Alarms of gateways named beside the
 * scope are admitted whatever it says.
 */
function conditionsOf(filter: AlarmFilter): Conditions {
  const { before } = filter;
  const wanted = given([
    ['colour = ?', [filter.colour]],
    ['area = ?', [filter.area]],
    ['lifeline = ?', [filter.lifeline]],
    ['facility = ?', [filter.facility]],
    ["document ->> '$.incident.id' = ?", [filter.incident]],
    ["document ->> '$.rule' = ?", [filter.rule]],
    ["document ->> '$.point' = ?", [filter.point]],
    ['(onset_at, id) < (?, ?)', [before && wholeMs(before.onsetAt), before?.id]],
  ]);
  const within = scopeConditions(filter);
  const gateways = list(filter.gateways);
  if (within.conditions.length === 0 || gateways === undefined) return joined(wanted, within);
  const either = `(${within.conditions.join(' AND ')} OR ${OF_GATEWAYS})`;
  return joined(wanted, { conditions: [either], values: [...within.values, gateways] });
}

const OF_GATEWAYS =
  "(document ->> '$.point' IS NULL AND document ->> '$.gateway' IN (SELECT value FROM json_each(?)))";

type Conditions = { readonly conditions: readonly string[]; readonly values: readonly SQLInputValue[] };

function scopeConditions({ scope }: AlarmFilter): Conditions {
  return given([
    ['area IN (SELECT value FROM json_each(?))', [list(scope.areas)]],
    ['lifeline IN (SELECT value FROM json_each(?))', [list(scope.lifelines)]],
    [
      'facility IN (SELECT id FROM facilities WHERE organisation IN (SELECT value FROM json_each(?)))',
      [list(scope.organisations)],
    ],
  ]);
}

const list = (names: readonly string[] | undefined): string | undefined =>
  names === undefined ? undefined : JSON.stringify(names);

/** The conditions of which every value is given. */
function given(parts: readonly (readonly [string, readonly (SQLInputValue | undefined)[]])[]): Conditions {
  const conditions: string[] = [];
  const values: SQLInputValue[] = [];
  for (const [condition, wanted] of parts) {
    const present = wanted.filter((value) => value !== undefined);
    if (present.length < wanted.length) continue;
    conditions.push(condition);
    values.push(...present);
  }
  return { conditions, values };
}

const joined = (a: Conditions, b: Conditions): Conditions => ({
  conditions: [...a.conditions, ...b.conditions],
  values: [...a.values, ...b.values],
});

/** Documents are ours, written whole from these types and never edited. */
const alarmOf = (row: Row): Alarm => JSON.parse(textOf(row, 'document'));
const alarmEventOf = (row: Row): AlarmEvent => JSON.parse(textOf(row, 'document'));
