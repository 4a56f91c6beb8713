/**
 * Which points a rule across points looks at, and at which of them its alarm stands (the anchor). The registry decides,
 * never the order of registration:
 * k-of-n of one facility: one alarm, at the member of the smallest id (it stays where it stands while it is open);
 * k-of-n of neighbours: one alarm at each member, which must itself meet the condition;
 * combined, mismatch, relation: one alarm at each point of the first part that has partners.
 */
import type { PointEntry, Registry } from '#domain/registry.ts';
import { convert } from '#domain/units.ts';
import type { BoundRule } from './binding.ts';
import {
  type Catalogue,
  type CombinedRule,
  type CompositeRule,
  type ConditionSpec,
  type CountRule,
  isJoin,
  type JoinRule,
  type PartSelector,
  type RelationRule,
  type Signal,
} from './catalogue.ts';
import { type BoundCondition, freshMember, type Join, type JoinMember, type Membership } from './join.ts';
import { freshLevel } from './level-terms.ts';
import { computeLimit, digits12, toPointUnit } from './limit-value.ts';
import { type Place, placeOf } from './place.ts';
import type { Places } from './places.ts';

/** What binding needs beside the point: the same for all points of one change. */
export type JoinScope = {
  readonly catalogue: Catalogue;
  readonly registry: Registry;
  readonly places: Places;
  /** Whether an alarm of the rule is open at this point. */
  readonly isOpenAt: (pointIndex: number, rule: string) => boolean;
  /**
   * Where the one alarm of a rule of one facility stands, by rule and facility. Fixed for the whole change: binding a
   * member may end the alarm that decided, and its fellows must still bind to the same point.
   */
  readonly anchors: Map<string, PointEntry | null>;
  /** Members by rule and anchor, computed once. */
  readonly known: Map<string, readonly JoinMember[]>;
};

/** Joins whose alarm stands at `point`, and those its samples enter. */
export function bindJoins(
  scope: JoinScope,
  point: PointEntry,
): { readonly rules: readonly BoundRule[]; readonly memberOf: readonly Membership[] } {
  const rules: BoundRule[] = [];
  const memberOf: Membership[] = [];
  for (const rule of scope.catalogue.rules) {
    if (!isJoin(rule)) continue;
    for (const anchor of anchorsFor(scope, rule, point)) {
      const members = membersAt(scope, rule, anchor);
      if (anchor.index === point.index && members.length > 0) rules.push(boundJoin(rule, members));
      members.forEach((member, place) => {
        if (member.pointIndex !== point.index) return;
        const { condition } = member;
        const windowMs = condition.kind === 'alarm' ? 0 : condition.windowMs;
        memberOf.push({ anchor: anchor.index, rule: rule.id, member: place, windowMs });
      });
    }
  }
  return { rules, memberOf };
}

/** Distance beyond which no rule looks: 0 when none looks beyond its facility. */
export const reachOf = ({ rules }: Catalogue): number =>
  Math.max(0, ...rules.map((rule) => (rule.kind === 'k-of-n' ? (rule.withinM ?? 0) : 0)));

/** Anchors whose join `point` may be part of, by id. */
function anchorsFor(scope: JoinScope, rule: JoinRule, point: PointEntry): readonly PointEntry[] {
  const isPart = rule.kind === 'k-of-n' ? fits(scope, rule, rule.part, point) : plays(scope, rule, point);
  if (!isPart) return [];
  const { facility } = placeOf(scope.registry, point);
  if (rule.kind !== 'k-of-n') {
    return scope.places.pointsAt(facility).filter((one) => isAnchor(scope, rule, one));
  }
  if (rule.withinM === null) {
    const anchor = anchorAt(scope, rule, facility);
    return anchor === null ? [] : [anchor];
  }
  return facilitiesAround(scope, rule, facility).flatMap((id) => candidates(scope, rule, id));
}

/** Itself, or those within the rule's distance of it, by id. */
function facilitiesAround({ places }: JoinScope, rule: CountRule, facility: string): readonly string[] {
  if (rule.withinM === null) return [facility];
  return rule.along === null
    ? places.around(facility, rule.withinM)
    : places.along(facility, rule.withinM, rule.along);
}

