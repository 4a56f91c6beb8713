/** A limit in a point's own unit, computed once when its rule binds. */
import type { Attributes } from '#domain/registry.ts';
import { convert } from '#domain/units.ts';
import type { LimitSpec, LimitTerm } from './catalogue.ts';

/** What a limit needs of the point it is for. `attributes` are those of facility, device and point together. */
export type LimitPlace = {
  readonly quantity: string;
  readonly unit: string;
  readonly attributes: Attributes;
};

/** The limit in the rule's unit, or why it cannot be computed. */
export function computeLimit(spec: LimitSpec, attributes: Attributes): number | { readonly missing: string } {
  if (typeof spec === 'number') return spec;
  if ('ifTrue' in spec) return attributes[spec.ifTrue] === true ? spec.yes : spec.no;
  let sum = 0;
  for (const term of spec) {
    if (typeof term === 'number') {
      sum += term;
      continue;
    }
    const given = attributes[term.attribute];
    const value = typeof given === 'number' ? given : term.otherwise;
    if (value === null || !Number.isFinite(value)) return { missing: term.attribute };
    sum += value * term.times;
  }
  return digits12(sum);
}

/** Names of the attributes that `computeLimit` looks at. */
export function attributesOf(spec: LimitSpec): readonly string[] {
  if (typeof spec === 'number') return [];
  if ('ifTrue' in spec) return [spec.ifTrue];
  return spec.flatMap((term: LimitTerm) => (typeof term === 'number' ? [] : [term.attribute]));
}

/** Names of the attributes that `toPointUnit` looks at. */
export const CONVERTED_BY = ['lelVolPercent', 'molarMass'] as const;

/** `value` of the rule's unit in the point's; null when the units do not convert. */
export function toPointUnit(value: number, ruleUnit: string, place: LimitPlace): number | null {
  if (ruleUnit === place.unit) return digits12(value);
  return convert(value, ruleUnit, place.unit, place.quantity, place.attributes);
}

/** Twelve significant digits: 2.4 - 0.1 is 2.3, so that a value on the limit is on the limit. */
export const digits12 = (value: number): number => Number(value.toPrecision(12));
