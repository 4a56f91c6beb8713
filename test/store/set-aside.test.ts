/** Inputs that crashed the fold: noted for certain, set aside at the second time, never guessed at. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteCrash, readSetAside } from '#store/set-aside.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'set-aside-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

describe('an input that crashes the fold', () => {
  it('is nobody`s in a new city', () => {
    expect(readSetAside(directory)).toEqual(new Set());
    expect(existsSync(join(directory, 'set-aside.json'))).toBe(false);
  });

  it('is tried again after the first crash and set aside after the second', () => {
    expect(noteCrash(directory, 41)).toBe(1);
    expect(readSetAside(directory)).toEqual(new Set());
    expect(noteCrash(directory, 41)).toBe(2);
    expect(readSetAside(directory)).toEqual(new Set([41]));
  });

  it('does not count for another position, and no position is forgotten', () => {
    for (const position of [7, 8, 7, 9_007_199_254_740_991, 9_007_199_254_740_991])
      noteCrash(directory, position);
    expect(readSetAside(directory)).toEqual(new Set([7, 9_007_199_254_740_991]));
    expect(JSON.parse(readFileSync(join(directory, 'set-aside.json'), 'utf8'))).toMatchObject({ 8: 1 });
  });

  it.each([
    ['no JSON', '{"7":2'],
    ['an empty file', ''],
    ['a list', '[7]'],
    ['null', 'null'],
    ['a text for a count', '{"7":"2"}'],
    ['a name that is no position', '{"seven":2}'],
    ['half a crash', '{"7":1.5}'],
  ])('is not guessed at when the file is damaged: %s', (_, text) => {
    writeFileSync(join(directory, 'set-aside.json'), text);
    const refused = expect.objectContaining({ code: 'set-aside-unreadable' });
    expect(() => readSetAside(directory)).toThrow(refused);
    expect(() => noteCrash(directory, 7)).toThrow(refused);
    expect(readFileSync(join(directory, 'set-aside.json'), 'utf8'), 'the evidence stays').toBe(text);
  });
});
