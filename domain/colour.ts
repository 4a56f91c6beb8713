/** The four warning colours, least severe first (蓝 黄 橙 红). A colour is not a legal level and not a set-point. */
export const COLOURS = ['blue', 'yellow', 'orange', 'red'] as const;
export type Colour = (typeof COLOURS)[number];

/** 0 for blue up to 3 for red. */
export const colourRank = (colour: Colour): number => COLOURS.indexOf(colour);

/** The more severe of two colours. */
export const worseColour = (a: Colour, b: Colour): Colour => (colourRank(a) >= colourRank(b) ? a : b);
