/** What gateways sent late, one line each. */
import type { Backfill } from '#domain/backfill.ts';
import { isRecord, itemsOf, type Call } from './http.ts';

const SHOWN = 5;

/** The newest few; none when they cannot be read now. */
export async function readBackfills(call: Call): Promise<Backfill[]> {
  const reply = await call('GET', `/backfills?limit=${SHOWN}`);
  return reply.ok ? itemsOf(reply.body).filter(isBackfill) : [];
}

const isBackfill = (value: unknown): value is Backfill =>
  isRecord(value) && typeof value['gateway'] === 'string' && isRecord(value['byColour']);
