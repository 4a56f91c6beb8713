/**
 * The alarm machine and the level machine, each decision changed in turn: [what is broken, the text, the text instead].
 * Every text stands once in its file, so a mutant that no longer applies is noticed.
 */
import { ALARM, LAPSE } from './alarm-mutants.ts';
import type { Change } from './change.ts';
import { LEVEL } from './level-mutants.ts';
import { TRANSITIONS } from './transition-mutants.ts';

export type Mutant = {
  readonly file: string;
  readonly what: string;
  readonly from: string;
  readonly to: string;
};

const of = (file: string, changes: readonly Change[]): Mutant[] =>
  changes.map(([what, from, to]) => ({ file, what, from, to }));

export const MUTANTS: readonly Mutant[] = [
  ...of('rules/alarm-machine.ts', [...TRANSITIONS, ...ALARM]),
  ...of('rules/re-alarm.ts', LAPSE),
  ...of('rules/level-machine.ts', LEVEL),
];
