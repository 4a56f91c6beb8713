/**
 * The alarms as they were: at a past time each stands as its last event by then made it. Which alarms to ask is known
 * from when each was open (schema-0010), so the cost follows the alarms of that day, not the age of the ledger.
 */
import type { DatabaseSync } from 'node:sqlite';
import { isOpen, type AlarmEvent } from '#domain/alarm.ts';
import type { AlarmsThen, EventPage, EventPlace } from '#domain/contract/ledger.ts';
import type { Timestamp } from '#domain/time.ts';
import { numberOf, textOf, wholeMs, type Row } from './database.ts';

const DAY_MS = 86_400_000;
/** The largest page of events one call gives: a page of the API and one more. */
const EVENT_PAGE_MAX = 1_001;

export function alarmPast(db: DatabaseSync) {
  const widen = db.prepare(
    `INSERT INTO alarm_spans (alarm, from_at, to_at) VALUES (?1, ?2, ?2)
     ON CONFLICT (alarm) DO UPDATE SET from_at = min(from_at, ?2), to_at = max(to_at, ?2)`,
  );
  const endSpan = db.prepare('DELETE FROM alarm_spans WHERE alarm = ? RETURNING from_at, to_at');
  const addDay = db.prepare('INSERT INTO alarm_days (day, alarm) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const stateThen = db.prepare(
    `SELECT document FROM alarm_events WHERE alarm = ? AND document ->> '$.at' <= ?
     ORDER BY position DESC, idx DESC LIMIT 1`,
  );
  const candidates = db.prepare(CANDIDATES);
  const between = db.prepare(BETWEEN);
  const newest = db.prepare('SELECT max(sequence) AS newest FROM alarm_events');

  /** Keeps when the alarm was open; after every event of it, in order. */
  function remember(event: AlarmEvent): void {
    const at = wholeMs(event.at);
    const { id } = event.alarm;
    if (isOpen(event.alarm)) {
      widen.run(id, at);
      return;
    }
    const span = endSpan.get(id);
    if (span === undefined) return;
    // The clock may have been set back between its events: the span covers them all.
    const last = dayOf(Math.max(numberOf(span, 'to_at'), at));
    for (let day = dayOf(Math.min(numberOf(span, 'from_at'), at)); day <= last; day++) addDay.run(day, id);
  }

  /** Every alarm that was open, in no order. */
  function alarmsAt(at: Timestamp): AlarmsThen {
    const alarms = candidates.all(dayOf(at), at).flatMap((row) => {
      const then = stateThen.get(textOf(row, 'alarm'), at);
      const alarm = then === undefined ? undefined : eventOf(then).alarm;
      return alarm !== undefined && isOpen(alarm) && alarm.withdrawn !== true ? [alarm] : [];
    });
    return { alarms, through: through() };
  }

  /** Events of `from` up to but without `to`, by time and then in order, after a place. */
  function alarmEventsBetween(
    from: Timestamp,
    to: Timestamp,
    after: EventPlace | null,
    limit: number,
  ): EventPage {
    const start = Math.max(from, after?.at ?? from);
    const count = Math.min(Math.max(Math.trunc(limit), 0), EVENT_PAGE_MAX);
    const rows = between.all(start, to, start, after?.position ?? -1, after?.index ?? -1, count);
    return {
      items: rows.map((row) => {
        const event = eventOf(row);
        return {
          place: { at: event.at, position: numberOf(row, 'position'), index: numberOf(row, 'idx') },
          event,
        };
      }),
      through: through(),
    };
  }

  function through(): number {
    const row = newest.get();
    return typeof row?.['newest'] === 'number' ? row['newest'] : 0;
  }

  return { remember, alarmsAt, alarmEventsBetween };
}

/** Alarms that were open on the day, and those open now that began by then. */
export const CANDIDATES = `SELECT alarm FROM alarm_days WHERE day = ?
  UNION SELECT alarm FROM alarm_spans WHERE from_at <= ?`;

export const BETWEEN = `SELECT document, position, idx FROM alarm_events
  WHERE document ->> '$.at' >= ? AND document ->> '$.at' < ?
    AND (document ->> '$.at', position, idx) > (?, ?, ?)
  ORDER BY document ->> '$.at', position, idx LIMIT ?`;

const dayOf = (at: Timestamp): number => Math.floor(at / DAY_MS);
/** Documents are ours, written whole from these types and never edited. */
const eventOf = (row: Row): AlarmEvent => JSON.parse(textOf(row, 'document'));
