/** The key to a phone page lets in whoever holds it, for a day, to one page. */
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { PAGE_VALID_MS, pageToken, readToken } from '#emergency/page-token.ts';

const NOON = Date.UTC(2026, 5, 1, 12);
const mac = (text: string): string => createHmac('sha256', 'server key').update(text).digest('hex');
const other = (text: string): string => createHmac('sha256', 'another key').update(text).digest('hex');

describe('a page key', () => {
  it('is the same in every attempt, and names the message', () => {
    const token = pageToken('a1.1.1.zhang.san', NOON, mac);
    expect(pageToken('a1.1.1.zhang.san', NOON, mac)).toBe(token);
    expect(readToken(token, NOON + 1, mac)).toEqual({ ok: true, id: 'a1.1.1.zhang.san' });
    expect(token).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it('ends after a day', () => {
    const token = pageToken('a1.1.1.li', NOON, mac);
    expect(readToken(token, NOON + PAGE_VALID_MS, mac)).toMatchObject({ ok: false, reason: 'expired' });
  });

  it.each([
    ['another person', (token: string) => token.replace('.li.', '.wang.')],
    ['a later end', (token: string) => token.replace(/\.(\w+)\.(\w+)$/, '.zzzzzzzz.$2')],
    ['another mac', (token: string) => `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`],
    ['a cut mac', (token: string) => token.slice(0, -8)],
    ['nothing', () => ''],
    ['dots', () => '...'],
  ])('%s is noticed', (_, change) => {
    const token = change(pageToken('a1.1.1.li', NOON, mac));
    expect(readToken(token, NOON, mac)).toMatchObject({ ok: false, reason: 'tampered' });
  });

  it('of another site opens nothing here', () => {
    expect(readToken(pageToken('a1.1.1.li', NOON, other), NOON, mac).ok).toBe(false);
  });
});
