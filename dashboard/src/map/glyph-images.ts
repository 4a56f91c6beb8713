/** The level glyphs as pictures for the map: colour, shape and numeral, the number of a stack, and whether it was taken. */
import type { Colour } from '#domain/colour.ts';
import { GLYPH_SHAPES, numeralBaseline } from '../parts/glyph-shapes.ts';
import { levelNumber } from '../store/alarm-order.ts';
import { FONT, type MapInk } from './map-ink.ts';

/** Pixels of the picture; drawn twice as fine as shown. */
export const GLYPH_RATIO = 2;
const BOX = 48;
const SIZE: Readonly<Record<Colour, number>> = { red: 31, orange: 25, yellow: 25, blue: 25 };

export type GlyphLook = { readonly colour: Colour; readonly waiting: boolean; readonly count: number };

/** `red-waiting-1`: the picture's name on the map. A stack of 100 or more reads 99+. */
export const glyphName = ({ colour, waiting, count }: GlyphLook): string =>
  `${colour}-${waiting ? 'waiting' : 'taken'}-${Math.min(count, 100)}`;

export function glyphLook(name: string): GlyphLook | null {
  const [, colour, state, count] = /^(red|orange|yellow|blue)-(waiting|taken)-(\d+)$/.exec(name) ?? [];
  if (colour === undefined) return null;
  return { colour: colour as Colour, waiting: state === 'waiting', count: Number(count) };
}

export function drawGlyph({ colour, waiting, count }: GlyphLook, ink: MapInk): ImageData {
  const canvas = new OffscreenCanvas(BOX * GLYPH_RATIO, BOX * GLYPH_RATIO);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no canvas to draw glyphs on');
  context.scale(GLYPH_RATIO, GLYPH_RATIO);
  const size = SIZE[colour] * (waiting ? 1 : 0.8);
  if (count > 1) shape(context, colour, size, ink, { dx: 4, dy: 3, waiting, under: true });
  shape(context, colour, size, ink, { dx: 0, dy: 0, waiting, under: false });
  if (count > 1) badge(context, count > 99 ? '99+' : String(count), ink);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

function shape(
  context: OffscreenCanvasRenderingContext2D,
  colour: Colour,
  size: number,
  ink: MapInk,
  place: { dx: number; dy: number; waiting: boolean; under: boolean },
): void {
  context.save();
  context.translate(BOX / 2 - size / 2 + place.dx, BOX / 2 - size / 2 + place.dy);
  context.scale(size / 32, size / 32);
  const path = new Path2D(GLYPH_SHAPES[colour]);
  context.lineJoin = 'round';
  // Untaken: a bright rim, as wide as the blinking one of the list. Taken: the plain outline.
  context.strokeStyle = place.waiting ? ink.text : ink['glyph-edge'];
  context.lineWidth = place.waiting ? 7 : 4;
  context.stroke(path);
  context.strokeStyle = ink['glyph-edge'];
  context.lineWidth = 2.5;
  context.stroke(path);
  context.fillStyle = ink[colour];
  // oxlint-disable-next-line unicorn/no-array-fill-with-reference-type -- a canvas, no array
  context.fill(path);
  if (!place.under) {
    context.fillStyle = ink[`numeral-${colour}`];
    context.font = `600 18px ${FONT.map((name) => `"${name}"`).join(',')}`;
    context.textAlign = 'center';
    context.fillText(String(levelNumber(colour)), 16, numeralBaseline(colour));
  }
  context.restore();
}

function badge(context: OffscreenCanvasRenderingContext2D, text: string, ink: MapInk): void {
  context.font = `600 11px ${FONT.map((name) => `"${name}"`).join(',')}`;
  const width = Math.max(15, context.measureText(text).width + 7);
  const [right, top] = [BOX - 1, 2];
  context.beginPath();
  context.roundRect(right - width, top, width, 15, 7.5);
  context.fillStyle = ink.strong;
  context.fill();
  context.strokeStyle = ink['glyph-edge'];
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = ink['strong-text'];
  context.textAlign = 'center';
  context.fillText(text, right - width / 2, top + 11.5);
}
