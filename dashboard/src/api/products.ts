/** Mapping forms of gateway products, and trying one on a message. */
import type { Step } from '#domain/contract/diagnostics.ts';
import type { Product } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { field, isRecord, itemsOf, listAll, type Call, type Problem } from './http.ts';

/** A city has a handful. */
const PRODUCTS_MAX = 1_000;

export type TriedRecord = {
  readonly device: string;
  /** Null: the time of arrival. */
  readonly time: Timestamp | null;
  readonly values: Readonly<Record<string, unknown>>;
};
export type Tried = { readonly records: readonly TriedRecord[]; readonly steps: readonly Step[] };

export async function readProducts(call: Call): Promise<Product[] | Problem> {
  const items = await listAll(call, '/products?limit=1000', PRODUCTS_MAX);
  return Array.isArray(items) ? items.filter(isProduct) : items;
}

export async function readProduct(call: Call, id: string): Promise<Product | Problem> {
  const reply = await call('GET', `/products/${encodeURIComponent(id)}`);
  if (!reply.ok) return reply.problem;
  return isProduct(reply.body) ? reply.body : { status: 200, code: 'internal', detail: '', document: {} };
}

/** Gateways that speak as this product. */
export async function gatewaysOf(call: Call, id: string): Promise<{ id: string; name: string }[]> {
  const reply = await call('GET', `/gateways?limit=100&product=${encodeURIComponent(id)}`);
  return (reply.ok ? itemsOf(reply.body) : []).flatMap((row) => {
    const [found, name] = [field(row, 'id'), field(row, 'name')];
    return typeof found === 'string' && typeof name === 'string' ? [{ id: found, name }] : [];
  });
}

/** `payload` goes as it was written: what is no JSON is told as such. */
export async function tryForm(call: Call, form: object, payload: string): Promise<Tried | Problem> {
  const reply = await call('POST', '/products/try', { form, payload });
  if (!reply.ok) return reply.problem;
  return {
    records: itemsOf(field(reply.body, 'records')).filter(isTriedRecord),
    steps: itemsOf(field(reply.body, 'steps')).filter(isStep),
  };
}

const isProduct = (value: unknown): value is Product =>
  ['id', 'name', 'timeUnit'].every((name) => typeof field(value, name) === 'string') &&
  isRecord(field(value, 'pointers'));
const isTriedRecord = (value: unknown): value is TriedRecord =>
  typeof field(value, 'device') === 'string' && isRecord(field(value, 'values'));
const isStep = (value: unknown): value is Step =>
  typeof field(value, 'step') === 'string' && typeof field(value, 'ok') === 'boolean';
