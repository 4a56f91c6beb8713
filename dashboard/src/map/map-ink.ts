/** Colours of the map, read from the page's tokens: one place decides how night and day look. */
const NAMES = [
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
export type InkName = (typeof NAMES)[number];
export type MapInk = Readonly<Record<InkName, string>>;

export function readInk(): MapInk {
  const style = getComputedStyle(document.documentElement);
  const ink: Partial<Record<InkName, string>> = {};
  for (const name of NAMES) ink[name] = style.getPropertyValue(`--${name}`).trim();
  return ink as MapInk;
}

/** The letters on the map; MapLibre draws them from the machine's own fonts, so nothing is fetched. */
export const FONT = ['PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'sans-serif'];
