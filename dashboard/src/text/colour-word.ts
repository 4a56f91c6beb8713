import { COLOURS, type Colour } from '#domain/colour.ts';

/** Whether a text that came over the wire names one of the four colours. */
export const isColour = (text: string | undefined): text is Colour =>
  COLOURS.some((colour) => colour === text);
