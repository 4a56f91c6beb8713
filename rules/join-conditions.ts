/** Conditions and operands of rules across points, in the unit of each point. */
import { convert } from '#domain/units.ts';
import type { ConditionSpec, Signal } from './catalogue.ts';
import type { BoundCondition } from './join.ts';
import { computeLimit, digits12, toPointUnit } from './limit-value.ts';
import type { Place } from './place.ts';

/** The condition in the point's unit; null when a unit or an attribute does not allow it. */
export function conditionOf(spec: ConditionSpec, place: Place): BoundCondition | null {
  if (spec.kind === 'alarm') return { kind: 'alarm', rank: spec.rank };
  const { signal, side, windowMs, deadband, unit } = spec;
  if (windowMs > 0 && signal !== 'sum' && windowMs < place.intervalMs) return null;
  const value = computeLimit(spec.limit, place.attributes);
  if (typeof value !== 'number') return null;
  const back = digits12(side === 'high' ? value - deadband : value + deadband);
  const inPercent = signal === 'rise-percent' || signal === 'fall-percent';
  const limit = inPercent ? value : toPointUnit(value, unit, place);
  const clear = inPercent ? back : toPointUnit(back, unit, place);
  return limit === null || clear === null ? null : { kind: 'limit', signal, side, limit, clear, windowMs };
}

/** Changes have no zero to shift, and shares of the value no unit at all. */
export function operandOf(
  unit: string,
  signal: Signal,
  windowMs: number,
  place: Place,
): BoundCondition | null {
  const asked = { kind: 'operand', signal, windowMs } as const;
  if (signal === 'rise-percent' || signal === 'fall-percent')
    return unit === '%' ? { ...asked, factor: 1, offset: 0 } : null;
  const { unit: from, quantity, attributes } = place;
  const [at0, at1] = [0, 1].map((value) => convert(value, from, unit, quantity, attributes));
  if (at0 == null || at1 == null) return null;
  const offset = signal === 'value' || signal === 'mean' ? at0 : 0;
  return { ...asked, factor: digits12(at1 - at0), offset };
}
