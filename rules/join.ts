/**
 * Rules across several points. The alarm stands at one of them, the anchor; every sample of a member tells the anchor how
 * that member stands. A member counts towards an alarm only while its data is fresh; it stops counting only by a trusted
 * sample of its own: a silent or bad detector neither raises nor clears.
 */
import type { EngineTime } from '#domain/time.ts';
import type { Signal } from './catalogue.ts';
import type { CompositeTerms } from './composite/composite.ts';
import type { Reading } from './readings.ts';
import type { PointRules, RuleInstance, RulesState, Side } from './state.ts';

/** A condition in the member's own unit. */
export type BoundCondition =
  | {
      readonly kind: 'limit';
      readonly signal: Signal;
      readonly side: Side;
      readonly limit: number;
      readonly clear: number;
      readonly windowMs: number;
    }
  | { readonly kind: 'alarm'; readonly rank: number }
  /** Signal x `factor` + `offset` is in the unit of the relation or of the name. */
  | {
      readonly kind: 'operand';
      readonly signal: Signal;
      readonly windowMs: number;
      readonly factor: number;
      readonly offset: number;
    };

export type JoinMember = {
  readonly pointIndex: number;
  readonly id: string;
  readonly facility: string;
  /** Which part it plays: 0 is the anchor's. */
  readonly part: number;
  readonly condition: BoundCondition;
  met: boolean;
  /** Last signal of the member (of an operand: the last trusted one) and when it came; NaN before the first. */
  seen: number;
  seenAt: EngineTime;
  /** Last signal of an operand in doubt since then; NaN when there is none. */
  doubt: number;
  doubtAt: EngineTime;
};

export type Join = {
  readonly kind: 'k-of-n' | 'combined' | 'mismatch' | 'relation' | 'composite';
  /** What the signal of the levels is. */
  readonly tells: 'points' | 'facilities' | 'parts' | 'difference' | 'ratio' | 'conditions';
  readonly withinM: number | null;
  /** Nothing counts while the anchor itself does not (neighbours of a well). */
  readonly needsAnchor: boolean;
  readonly parts: number;
  /** Null unless conditions decide. */
  readonly composite: CompositeTerms | null;
  /** By part, then id. */
  readonly members: readonly JoinMember[];
  /** Point whose sample last spoke against the alarm; -1 when none did. */
  spokeAgainst: number;
  /** Its conditions could not be evaluated when last all names had values; a system alarm says so. */
  failing: boolean;
};

/** One part a point plays in the rule of an anchor. */
export type Membership = {
  readonly anchor: number;
  readonly rule: string;
  /** Place in the join's `members`. */
  readonly member: number;
  readonly windowMs: number;
};

/** The join of `rule` at the anchor; undefined when its binding is gone. */
export const joinAt = (anchor: PointRules, rule: string): RuleInstance | undefined =>
  anchor.rules.find((one) => one.rule === rule && one.join !== null);

/** Whether the point sent usable data within the last three report intervals (as many as make it lost). */
export function isFresh(state: RulesState, pointIndex: number, now: EngineTime): boolean {
  const point = state.points.get(pointIndex);
  if (point === undefined) return false;
  return now - point.dataAt <= point.intervalMs * state.catalogue.settings.sensorLostIntervals;
}

/** How many met members for whom `counts` the join counts. */
export function signalOf(join: Join, anchorIndex: number, counts: (member: JoinMember) => boolean): number {
  const met = join.members.filter((member) => member.met && counts(member));
  if (join.needsAnchor && !met.some(({ pointIndex }) => pointIndex === anchorIndex)) return 0;
  if (join.tells === 'points') return met.length;
  if (join.tells === 'facilities') return new Set(met.map(({ facility }) => facility)).size;
  return new Set(met.map(({ part }) => part)).size;
}

/** Difference or ratio of the two members as `read`; NaN when it says nothing. */
export function relationOf({ members, tells }: Join, read: Reading): number {
  const [a, b] = [members[0], members[1]];
  if (a === undefined || b === undefined) return NaN;
  const [one, other] = [read(a), read(b)];
  if (tells === 'difference') return Number((one - other).toPrecision(12));
  // Without a flow to compare with a ratio says nothing.
  return other > 0 ? Number(((one / other) * 100).toPrecision(12)) : NaN;
}

/** The members that decided, for the explanation. */
export const deciding = ({ members, tells }: Join): readonly JoinMember[] =>
  tells === 'difference' || tells === 'ratio' || tells === 'conditions'
    ? members
    : members.filter(({ met }) => met);

/** A member as it stands, before any sample. */
export const freshMember = (
  member: Omit<JoinMember, 'met' | 'seen' | 'seenAt' | 'doubt' | 'doubtAt'>,
): JoinMember => ({ ...member, met: false, seen: NaN, seenAt: -Infinity, doubt: NaN, doubtAt: -Infinity });

/** Our own downtime makes no value stale. */
export function skipGap(member: JoinMember, gapMs: number): void {
  member.seenAt += gapMs;
  member.doubtAt += gapMs;
}
