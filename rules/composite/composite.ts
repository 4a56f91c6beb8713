/** A composite rule at its anchor: what its names stand for now, and what its conditions say of that. */
import type { Join } from '../join.ts';
import { anyOf, isUntold, type Reading, type Readings } from '../readings.ts';
import { type CelName, type CelValues, holds } from './expression.ts';

/** Names by part, conditions by level; plain data. */
export type CompositeTerms = {
  readonly names: readonly CelName[];
  readonly conditions: readonly { readonly when: string; readonly until: string | null }[];
};

/**
 * `reached` = the level is reached; `stays` = it is not over. Null = what may speak does not settle it. `fails` = a condition
 * cannot be evaluated though every name has a value (an element that is not there); null while one has none.
 */
export type Told = {
  readonly reached: boolean | null;
  readonly stays: boolean | null;
  readonly fails: boolean | null;
};

/**
 * What the conditions of the level at `at` say. A name that may not speak is left out, and CEL's own logic settles what it
 * can without it: `false && unknown` is false, `true || unknown` is true.
 */
export function tell(join: Join, at: number, { raise, end }: Readings): Told {
  const terms = join.composite;
  const condition = terms?.conditions[at];
  if (terms == null || condition === undefined) return { reached: null, stays: null, fails: null };
  const { when, until } = condition;
  const { names } = terms;
  let fails: boolean | null = null;
  const ask = (text: string, values: CelValues): boolean | null => {
    const holding = holds(text, names, values);
    if (Object.keys(values).length === names.length) fails = fails === true || holding === null;
    return holding;
  };
  const reached = anyOf(raise.map((read) => ask(when, valuesOf(join, terms, read, false))));
  const stays = anyOf(
    end.map((read) => {
      const values = valuesOf(join, terms, read, true);
      if (until === null) return ask(when, values);
      const over = ask(until, values);
      return over === null ? null : !over;
    }),
  );
  return { reached, stays, fails };
}

/** Without the names that have no value: a single one that may not speak, or a list where none may (`whole`: not each). */
function valuesOf({ members }: Join, { names }: CompositeTerms, read: Reading, whole: boolean): CelValues {
  const values: Record<string, number | number[]> = {};
  for (const [part, { name, list }] of names.entries()) {
    const here = members.filter((one) => one.part === part && !isUntold(one)).map(read);
    const told = here.filter((value) => !Number.isNaN(value));
    const [first] = told;
    if (first === undefined || (whole && told.length < here.length)) continue;
    values[name] = list ? told : first;
  }
  return values;
}
