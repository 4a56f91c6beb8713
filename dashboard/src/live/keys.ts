/** Keys of the console (console.md §7): off while typing, off in dialogs, and never together with Ctrl, Alt or Meta. */
import type { Colour } from '#domain/colour.ts';

export type KeyCommand =
  | { readonly do: 'move'; readonly by: number }
  | { readonly do: 'colour'; readonly colour: Colour }
  | {
      readonly do:
        | 'open'
        | 'acknowledge'
        | 'shelve'
        | 'verdict'
        | 'note'
        | 'search'
        | 'all-colours'
        | 'silence'
        | 'help'
        | 'back'
        | 'trend'
        | 'replay'
        | 'top'
        | 'mark'
        | 'report'
        | 'undo'
        | 'map'
        | 'shift'
        | 'go';
    };

export type KeyPress = {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
};
/** Where the focus is: `typing` = a field, `control` = a button or link (it keeps Enter and arrows for itself). */
export type KeyPlace = 'typing' | 'control' | 'page';

const PAGE_ROWS = 10;

/** Single keys; letters in either case. Those marked `once` ignore a key held down. */
const SINGLE: Readonly<Record<string, KeyCommand>> = {
  j: { do: 'move', by: 1 },
  k: { do: 'move', by: -1 },
  a: { do: 'acknowledge' },
  s: { do: 'shelve' },
  f: { do: 'verdict' },
  n: { do: 'note' },
  t: { do: 'trend' },
  r: { do: 'replay' },
  x: { do: 'silence' },
  u: { do: 'report' },
  z: { do: 'undo' },
  m: { do: 'map' },
  h: { do: 'shift' },
  g: { do: 'go' },
  '/': { do: 'search' },
  '?': { do: 'help' },
  '0': { do: 'all-colours' },
  '1': { do: 'colour', colour: 'red' },
  '2': { do: 'colour', colour: 'orange' },
  '3': { do: 'colour', colour: 'yellow' },
  '4': { do: 'colour', colour: 'blue' },
};
const NAMED: Readonly<Record<string, KeyCommand>> = {
  ArrowDown: { do: 'move', by: 1 },
  ArrowUp: { do: 'move', by: -1 },
  PageDown: { do: 'move', by: PAGE_ROWS },
  PageUp: { do: 'move', by: -PAGE_ROWS },
  Home: { do: 'top' },
  Enter: { do: 'open' },
  ' ': { do: 'mark' },
};

/** What a key press asks for; null = leave it to the browser. */
export function keyCommand(press: KeyPress, place: KeyPlace, singleKeys: boolean): KeyCommand | null {
  if (press.ctrlKey || press.altKey || press.metaKey) return null;
  if (press.key === 'Escape') return { do: 'back' };
  if (place === 'typing') return null;
  const named = NAMED[press.key];
  if (named !== undefined) return place === 'control' ? null : named;
  if (!singleKeys) return null;
  const command = SINGLE[press.key.toLowerCase()] ?? null;
  return command !== null && press.repeat && command.do !== 'move' ? null : command;
}
