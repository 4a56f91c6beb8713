/** What kind of line an edge is, and the letters that stand along it. */

/** How a network is drawn: where the medium flows, where it branches, or merely what belongs together. */
export const LINE_CLASSES = ['main', 'branch', 'relation'] as const;
export type LineClass = (typeof LINE_CLASSES)[number];
const RELATIONS: readonly string[] = ['adjacent', 'gauge-of', 'power-feed'];

export const lineClass = (kind: string): LineClass =>
  RELATIONS.includes(kind) ? 'relation' : /branch|secondary|process/.test(kind) ? 'branch' : 'main';

/** Letters along the line; a kind that has none of its own takes its lifeline's, a mere relation none. */
const LETTERS: Readonly<Record<string, string>> = {
  ...{ gas: 'RQ', heat: 'RL', drainage: 'PS', hazchem: 'GY', water: 'JS', tunnel: 'ZH' },
  ...{ drain: 'YS', sewer: 'WS', 'tunnel-section': 'ZH', 'power-feed': 'DL', 'telecom-duct': 'TX' },
};
export const lettersOf = (kind: string, lifeline: string): string =>
  LETTERS[kind] ?? (lineClass(kind) === 'relation' ? '' : (LETTERS[lifeline] ?? ''));
