/** The page's tokens that the map is drawn with: one place decides how night and day look. */
export const INK_NAMES = [
  'bg',
  'pane',
  'text',
  'text2',
  'red',
  'orange',
  'yellow',
  'blue',
  'numeral-red',
  'numeral-orange',
  'numeral-yellow',
  'numeral-blue',
  'glyph-edge',
  'strong',
  'strong-text',
  'map-ground',
  'map-cell-0',
  'map-cell-1',
  'map-cell-2',
  'map-border',
  'map-water',
  'map-trunk',
  'map-street',
  'map-dot',
  'net-gas',
  'net-heat',
  'net-drainage',
  'net-hazchem',
  'net-other',
] as const;
export type InkName = (typeof INK_NAMES)[number];
export type MapInk = Readonly<Record<InkName, string>>;

/** The letters on the map; MapLibre draws them from the machine's own fonts, so nothing is fetched. */
export const FONT = ['PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'sans-serif'];
