/** A composite rule at its anchor: what its names stand for now, and what its conditions say of that. */
import type { Join, JoinMember } from '../join.ts';
import { type CelName, type CelValues, holds } from './expression.ts';

/** Names by part, conditions by level; plain data. */
export type CompositeTerms = {
  readonly names: readonly CelName[];
  readonly conditions: readonly { readonly when: string; readonly until: string | null }[];
};

/** `reached` = `when` holds over fresh values; `stays` = it is not over. Null = these values say nothing. */
export type Told = { readonly reached: boolean | null; readonly stays: boolean | null };

/** What the conditions of the level at `at` say. */
export function tell(join: Join, at: number, isFresh: (member: JoinMember) => boolean): Told {
  const terms = join.composite;
  const condition = terms?.conditions[at];
  if (terms == null || condition === undefined) return { reached: null, stays: null };
  const all = valuesOf(join, terms, () => true);
  if (all === null) return { reached: null, stays: null };
  const fresh = join.members.every(isFresh) ? all : valuesOf(join, terms, isFresh);
  const reached = fresh === null ? null : holds(condition.when, terms.names, fresh);
  if (condition.until === null) return { reached, stays: holds(condition.when, terms.names, all) };
  const over = holds(condition.until, terms.names, all);
  return { reached, stays: over === null ? null : !over };
}

/** Null when a name has no value: a single one is missing, or every one of a list. */
function valuesOf(
  { members }: Join,
  { names }: CompositeTerms,
  counts: (member: JoinMember) => boolean,
): CelValues | null {
  const values: Record<string, number | number[]> = {};
  for (const [part, { name, list }] of names.entries()) {
    const told = members.filter((one) => one.part === part && counts(one) && !Number.isNaN(one.seen));
    if (told.length === 0) return null;
    values[name] = list ? told.map(({ seen }) => seen) : (told[0]?.seen ?? NaN);
  }
  return values;
}
