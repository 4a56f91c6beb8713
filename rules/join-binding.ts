/**
 * Which points a rule across points looks at, and at which of them its alarm stands (the anchor). The registry decides,
 * never the order of registration:
 * k-of-n of one facility: one alarm, at the member of the smallest id (it stays where it stands while it is open);
 * k-of-n of neighbours: one alarm at each member, which must itself meet the condition;
 * combined, mismatch, relation: one alarm at each point of the first part that has partners.
 */
import type { PointEntry } from '#domain/registry.ts';
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
import { boundJoin } from './bound-join.ts';
import { COST_MAX, costOf } from './composite/cost.ts';
import { conditionOf, operandOf } from './join-conditions.ts';
import { type BoundCondition, freshMember, type JoinMember, type Membership } from './join.ts';
import type { CountJoin, JoinScope, Members } from './join-scope.ts';
import { neighbourhoodsOf } from './neighbours.ts';
import { type Place, placeOf } from './place.ts';
import type { BoundRule } from './state.ts';

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
    for (const [anchor, { list, placesOf, leftOut }] of joinsAround(scope, rule, point)) {
      if (anchor.index === point.index && leftOut > 0)
        unbound.push(
          `${rule.id}: ${leftOut} points within its distance are beyond the nearest ${list.length}`,
        );
      if (anchor.index === point.index && list.length > 0) rules.push(boundJoin(rule, list));
      for (const place of placesOf.get(point.index) ?? []) {
        const condition = list[place]?.condition;
        const windowMs = condition === undefined || condition.kind === 'alarm' ? 0 : condition.windowMs;
        memberOf.push({ anchor: anchor.index, rule: rule.id, member: place, windowMs });
      }
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

/** Anchors whose join `point` may be part of, by id, each with its members. */
function joinsAround(scope: JoinScope, rule: JoinRule, point: PointEntry): [PointEntry, Members][] {
  const isPart = rule.kind === 'k-of-n' ? fits(scope, rule, rule.part, point) : plays(scope, rule, point);
  if (!isPart) return [];
  const { facility } = placeOf(scope.registry, point);
  if (rule.kind !== 'k-of-n')
    return anchorsAt(scope, rule, facility).map((one) => [one, partsAt(scope, rule, one)]);
  return facilitiesAround(scope, rule, facility)
    .flatMap((id) => countsAt(scope, rule, id))
    .filter(
      ({ anchors, placesOf }) =>
        placesOf.has(point.index) || anchors.some(({ index }) => index === point.index),
    )
    .flatMap((one) => one.anchors.map((anchor): [PointEntry, Members] => [anchor, one]));
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
  playersAt(scope, `${rule.id}|${facility}`, facility, (one) => fits(scope, rule, rule.part, one));

const anchorsAt = (scope: JoinScope, rule: PartRule, facility: string): readonly PointEntry[] =>
  playersAt(scope, `${rule.id}|0|${facility}`, facility, (one) => isAnchor(scope, rule, one));

/** Points of `facility` that play, by id. */
function playersAt(
  { players, places }: JoinScope,
  key: string,
  facility: string,
  plays: (point: PointEntry) => boolean,
): readonly PointEntry[] {
  const known = players.get(key);
  if (known !== undefined) return known;
  const found = places.pointsAt(facility).filter(plays);
  players.set(key, found);
  return found;
}

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
  if (rule.kinds === null && part.where === null) return true;
  const { kind, attributes } = placeOf(scope.registry, point);
  if (rule.kinds !== null && !rule.kinds.includes(kind)) return false;
  return part.where === null || (attributes[part.where.attribute] === true) === part.where.is;
}

/** Members of the join at `anchor`, by part, then id; none when a part has no point. */
function partsAt(scope: JoinScope, rule: PartRule, anchor: PointEntry): Members {
  const key = `${rule.id}|${anchor.index}`;
  const known = scope.known.get(key);
  if (known !== undefined) return known;
  const members = placed(partMembers(scope, rule, anchor), 0);
  scope.known.set(key, members);
  return members;
}

/** The joins of a rule that counts whose anchors stand at the facility. */
function countsAt(scope: JoinScope, rule: CountRule, facility: string): readonly CountJoin[] {
  const key = `${rule.id}|${facility}`;
  const known = scope.counts.get(key);
  if (known !== undefined) return known;
  const siteOf = (id: string) => ({ facility: id, points: candidates(scope, rule, id) });
  const own = siteOf(facility);
  const anchor = rule.withinM === null ? anchorAt(scope, rule, facility) : null;
  const groups =
    rule.withinM === null
      ? [{ anchors: anchor === null ? [] : [anchor], members: own.points, leftOut: 0 }]
      : neighbourhoodsOf(
          scope.registry,
          own,
          facilitiesAround(scope, rule, facility).map(siteOf),
          rule.count,
          Math.max(...rule.levels.map(({ limit }) => Number(limit))),
        );
  const joins = groups.map(({ anchors, members, leftOut }) => ({
    anchors,
    ...placed(countMembers(scope, rule, members), leftOut),
  }));
  scope.counts.set(key, joins);
  return joins;
}

function placed(list: readonly JoinMember[], leftOut: number): Members {
  const placesOf = new Map<number, number[]>();
  for (const [place, { pointIndex }] of list.entries()) {
    const places = placesOf.get(pointIndex);
    if (places === undefined) placesOf.set(pointIndex, [place]);
    else places.push(place);
  }
  return { list, placesOf, leftOut };
}

function countMembers(
  scope: JoinScope,
  rule: CountRule,
  points: readonly PointEntry[],
): readonly JoinMember[] {
  const members = points.flatMap((one) =>
    memberOf(scope, one, 0, conditionOf(rule.part.condition, placeOf(scope.registry, one))),
  );
  const distinct =
    rule.count === 'points' ? members.length : new Set(members.map((one) => one.facility)).size;
  const least = Math.min(...rule.levels.map(({ limit }) => Number(limit)));
  return distinct < least ? [] : members;
}

function partMembers(scope: JoinScope, rule: PartRule, anchor: PointEntry): readonly JoinMember[] {
  const members: JoinMember[] = [];
  for (const part of selectorsOf(rule).keys()) {
    const chosen =
      part === 0 || (rule.kind === 'composite' && rule.parts[part]?.of === 'own')
        ? [anchor]
        : partnersOf(scope, rule, part, anchor).filter((one) => one.index !== anchor.index);
    const asked = isOne(rule, part) ? chosen.slice(0, 1) : chosen;
    const found = asked.flatMap((one) =>
      memberOf(scope, one, part, partCondition(rule, part, placeOf(scope.registry, one))),
    );
    if (found.length === 0) return [];
    members.push(...found);
  }
  return members;
}

/** Points of the anchor's facility that play `part` with it, by id; the anchor too where it could. */
function partnersOf(
  scope: JoinScope,
  rule: PartRule,
  part: number,
  anchor: PointEntry,
): readonly PointEntry[] {
  const selector = selectorsOf(rule)[part];
  if (selector === undefined) return [];
  const { facility } = placeOf(scope.registry, anchor);
  const pair = isPaired(rule, part) ? pairKey(scope, rule, anchor) : null;
  const key = `${rule.id}|${part}|${facility}|${pair ?? ''}`;
  return playersAt(
    scope,
    key,
    facility,
    (one) => fits(scope, rule, selector, one) && (pair === null || pairKey(scope, rule, one) === pair),
  );
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
