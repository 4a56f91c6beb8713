/** Events of a past stretch of time. */
import type { PastEvent } from '../store/meanwhile.ts';
import { isRecord, listAll, type Call } from './http.ts';

/** A shift of a flooded city has more; these are the first of it. */
const EVENTS_MAX = 5_000;

/** Oldest first; null when they cannot be read now. */
export async function readPast(call: Call, from: number, to: number): Promise<PastEvent[] | null> {
  const items = await listAll(call, `/replay/events?from=${from}&to=${to}&limit=1000`, EVENTS_MAX);
  return Array.isArray(items) ? items.filter(isPastEvent) : null;
}

const isPastEvent = (value: unknown): value is PastEvent =>
  isRecord(value) && typeof value['alarm'] === 'string' && typeof value['change'] === 'string';
