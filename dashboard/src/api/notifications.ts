/** Who was told of an alarm, and how far each message came (`GET /alarms/{id}/notifications`). */
import type { Timestamp } from '#domain/time.ts';
import { isRecord, listAll, type Call } from './http.ts';

export type Told = {
  readonly id: string;
  readonly alarm: string;
  readonly step: number;
  readonly name: string;
  readonly channel: string | null;
  readonly state: string;
  readonly attempts: number;
  readonly at: Timestamp;
  readonly detail: string | null;
};

/** None when the platform tells nobody, or does not know how to. */
export async function readTold(call: Call, alarm: string): Promise<Told[]> {
  const items = await listAll(call, `/alarms/${encodeURIComponent(alarm)}/notifications`, 500);
  return Array.isArray(items) ? items.flatMap((item) => parseTold(item) ?? []) : [];
}

/** One item, also as the socket brings it; null for anything else. */
export function parseTold(value: unknown): Told | null {
  if (!isRecord(value)) return null;
  const { id, alarm, step, name, person, channel, state, attempts, at, detail } = value;
  if (typeof id !== 'string' || typeof alarm !== 'string' || typeof state !== 'string') return null;
  return {
    id,
    alarm,
    state,
    step: typeof step === 'number' ? step : 0,
    name: typeof name === 'string' ? name : String(person ?? ''),
    channel: typeof channel === 'string' ? channel : null,
    attempts: typeof attempts === 'number' ? attempts : 0,
    at: typeof at === 'number' ? at : 0,
    detail: typeof detail === 'string' && detail !== '' ? detail : null,
  };
}
