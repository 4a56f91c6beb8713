/** The shape of each level in a 32 x 32 box, for the page's glyphs and the map's. */
import type { Colour } from '#domain/colour.ts';

export const GLYPH_SHAPES: Readonly<Record<Colour, string>> = {
  red: 'M9.9 2h12.2L30 9.9v12.2L22.1 30H9.9L2 22.1V9.9Z',
  orange: 'M16 2.5 30.5 29h-29Z',
  yellow: 'M16 1.5 30.5 16 16 30.5 1.5 16Z',
  blue: 'M16 2.5a13.5 13.5 0 1 1 0 27a13.5 13.5 0 1 1 0-27Z',
};

/** Baseline of the numeral: a triangle's middle lies lower. */
export const numeralBaseline = (colour: Colour): number => (colour === 'orange' ? 25.5 : 22);
