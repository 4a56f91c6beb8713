/**
 * Which points a rule across points looks at, and at which of them its alarm stands (the anchor). The registry decides,
 * never the order of registration:
 * k-of-n of one facility: one alarm, at the member of the smallest id (it stays where it stands while it is open);
 * k-of-n of neighbours: one alarm at each member, which must itself meet the condition;
 * combined, mismatch, relation: one alarm at each point of the first part that has partners.
 */
import type { PointEntry, Registry } from '#domain/registry.ts';
import {
  type Catalogue,
  type CombinedRule,
  type CompositeRule,
  type CountRule,
  isJoin,
  type JoinRule,
  type PartSelector,
  type RelationRule,
} from './catalogue.ts';
import { COST_MAX, costOf } from './composite/cost.ts';
import { conditionOf, operandOf } from './join-conditions.ts';
import { type BoundCondition, freshMember, type Join, type JoinMember, type Membership } from './join.ts';
import { freshLevel } from './level-terms.ts';
import { digits12 } from './limit-value.ts';
import { type Place, placeOf } from './place.ts';
import type { Places } from './places.ts';
import type { BoundRule } from './state.ts';

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
  /** Costs of composites by rule and facility. */
  readonly costs: Map<string, number>;
};

/** Joins whose alarm stands at `point`, those its samples enter, and those that ask too much of one facility. */
export function bindJoins(
  scope: JoinScope,
  point: PointEntry,
): {
  readonly rules: readonly BoundRule[];
  readonly memberOf: readonly Membership[];
  readonly unbound: readonly string[];
} {
  const rules: BoundRule[] = [];
  const memberOf: Membership[] = [];
  const unbound: string[] = [];
  for (const rule of scope.catalogue.rules) {
    if (!isJoin(rule)) continue;
    if (rule.kind === 'composite' && plays(scope, rule, point)) {
      const cost = costAt(scope, rule, point);
      if (cost > COST_MAX) {
        if (isAnchor(scope, rule, point))
          unbound.push(`${rule.id}: ${cost} values to look at in one facility, at most ${COST_MAX}`);
        continue;
      }
    }
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
  return { rules, memberOf, unbound };
}

/** What the composite would cost at the facility of `point`. */
function costAt(scope: JoinScope, rule: CompositeRule, point: PointEntry): number {
  const { facility } = placeOf(scope.registry, point);
  const key = `${rule.id}|${facility}`;
  const known = scope.costs.get(key);
  if (known !== undefined) return known;
  const points = scope.places.pointsAt(facility);
  const cost = costOf(
    points.filter((one) => isAnchor(scope, rule, one)),
    rule.parts
      .filter(({ of }) => of === 'all')
      .map((part) => ({ paired: part.paired, points: points.filter((one) => fits(scope, rule, part, one)) })),
    (one) => pairKey(scope, rule, one),
  );
  scope.costs.set(key, cost);
  return cost;
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
    failing: false,
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
