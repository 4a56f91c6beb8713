/** Stored measurements of one point. */
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import { isRecord, itemsOf, type Call, type Problem } from './http.ts';

export async function readBuckets(
  call: Call,
  point: string,
  from: Timestamp,
  to: Timestamp,
  count: number,
): Promise<Bucket[] | Problem> {
  const path = `/points/${encodeURIComponent(point)}/measurements?from=${from}&to=${to}&buckets=${count}`;
  const reply = await call('GET', path);
  return reply.ok ? itemsOf(reply.body).filter(isBucket) : reply.problem;
}

/** Raw values, oldest first; more than `max` are not asked for. */
export async function readRows(
  call: Call,
  point: string,
  from: Timestamp,
  to: Timestamp,
  max: number,
): Promise<RawRow[] | Problem> {
  const path = `/points/${encodeURIComponent(point)}/measurements?from=${from}&to=${to}&limit=${max}`;
  const reply = await call('GET', path);
  return reply.ok ? itemsOf(reply.body).filter(isRow) : reply.problem;
}

/** The newest stored sample; null when there is none (or it cannot be read now). */
export async function readLatest(call: Call, point: string): Promise<RawRow | null> {
  const reply = await call('GET', `/points/${encodeURIComponent(point)}/latest`);
  return reply.ok && isRow(reply.body) ? reply.body : null;
}

const isBucket = (value: unknown): value is Bucket =>
  isRecord(value) && typeof value['from'] === 'number' && 'mean' in value && 'max' in value;
const isRow = (value: unknown): value is RawRow =>
  isRecord(value) && typeof value['time'] === 'number' && 'value' in value;
