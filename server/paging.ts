/** Lists in pages: `{items, next}`, where `next` is an opaque cursor, or null at the end. */
import { Problem } from './problems.ts';

export const PAGE_DEFAULT = 100;
export const PAGE_MAX = 1_000;

export type Page<T> = { readonly items: readonly T[]; readonly next: string | null };

/** `?limit` as asked, within bounds. */
export const pageSize = (limit: string | undefined): number =>
  limit === undefined ? PAGE_DEFAULT : Math.max(1, Math.min(PAGE_MAX, Number(limit)));

/** Wraps what the next page must start after. `list` keeps a cursor of one list from being used on another. */
export const writeCursor = (list: string, place: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...place])).toString('base64url');

/** Throws `invalid-cursor` for what `writeCursor` did not write for this list with parts of these types. */
export function readCursor(
  list: string,
  cursor: string,
  parts: readonly ('number' | 'string')[],
): (string | number)[] {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(read) && read[0] === list && read.length === parts.length + 1) {
      const place: unknown[] = read.slice(1);
      if (place.every((part, at) => typeof part === parts[at])) return read.slice(1);
    }
  } catch {
    // Not JSON: the same refusal as any other foreign text.
  }
  throw new Problem('invalid-cursor');
}

/** A page of things sorted by id, after the cursor. Stable while things are added. */
export function pageById<T extends { readonly id: string }>(
  list: string,
  sorted: readonly T[],
  query: { readonly cursor?: string | undefined; readonly limit?: string | undefined },
): Page<T> {
  const after = query.cursor === undefined ? '' : String(readCursor(list, query.cursor, ['string'])[0]);
  const size = pageSize(query.limit);
  const start = query.cursor === undefined ? 0 : sorted.findIndex((item) => item.id > after);
  if (start === -1) return { items: [], next: null };
  const items = sorted.slice(start, start + size);
  const last = items.at(-1);
  const more = start + size < sorted.length && last !== undefined;
  return { items, next: more ? writeCursor(list, [last.id]) : null };
}
