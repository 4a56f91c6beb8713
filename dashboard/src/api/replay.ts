/** The past as the platform tells it. */
import type { Alarm } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import type { RawRow } from '#domain/contract/history.ts';
import type { PastEvent } from '../store/replay-ticks.ts';
import { parseAlarm } from './alarms.ts';
import { isRecord, itemsOf, listAll, type Call, type Problem } from './http.ts';

const ALARMS_MAX = 5_000;
const EVENTS_MAX = 5_000;
/** As many points as the platform answers for at once. */
const POINTS_MAX = 200;

export async function alarmsAt(call: Call, at: Timestamp): Promise<Alarm[] | Problem> {
  const items = await listAll(call, `/replay/alarms?at=${at}&limit=1000`, ALARMS_MAX);
  return Array.isArray(items) ? items.flatMap((item) => parseAlarm(item) ?? []) : items;
}

/** What was known of the first two hundred of these points; a point without a value has no entry. */
export async function valuesAt(
  call: Call,
  points: readonly string[],
  at: Timestamp,
): Promise<ReadonlyMap<string, RawRow>> {
  if (points.length === 0) return new Map();
  const asked = points.slice(0, POINTS_MAX).map(encodeURIComponent).join(',');
  const reply = await call('GET', `/replay/values?at=${at}&points=${asked}`);
  if (!reply.ok) return new Map();
  return new Map(itemsOf(reply.body).flatMap((item) => (isValue(item) ? [[item.point, item] as const] : [])));
}

/** Oldest first. */
export async function eventsBetween(
  call: Call,
  from: Timestamp,
  to: Timestamp,
): Promise<PastEvent[] | Problem> {
  const items = await listAll(call, `/replay/events?from=${from}&to=${to}&limit=1000`, EVENTS_MAX);
  return Array.isArray(items) ? items.filter(isEvent) : items;
}

const isValue = (item: unknown): item is RawRow & { readonly point: string } =>
  isRecord(item) && typeof item['point'] === 'string' && typeof item['time'] === 'number';
const isEvent = (item: unknown): item is PastEvent =>
  isRecord(item) && typeof item['at'] === 'number' && typeof item['change'] === 'string';
