/** Alarms over the API: acting on one, reading one, its story. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { StoryEvent } from '../store/timeline.ts';
import { field, isRecord, itemsOf, listAll, type Call, type Problem } from './http.ts';

/**
 * What came of an order:
 * - `done`: journaled; the alarm as it is now (null when the answer did not carry it).
 * - `stale`: 409, somebody or the engine was faster; nothing was done, here is the alarm as it is.
 * - `pending`: 503, the journal has not confirmed yet; it may still come true.
 * - `refused`: anything else.
 */
export type Outcome =
  | { readonly kind: 'done'; readonly alarm: Alarm | null }
  | { readonly kind: 'stale'; readonly alarm: Alarm | null; readonly code: string }
  | { readonly kind: 'pending' }
  | { readonly kind: 'refused'; readonly alarm: Alarm | null; readonly problem: Problem };

export async function act(call: Call, id: string, revision: number, order: AlarmAction): Promise<Outcome> {
  const { action, ...rest } = order;
  const reply = await call('POST', `/alarms/${encodeURIComponent(id)}/${action}`, { revision, ...rest });
  if (reply.ok)
    return { kind: 'done', alarm: parseAlarm(reply.body) ?? parseAlarm(field(reply.body, 'alarm')) };
  const { problem } = reply;
  const alarm = parseAlarm(problem.document['alarm']);
  if (problem.status === 409) return { kind: 'stale', alarm, code: problem.code };
  if (problem.status === 503 && problem.code === 'pending') return { kind: 'pending' };
  return { kind: 'refused', alarm, problem };
}

export async function readAlarm(call: Call, id: string): Promise<Alarm | Problem> {
  const reply = await call('GET', `/alarms/${encodeURIComponent(id)}`);
  if (!reply.ok) return reply.problem;
  return parseAlarm(reply.body) ?? { status: 0, code: 'shape', detail: 'not an alarm', document: {} };
}

const OF_POINT_MAX = 100;

/** Alarms of a point that were on within a stretch, the newest hundred; none when they cannot be read now. */
export async function alarmsOfPoint(call: Call, point: string, from: number, to: number): Promise<Alarm[]> {
  const query = `state=all&point=${encodeURIComponent(point)}&onsetBefore=${to}&limit=${OF_POINT_MAX}`;
  const reply = await call('GET', `/alarms?${query}`);
  if (!reply.ok) return [];
  return itemsOf(reply.body)
    .filter(isAlarm)
    .filter((alarm) => alarm.withdrawn !== true && (alarm.returnedAt ?? Infinity) >= from);
}

/** The alarm's events as the ledger holds them, in any order. */
export async function readEvents(call: Call, id: string): Promise<StoryEvent[] | Problem> {
  const items = await listAll(call, `/alarms/${encodeURIComponent(id)}/events`, 2_000);
  return Array.isArray(items) ? items.filter(isAlarmEvent) : items;
}

const SIMILAR_READ = 50;

/** Earlier episodes of the same rule on the same point (or gateway), newest first; none when they cannot be read now. */
export async function readSimilar(call: Call, alarm: Alarm): Promise<Alarm[]> {
  const at = alarm.facility === null ? '' : `&facility=${encodeURIComponent(alarm.facility)}`;
  const rule = encodeURIComponent(alarm.rule);
  const reply = await call('GET', `/alarms?state=all&rule=${rule}${at}&limit=${SIMILAR_READ}`);
  if (!reply.ok) return [];
  return itemsOf(reply.body)
    .filter(isAlarm)
    .filter(
      ({ id, point, gateway, onsetAt, withdrawn }) =>
        id !== alarm.id &&
        point === alarm.point &&
        (point !== null || gateway === alarm.gateway) &&
        onsetAt <= alarm.onsetAt &&
        withdrawn !== true,
    );
}

/** Null for anything that is not one of the platform's alarms. The platform is trusted for the fields behind these. */
export function parseAlarm(value: unknown): Alarm | null {
  return isAlarm(value) ? value : null;
}

const isAlarm = (value: unknown): value is Alarm =>
  isRecord(value) &&
  typeof value['id'] === 'string' &&
  typeof value['revision'] === 'number' &&
  typeof value['state'] === 'string' &&
  isRecord(value['explanation']);

const isAlarmEvent = (value: unknown): value is StoryEvent =>
  isRecord(value) &&
  typeof value['sequence'] === 'number' &&
  typeof value['change'] === 'string' &&
  isAlarm(value['alarm']);
