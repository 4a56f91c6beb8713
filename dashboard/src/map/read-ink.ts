import { INK_NAMES, type InkName, type MapInk } from './map-ink.ts';

/** Colours of the map, as the page's tokens have them now. */
export function readInk(): MapInk {
  const style = getComputedStyle(document.documentElement);
  const ink: Partial<Record<InkName, string>> = {};
  for (const name of INK_NAMES) ink[name] = style.getPropertyValue(`--${name}`).trim();
  return ink as MapInk;
}
