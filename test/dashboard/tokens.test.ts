import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ciede2000, contrast, seenBy } from './colour-vision.ts';

const css = readFileSync(join(import.meta.dirname, '../../dashboard/src/style/tokens.css'), 'utf8');
const LEVELS = ['red', 'orange', 'yellow', 'blue'] as const;

/** HSV saturation of `#rrggbb`: above a half a colour is loud. */
function saturation(hex: string): number {
  const channels = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return 1 - Math.min(...channels) / Math.max(...channels);
}

/** Tokens of one theme: the light one changes some of the dark ones. */
function tokens(theme: 'dark' | 'light'): (name: string) => string {
  const read = (block: string) =>
    new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6})\b;/g)].map((m) => [m[1], m[2]]));
  const dark = read(css.split(":root[data-theme='light']")[0] ?? '');
  const light = read(css.split(":root[data-theme='light']")[1] ?? '');
  return (name) => {
    const value = (theme === 'light' ? light.get(name) : undefined) ?? dark.get(name);
    if (value === undefined) throw new Error(`no token ${name}`);
    return value;
  };
}

describe.each(['dark', 'light'] as const)('%s', (theme) => {
  const of = tokens(theme);

  const texts: [string, string][] = [
    ['text', 'bg'],
    ['text', 'pane'],
    ['text', 'chosen'],
    ['text', 'button'],
    ['text2', 'bg'],
    ['text2', 'pane'],
    ['text2', 'chosen'],
    ['primary-text', 'primary'],
    ['strong-text', 'strong'],
  ];
  test.each(texts)('text %s on %s reads (4.5:1)', (ink, ground) => {
    expect(contrast(of(ink), of(ground))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(LEVELS)('the numeral on %s reads (4.5:1)', (level) => {
    expect(contrast(of(`numeral-${level}`), of(level))).toBeGreaterThanOrEqual(4.5);
  });

  test.each(LEVELS)('the %s glyph stands out from the pane by fill or outline (3:1)', (level) => {
    const best = Math.max(contrast(of(level), of('pane')), contrast(of('glyph-edge'), of('pane')));
    expect(best).toBeGreaterThanOrEqual(3);
  });

  test('the focus outline and the edges of fields stand out (3:1)', () => {
    expect(contrast(of('focus'), of('pane'))).toBeGreaterThanOrEqual(3);
    expect(contrast(of('focus'), of('bg'))).toBeGreaterThanOrEqual(3);
    expect(contrast(of('edge'), of('bg'))).toBeGreaterThanOrEqual(3);
  });

  const networks = ['net-gas', 'net-heat', 'net-drainage', 'net-hazchem', 'net-other'];
  const grounds = ['map-cell-0', 'map-cell-1', 'map-cell-2'];
  test.each(networks)('%s lines and dots stand out from the map, and are calm', (net) => {
    for (const ground of grounds) {
      expect(contrast(of(net), of(ground)), ground).toBeGreaterThanOrEqual(3);
      expect(contrast(of('map-dot'), of(ground)), ground).toBeGreaterThanOrEqual(3);
    }
    expect(saturation(of(net))).toBeLessThanOrEqual(0.5);
  });

  test('names on the map read, and every level’s glyph stands out there by fill or rim', () => {
    for (const ground of [...grounds, 'map-ground', 'map-water']) {
      expect(contrast(of('text'), of(ground)), ground).toBeGreaterThanOrEqual(4.5);
      for (const level of LEVELS) {
        const best = Math.max(...[level, 'glyph-edge', 'text'].map((ink) => contrast(of(ink), of(ground))));
        expect(best, `${level} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  test('a taken or an underlined level stands out from the pane by fill or outline', () => {
    for (const ground of ['pane', 'chosen', ...grounds]) {
      for (const level of LEVELS) {
        const best = Math.max(contrast(of(level), of(ground)), contrast(of('glyph-edge'), of(ground)));
        expect(best, `${level} on ${ground}`).toBeGreaterThanOrEqual(3);
      }
    }
  });

  test.each(['normal', 'protan', 'deutan', 'tritan'] as const)(
    'the levels differ for %s eyes (CIEDE2000 >= 10)',
    (eyes) => {
      for (const a of LEVELS) {
        for (const b of LEVELS) {
          if (a < b)
            expect(ciede2000(seenBy(eyes, of(a)), seenBy(eyes, of(b))), `${a}-${b}`).toBeGreaterThanOrEqual(
              10,
            );
        }
      }
    },
  );
});
