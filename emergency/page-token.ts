/**
 * The key to one person's page for one message: `<id and expiry>.<mac>`. It names nothing secret, lets in whoever holds
 * the link, and only to that page; the same message has the same key in every attempt.
 */
import type { Timestamp } from '#domain/time.ts';

/** A link in a chat is found again for a long time; after a day the console is the place. */
export const PAGE_VALID_MS = 24 * 3_600_000;
/** Hex digits of the mac: 128 bit. */
const MAC_LENGTH = 32;

/** Hex HMAC-SHA256 under the server key. */
export type Mac = (text: string) => string;

export function pageToken(id: string, createdAt: Timestamp, mac: Mac): string {
  const expires = Math.floor(createdAt + PAGE_VALID_MS).toString(36);
  const payload = `${id}.${expires}`;
  return `${payload}.${sign(payload, mac)}`;
}

export type TokenVerdict =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: 'tampered' | 'expired'; readonly id: string | null };

export function readToken(token: string, now: Timestamp, mac: Mac): TokenVerdict {
  const cut = token.lastIndexOf('.');
  const payload = token.slice(0, Math.max(0, cut));
  const dot = payload.lastIndexOf('.');
  const id = payload.slice(0, Math.max(0, dot));
  const expires = Number.parseInt(payload.slice(dot + 1), 36);
  if (id === '' || !same(token.slice(cut + 1), sign(payload, mac)))
    return { ok: false, reason: 'tampered', id: null };
  return expires > now ? { ok: true, id } : { ok: false, reason: 'expired', id };
}

const sign = (payload: string, mac: Mac): string => mac(`phone-page\n${payload}`).slice(0, MAC_LENGTH);

/** Takes the same time wherever the two differ. */
function same(given: string, wanted: string): boolean {
  let different = given.length ^ wanted.length;
  for (let place = 0; place < wanted.length; place += 1)
    different |= (given.charCodeAt(place) || 0) ^ wanted.charCodeAt(place);
  return different === 0;
}
