import type { KeyPlace } from './keys.ts';

/** Where a key press landed. */
export function keyPlace(target: EventTarget | null): KeyPlace {
  if (!(target instanceof HTMLElement)) return 'page';
  if (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return 'typing';
  // The map moves by arrows of its own.
  if (target instanceof HTMLCanvasElement) return 'control';
  return /^(BUTTON|A|SUMMARY)$/.test(target.tagName) ? 'control' : 'page';
}
