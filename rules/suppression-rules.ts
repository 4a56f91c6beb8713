/** Which rules suppress which by design, read from the catalogue once. */
import type { Alarm } from '#domain/alarm.ts';
import { type Fields, fields, list, Refused, text, word } from './catalogue-fields.ts';

/** What parent and child must have in common. */
export type ParentPlace = keyof Pick<Alarm, 'point' | 'device' | 'facility' | 'gateway'>;
export const PLACES = ['point', 'device', 'facility', 'gateway'] as const satisfies readonly ParentPlace[];

/** `rule`: another rule of the catalogue, an interlock of it, or `gateway-absent`. */
export type ParentSpec = { readonly rule: string; readonly at: ParentPlace };

export type Suppression = {
  readonly interlocks: ReadonlySet<string>;
  readonly parentsOf: ReadonlyMap<string, readonly ParentSpec[]>;
  /** By parent: at which places somebody asks for it. */
  readonly placesOf: ReadonlyMap<string, ReadonlySet<ParentPlace>>;
};

export const NO_SUPPRESSION: Suppression = {
  interlocks: new Set(),
  parentsOf: new Map(),
  placesOf: new Map(),
};

/** Rules of the engine itself that may be named as a parent. */
const BUILT_IN = new Set(['gateway-absent']);

/** The parents that one rule names: `suppressedBy` in its file. */
export function parentsIn(rule: Fields, where: string): readonly ParentSpec[] {
  return list(rule['suppressedBy'] ?? [], `${where}.suppressedBy`).map((raw, at) => {
    const place = `${where}.suppressedBy[${at}]`;
    const given = fields(raw, place, ['rule', 'at']);
    return { rule: text(given['rule'], `${place}.rule`), at: word(PLACES, given['at'], `${place}.at`) };
  });
}

type Named = {
  readonly id: string;
  readonly suppressedBy: readonly ParentSpec[];
  readonly interlock?: boolean;
};

/** Refuses a parent that does not exist, an interlock that is suppressed, and rules that would silence each other. */
export function suppressionOfRules(rules: readonly Named[]): Suppression {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const placesOf = new Map<string, Set<ParentPlace>>();
  rules.forEach(({ id, suppressedBy, interlock }, at) => {
    const where = `rules[${at}].suppressedBy`;
    if (interlock === true && suppressedBy.length > 0)
      throw new Refused(`${where}: an interlock is no alarm`);
    for (const { rule, at: place } of suppressedBy) {
      if (!byId.has(rule) && !BUILT_IN.has(rule)) throw new Refused(`${where}: no rule ${rule}`);
      if (leadsTo(byId, rule, id)) throw new Refused(`${where}: ${rule} and ${id} would silence each other`);
      const places = placesOf.get(rule) ?? new Set();
      placesOf.set(rule, places.add(place));
    }
  });
  return {
    interlocks: new Set(rules.filter(({ interlock }) => interlock === true).map(({ id }) => id)),
    parentsOf: new Map(
      rules.filter((rule) => rule.suppressedBy.length > 0).map((rule) => [rule.id, rule.suppressedBy]),
    ),
    placesOf,
  };
}

/** Whether `to` is `from` or one of what suppresses it, however far up. */
function leadsTo(byId: ReadonlyMap<string, Named>, from: string, to: string): boolean {
  const seen = new Set<string>();
  const look = [from];
  for (let id = look.pop(); id !== undefined; id = look.pop()) {
    if (id === to) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    for (const { rule } of byId.get(id)?.suppressedBy ?? []) look.push(rule);
  }
  return false;
}