/** Decided at the first member that asks, before any of them is bound anew. */
function anchorAt(scope: JoinScope, rule: CountRule, facility: string): PointEntry | null {
  const key = `${rule.id}|${facility}`;
  const known = scope.anchors.get(key);
  if (known !== undefined) return known;
  const all = candidates(scope, rule, facility);
  const anchor = all.find(({ index }) => scope.isOpenAt(index, rule.id)) ?? all[0] ?? null;
  scope.anchors.set(key, anchor);
  return anchor;
}

const candidates = (scope: JoinScope, rule: CountRule, facility: string): readonly PointEntry[] =>
  scope.places.pointsAt(facility).filter((one) => fits(scope, rule, rule.part, one));

/** Rules whose alarm stands at each point of their first part. */
type PartRule = CombinedRule | RelationRule | CompositeRule;

const selectorsOf = (rule: PartRule): readonly PartSelector[] =>
  rule.kind === 'relation' ? [rule.anchor, rule.to] : rule.parts;

const plays = (scope: JoinScope, rule: PartRule, point: PointEntry): boolean =>
  selectorsOf(rule).some((part) => fits(scope, rule, part, point));

function isAnchor(scope: JoinScope, rule: PartRule, point: PointEntry): boolean {
  const first = selectorsOf(rule)[0];
  return first !== undefined && fits(scope, rule, first, point);
}

function fits(scope: JoinScope, rule: JoinRule, part: PartSelector, point: PointEntry): boolean {
  if (!part.quantities.includes(point.quantity)) return false;
  const { kind, attributes } = placeOf(scope.registry, point);
  if (rule.kinds !== null && !rule.kinds.includes(kind)) return false;
  return part.where === null || (attributes[part.where.attribute] === true) === part.where.is;
}

/** Members of the join at `anchor`, by part, then id; none when a part has no point. */
function membersAt(scope: JoinScope, rule: JoinRule, anchor: PointEntry): readonly JoinMember[] {
  const key = `${rule.id}|${anchor.index}`;
  const known = scope.known.get(key);
  if (known !== undefined) return known;
  const members =
    rule.kind === 'k-of-n' ? countMembers(scope, rule, anchor) : partMembers(scope, rule, anchor);
  scope.known.set(key, members);
  return members;
}

function countMembers(scope: JoinScope, rule: CountRule, anchor: PointEntry): readonly JoinMember[] {
  const { facility } = placeOf(scope.registry, anchor);
  const facilities = facilitiesAround(scope, rule, facility);
  const members = facilities
    .flatMap((id) => candidates(scope, rule, id))
    .flatMap((one) =>
      memberOf(scope, one, 0, conditionOf(rule.part.condition, placeOf(scope.registry, one))),
    );
  const distinct =
    rule.count === 'points' ? members.length : new Set(members.map((one) => one.facility)).size;
  const least = Math.min(...rule.levels.map(({ limit }) => Number(limit)));
  return distinct < least ? [] : members;
}

function partMembers(scope: JoinScope, rule: PartRule, anchor: PointEntry): readonly JoinMember[] {
  const place = placeOf(scope.registry, anchor);
  const members: JoinMember[] = [];
  for (const [part, selector] of selectorsOf(rule).entries()) {
    const chosen =
      part === 0 || (rule.kind === 'composite' && rule.parts[part]?.of === 'own')
        ? [anchor]
        : scope.places
            .pointsAt(place.facility)
            .filter((one) => one.index !== anchor.index && fits(scope, rule, selector, one))
            .filter(
              (one) => !isPaired(rule, part) || pairKey(scope, rule, one) === pairKey(scope, rule, anchor),
            );
    const asked = isOne(rule, part) ? chosen.slice(0, 1) : chosen;
    const found = asked.flatMap((one) =>
      memberOf(scope, one, part, partCondition(rule, part, placeOf(scope.registry, one))),
    );
    if (found.length === 0) return [];
    members.push(...found);
  }
  return members;
}

/** A relation has one point to compare with, and so have names that are no list: the first by id. */
const isOne = (rule: PartRule, part: number): boolean =>
  rule.kind === 'relation' || (rule.kind === 'composite' && rule.parts[part]?.of !== 'all');

