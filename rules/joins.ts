/** Samples of members reach the rules across points: at the anchor of each, in a fixed order. Live data only. */
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';
import { reviewSensorLost } from './absence.ts';
import {
  type BoundCondition,
  isFresh,
  type Join,
  joinAt,
  type JoinMember,
  type Membership,
  signalOf,
} from './join.ts';
import { anyActive, carryMilder, nextDue, STEP, stepLevel, stopClearing } from './level-machine.ts';
import { settle } from './process-alarm.ts';
import { isInForce } from './season.ts';
import type { Signal } from './catalogue.ts';
import { tell } from './composite/composite.ts';
import { digits12 } from './limit-value.ts';
import type { Level, PointRules, RuleInstance, Turn } from './state.ts';
import { wakeForDelay } from './wake.ts';
import { provesWindow, signalOver } from './window.ts';

/** A live sample with a value: `point` was judged by its own rules before. */
export function judgeJoins(turn: Turn, point: PointRules, m: Measurement, trusted: boolean): void {
  const memberOf = point.memberOf ?? [];
  for (const [order, { anchor, rule, member: place }] of memberOf.entries()) {
    const at = turn.state.points.forWrite(anchor);
    const instance = joinAt(at, rule);
    const member = instance?.join?.members[place];
    if (instance?.join == null || member?.pointIndex !== point.index) continue;
    if (instance.join.composite !== null) {
      if (!trusted) continue;
      takeSample(point, member, m, trusted);
      instance.join.spokeAgainst = point.index;
      // Several names may stand for this point: the condition sees all of them as of this sample.
      if (!goesOn(memberOf[order + 1], anchor, rule)) stepJoin(turn, at, instance, m.time, trusted);
      continue;
    }
    const before = member.met;
    const counted = takeSample(point, member, m, trusted);
    if (counted === 'nothing') continue;
    if (!before && member.met) forgetFeedback(instance.join, member);
    if (counted === 'against') {
      // The common case: a quiet member of a quiet rule.
      if (!before && member.condition.kind !== 'operand' && !anyActive(instance.levels)) continue;
      instance.join.spokeAgainst = point.index;
    }
    stepJoin(turn, at, instance, m.time, trusted);
  }
}

const goesOn = (next: Membership | undefined, anchor: number, rule: string): boolean =>
  next?.anchor === anchor && next.rule === rule;

/** What a feedback said before its command came says nothing about it: only its next sample does. */
function forgetFeedback({ kind, members }: Join, command: JoinMember): void {
  if (kind !== 'mismatch' || command.part === 0) return;
  for (const member of members) if (member.part === 0) member.met = false;
}

/** Own alarms of `point` moved because a delay ended: joins that count alarms hear of it. */
export function reviewJoins(turn: Turn, point: PointRules): void {
  for (const { anchor, rule, member: place } of point.memberOf ?? []) {
    const at = turn.state.points.forWrite(anchor);
    const instance = joinAt(at, rule);
    const member = instance?.join?.members[place];
    if (instance?.join == null || member?.condition.kind !== 'alarm') continue;
    const met = isInAlarm(point, member.condition.rank);
    if (met === member.met) continue;
    member.met = met;
    if (!met) instance.join.spokeAgainst = point.index;
    stepJoin(turn, at, instance, turn.wall, true);
  }
}

/** A bad value of a member: what runs towards the end of the alarm proves nothing any more. */
export function stopJoins(turn: Turn, point: PointRules): void {
  for (const { anchor, rule } of point.memberOf ?? []) {
    const instance = joinAt(turn.state.points.forWrite(anchor), rule);
    if (instance !== undefined) stopClearing(instance.levels);
  }
}

/** The member that spoke last against this alarm has gone silent: its word is not enough to end it. */
export function lostItsWitness(turn: Turn, { join }: RuleInstance): boolean {
  return join !== null && join.spokeAgainst >= 0 && !isFresh(turn.state, join.spokeAgainst, turn.now);
}

type Counted = 'for' | 'against' | 'nothing';

function takeSample(point: PointRules, member: JoinMember, m: Measurement, trusted: boolean): Counted {
  const { condition } = member;
  if (condition.kind === 'operand') {
    if (!trusted) return 'nothing';
    const value = signalAt(point.history, condition, m.value);
    member.seen = digits12(value * condition.factor + condition.offset);
    return Number.isNaN(value) ? 'nothing' : 'against';
  }
  if (condition.kind === 'alarm') {
    member.seen = m.value;
    member.met = isInAlarm(point, condition.rank);
    return member.met ? 'for' : 'against';
  }
  return takeSignal(point, member, condition, m, trusted);
}

