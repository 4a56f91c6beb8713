/**
 * Rules at rest. A plain limit that nothing has reached is the same at every point that binds alike, so a point keeps an
 * object for it only while something has begun there: a level reached, a delay or a count that runs, an alarm or a shelf at
 * its place, a late ring that stands. Whatever else is asked of a rule at rest, the shared binding answers.
 */
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { OwnBinding } from './bindings.ts';
import { isInForce } from './season.ts';
import {
  type AlarmSlot,
  type BoundRule,
  createSlot,
  type Level,
  type PointRules,
  type RuleInstance,
} from './state.ts';
import { freshTrace } from './traces/trace.ts';

const BEYOND_RANGE = FLAG.overRange | FLAG.underRange;

/** Whether nothing has to be remembered of the rule between samples that reach none of its levels. */
export const mayRest = ({ signal, join, trace }: BoundRule): boolean =>
  signal === 'value' && join === null && trace === null;

/** The rule at a place of its own, with levels and memory that it alone changes. */
export const instanceAt = (
  bound: BoundRule,
  place: number,
  slot: AlarmSlot,
  trace = bound.trace === null ? null : freshTrace(bound.trace),
): RuleInstance => ({
  ...bound,
  levels: bound.levels.map((level) => ({ ...level })),
  trace,
  place,
  slot,
  late: null,
});

/** Whether `m` can move none of the rules at rest. */
export const isQuiet = ({ quietAbove, quietBelow }: OwnBinding, m: Measurement): boolean =>
  m.value > quietAbove && m.value < quietBelow && (m.flags & BEYOND_RANGE) === 0;

/** Gives each rule at rest that `m` reaches its object. */
export function wakeReached(point: PointRules, m: Measurement): void {
  point.binding.rules.forEach((bound, place) => {
    if (mayRest(bound) && bound.levels.some((level) => reaches(level, m))) awake(point, bound, place);
  });
}

const reaches = ({ side, limit, flag, season }: Level, m: Measurement): boolean => {
  if (flag !== 0) return (m.flags & flag) !== 0;
  if (!(side === 'high' ? m.value >= limit : m.value <= limit)) return false;
  return season === null || isInForce(season, m.time);
};

/** The object of the rule of the binding at `place`, made if it rests. */
export function awake(point: PointRules, bound: BoundRule, place: number): RuleInstance {
  const { rules } = point;
  let at = 0;
  while ((rules[at]?.place ?? Infinity) < place) at += 1;
  const here = rules[at];
  if (here?.place === place) return here;
  const fresh = instanceAt(bound, place, createSlot('point', point.index, bound.rule));
  rules.splice(at, 0, fresh);
  return fresh;
}

/** Forgets the objects of rules that are at rest again. */
export function letRest(point: PointRules): void {
  const { rules, binding } = point;
  for (let at = rules.length - 1; at >= 0; at -= 1) {
    const instance = rules[at];
    if (instance !== undefined && instance.place < binding.rules.length && isAtRest(instance))
      rules.splice(at, 1);
  }
}

function isAtRest(instance: RuleInstance): boolean {
  if (!mayRest(instance)) return false;
  const { slot, late, levels } = instance;
  if (slot.alarm !== null || slot.suppressions.length > 0 || late !== null) return false;
  for (const { active, held, overSince, clearSince, tally } of levels)
    if (active || held || overSince !== null || clearSince !== null || tally !== null) return false;
  return true;
}

/** Every rule of the point in order: its object, or for one at rest what it is bound to. */
export function everyRule({ binding, rules }: PointRules): (BoundRule | RuleInstance)[] {
  const all: (BoundRule | RuleInstance)[] = [...binding.rules];
  for (const instance of rules)
    if (instance.place < binding.rules.length) all[instance.place] = instance;
    else all.push(instance);
  return all;
}
