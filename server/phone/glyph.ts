/** The sign of a level: colour, shape and numeral together; the word stands beside it. */
import type { Colour } from '#domain/colour.ts';

const SHAPES: Readonly<Record<Colour, string>> = {
  red: '<path class="red" d="M15 3h18l12 12v18L33 45H15L3 33V15z"/><text class="red-n" x="24" y="33">1</text>',
  orange: '<path class="orange" d="M24 3 46 44H2z"/><text class="dark-n" x="24" y="39">2</text>',
  yellow: '<path class="yellow" d="M24 2 46 24 24 46 2 24z"/><text class="dark-n" x="24" y="33">3</text>',
  blue: '<circle class="blue" cx="24" cy="24" r="21"/><text class="blue-n" x="24" y="33">4</text>',
};

export const glyph = (colour: Colour): string =>
  `<svg class="glyph" viewBox="0 0 48 48" width="48" height="48" aria-hidden="true">${SHAPES[colour]}</svg>`;
