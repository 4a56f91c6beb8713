/** The city as it was at a past time, as one person may see it: the ledger's word, and the engine's for the last moment. */
import { isOpen, type Alarm, type AlarmEvent } from '#domain/alarm.ts';
import type { EventPlace } from '#domain/contract/ledger.ts';
import type { RawRow } from '#domain/contract/history.ts';
import type { PointEntry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Context } from './context.ts';
import { seesAlarm, type Holder } from './rights.ts';

/** Open alarms of that time, newest onset first. Rights and scope are those of now. */
export async function alarmsThen(context: Context, holder: Holder, at: Timestamp): Promise<Alarm[]> {
  const { alarms, through } = await context.ledger.alarmsAt(at);
  const byId = new Map(alarms.map((alarm) => [alarm.id, alarm]));
  // The ledger follows the engine by a moment.
  for (const event of context.city.eventsAfter(through) ?? []) {
    if (event.at <= at) byId.set(event.alarm.id, event.alarm);
  }
  const registry = context.city.registry();
  return [...byId.values()]
    .filter((alarm) => isOpen(alarm) && alarm.withdrawn !== true && seesAlarm(holder, registry, alarm))
    .sort((a, b) => b.onsetAt - a.onsetAt || (a.id < b.id ? 1 : -1));
}

export type PastEvents = { readonly events: readonly AlarmEvent[]; readonly next: EventPlace | null };

/** Half-open, by time. What the person may not see is left out, so a page may be short and still have a next one. */
export async function eventsThen(
  context: Context,
  holder: Holder,
  span: { readonly from: Timestamp; readonly to: Timestamp; readonly after: EventPlace | null },
  limit: number,
): Promise<PastEvents> {
  const { from, to, after } = span;
  const { items, through } = await context.ledger.alarmEventsBetween(from, to, after, limit + 1);
  const registry = context.city.registry();
  const seen = ({ alarm }: AlarmEvent): boolean => seesAlarm(holder, registry, alarm);
  const shown = items.slice(0, limit);
  const events = shown.map(({ event }) => event).filter(seen);
  const last = shown.at(-1);
  if (items.length > limit && last !== undefined) return { events, next: last.place };
  const newer = (context.city.eventsAfter(through) ?? []).filter(({ at }) => at >= from && at < to);
  return { events: [...events, ...newer.filter(seen)], next: null };
}

/** Look-backs for the value of a time, in report intervals of the point. */
const REACHES = [3, 30, 300] as const;
const REACH_MIN_MS = 10_000;
const REACH_MAX_MS = 86_400_000;
const ROWS_MAX = 2_000;

/**
 * The newest sample by effective time among those received by then: what came later was not known. Null when there was
 * none within 300 report intervals, a day at most.
 */
export async function valueThen(context: Context, point: PointEntry, at: Timestamp): Promise<RawRow | null> {
  let to = at + 1;
  for (const reach of REACHES) {
    const backMs = Math.min(REACH_MAX_MS, Math.max(REACH_MIN_MS, reach * point.reportIntervalMs));
    const row = await lastOf(context, point, at - backMs, to, at);
    if (row !== null) return row;
    to = at - backMs;
  }
  return null;
}

async function lastOf(
  context: Context,
  point: PointEntry,
  from: Timestamp,
  to: Timestamp,
  knownBy: Timestamp,
): Promise<RawRow | null> {
  let found: RawRow | null = null;
  for (let start = from; start < to; ) {
    const rows = await context.history.raw(point.index, start, to, ROWS_MAX);
    found = rows.findLast(({ receivedAt }) => receivedAt <= knownBy) ?? found;
    const last = rows.at(-1);
    if (last === undefined || rows.length < ROWS_MAX) break;
    start = last.time + 1;
  }
  return found;
}