const signalAt = (
  history: PointRules['history'],
  { signal, windowMs }: { readonly signal: Signal; readonly windowMs: number },
  value: number,
): number => (history === null ? value : signalOver(history, signal, windowMs, value));

function takeSignal(
  { history }: PointRules,
  member: JoinMember,
  { signal, side, limit, clear, windowMs }: Extract<BoundCondition, { kind: 'limit' }>,
  m: Measurement,
  trusted: boolean,
): Counted {
  const value = signalAt(history, { signal, windowMs }, m.value);
  if (Number.isNaN(value)) return 'nothing';
  member.seen = value;
  const high = side === 'high';
  // Beyond range on the watched side is at least at the limit, whatever the value says (catalytic sensors fold back).
  const beyond = signal === 'value' && (m.flags & (high ? FLAG.overRange : FLAG.underRange)) !== 0;
  if (beyond || (high ? value >= limit : value <= limit)) {
    member.met = true;
    return 'for';
  }
  if (!trusted || (history !== null && signal !== 'value' && !provesWindow(history, windowMs)))
    return 'nothing';
  if (high ? value < clear : value > clear) member.met = false;
  return 'against';
}

function stepJoin(
  turn: Turn,
  anchor: PointRules,
  instance: RuleInstance,
  at: Timestamp,
  trusted: boolean,
): void {
  const { join, levels } = instance;
  if (join === null) return;
  const isFreshNow = ({ pointIndex }: JoinMember): boolean => isFresh(turn.state, pointIndex, turn.now);
  const done =
    join.composite === null
      ? stepCounted(join, anchor.index, levels, isFreshNow, { at, trusted, now: turn.now })
      : stepConditions(join, levels, isFreshNow, { at, trusted, now: turn.now });
  if ((done & STEP.timer) !== 0) wakeForDelay(turn.state, anchor, nextDue(levels));
  if ((done & STEP.changed) === 0) return;
  carryMilder(levels);
  settle(turn, anchor, instance, at);
  reviewSensorLost(turn, anchor);
}

type Instant = { readonly at: Timestamp; readonly trusted: boolean; readonly now: EngineTime };

/** Levels on how many count, or on a relation; bits of STEP. */
function stepCounted(
  join: Join,
  anchor: number,
  levels: readonly Level[],
  isFreshNow: (member: JoinMember) => boolean,
  { at, trusted, now }: Instant,
): number {
  const all = signalOf(join, anchor, () => true);
  const fresh = signalOf(join, anchor, isFreshNow);
  let done: number = STEP.nothing;
  if (Number.isNaN(all)) return done;
  for (const level of levels) {
    const inForce = level.season === null || isInForce(level.season, at);
    const high = level.side === 'high';
    const reached = inForce && (high ? fresh >= level.limit : fresh <= level.limit);
    const stays = inForce && (high ? all >= level.clear : all <= level.clear);
    level.seen = reached ? fresh : all;
    done |= stepLevel(level, reached, stays, trusted, now);
  }
  return done;
}

/** Levels on conditions, each on its own; bits of STEP. What a condition cannot say moves nothing. */
function stepConditions(
  join: Join,
  levels: readonly Level[],
  isFreshNow: (member: JoinMember) => boolean,
  { at, trusted, now }: Instant,
): number {
  let done: number = STEP.nothing;
  for (const [place, level] of levels.entries()) {
    const told = tell(join, place, isFreshNow);
    if (told.stays === null) continue;
    const inForce = level.season === null || isInForce(level.season, at);
    const reached = inForce && told.reached === true;
    const stays = inForce && told.stays;
    level.seen = reached || stays ? 1 : 0;
    done |= stepLevel(level, reached, stays, trusted, now);
  }
  return done;
}

/** A level of a rule on its own samples, at this colour or worse, is active. A frozen sensor measures no danger. */
function isInAlarm(point: PointRules, rank: number): boolean {
  for (let at = 0; at < point.sampled; at += 1) {
    const instance = point.rules[at];
    if (instance === undefined || instance.signal === 'frozen') continue;
    for (const level of instance.levels) if (level.active && level.rank >= rank) return true;
  }
  return false;
}