const isPaired = (rule: PartRule, part: number): boolean =>
  rule.kind !== 'relation' && rule.parts[part]?.paired === true;

/** Points belong together by the named attribute, or else by standing on one device. */
function pairKey(scope: JoinScope, rule: PartRule, point: PointEntry): string {
  const name = rule.kind === 'relation' ? null : rule.pairBy;
  const value = name === null ? undefined : placeOf(scope.registry, point).attributes[name];
  return value === undefined ? `device ${point.device}` : `${name} ${String(value)}`;
}

function memberOf(
  scope: JoinScope,
  point: PointEntry,
  part: number,
  condition: BoundCondition | null,
): JoinMember[] {
  if (condition === null) return [];
  const { facility } = placeOf(scope.registry, point);
  return [freshMember({ pointIndex: point.index, id: point.id, facility, part, condition })];
}

function partCondition(rule: PartRule, part: number, place: Place): BoundCondition | null {
  if (rule.kind === 'relation') return operandOf(rule.in, 'value', 0, place);
  if (rule.kind === 'composite') {
    const named = rule.parts[part];
    return named === undefined ? null : operandOf(named.unit, named.signal, named.windowMs, place);
  }
  const spec = rule.parts[part]?.condition;
  return spec === undefined ? null : conditionOf(spec, place);
}

/** The condition in the point's unit; null when a unit or an attribute does not allow it. */
function conditionOf(spec: ConditionSpec, place: Place): BoundCondition | null {
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
function operandOf(unit: string, signal: Signal, windowMs: number, place: Place): BoundCondition | null {
  const asked = { kind: 'operand', signal, windowMs } as const;
  if (signal === 'rise-percent' || signal === 'fall-percent')
    return unit === '%' ? { ...asked, factor: 1, offset: 0 } : null;
  const { unit: from, quantity, attributes } = place;
  const [at0, at1] = [0, 1].map((value) => convert(value, from, unit, quantity, attributes));
  if (at0 == null || at1 == null) return null;
  const offset = signal === 'value' || signal === 'mean' ? at0 : 0;
  return { ...asked, factor: digits12(at1 - at0), offset };
}

function tellsOf(rule: JoinRule): Join['tells'] {
  if (rule.kind === 'relation') return rule.of;
  if (rule.kind === 'composite') return 'conditions';
  return rule.kind === 'k-of-n' ? rule.count : 'parts';
}

function boundJoin(rule: JoinRule, members: readonly JoinMember[]): BoundRule {
  const relation = rule.kind === 'relation' ? rule : null;
  const parts = rule.kind === 'k-of-n' ? 1 : selectorsOf(rule).length;
  const join: Join = {
    kind: rule.kind,
    tells: tellsOf(rule),
    composite:
      rule.kind === 'composite'
        ? {
            names: rule.parts.map(({ as, of }) => ({ name: as, list: of === 'all' })),
            conditions: rule.conditions,
          }
        : null,
    withinM: rule.kind === 'k-of-n' ? rule.withinM : null,
    needsAnchor: rule.kind === 'k-of-n' && rule.withinM !== null,
    parts,
    members: members.map(freshMember),
    spokeAgainst: -1,
  };
  const levels = rule.levels.map((spec) => {
    const { name, colour, onDelayMs, offDelayMs, latch, season, deadband } = spec;
    const limit = Number(rule.kind === 'combined' || rule.kind === 'mismatch' ? parts : spec.limit);
    const side = relation?.side ?? 'high';
    const clear = digits12(side === 'high' ? limit - deadband : limit + deadband);
    // Members report each at its own pace: delays of joins are time alone.
    const terms = {
      name,
      colour,
      side,
      limit,
      clear,
      onDelayMs,
      offDelayMs,
      latch,
      season,
      windowMs: 0,
      debounce: null,
      flag: 0,
    };
    return freshLevel(terms, 0);
  });
  const unit = relation === null ? null : relation.of === 'ratio' ? '%' : relation.in;
  const { id, version } = rule;
  return { rule: id, version, signal: 'join', unit, lifts: [], join, trace: null, levels };
}
