/** Points of measurement, by words of their id or their facility. */
import type { Point } from '#domain/registry.ts';
import { isRecord, itemsOf, type Call, type Problem } from './http.ts';

/** `facility`: of its device. */
export type FoundPoint = Point & { readonly facility?: string };

const FOUND_MAX = 20;

export async function findPoints(call: Call, words: string): Promise<FoundPoint[] | Problem> {
  const reply = await call('GET', `/points?q=${encodeURIComponent(words)}&limit=${FOUND_MAX}`);
  return reply.ok ? itemsOf(reply.body).filter(isPoint) : reply.problem;
}

const isPoint = (value: unknown): value is FoundPoint =>
  isRecord(value) && ['id', 'device', 'quantity', 'unit'].every((field) => typeof value[field] === 'string');
