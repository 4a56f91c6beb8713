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
  relationOf,
  signalOf,
} from './join.ts';
import { anyActive, carryMilder, nextDue, STEP, stepLevel, stopClearing } from './level-machine.ts';
import { anyOf, type Readings, readingsOf } from './readings.ts';
import { settle } from './process-alarm.ts';
import { isInForce } from './season.ts';
import type { Signal } from './catalogue.ts';
import { tell, type Told } from './composite/composite.ts';
import { noteFailing } from './composite/failing.ts';
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
    if (member.condition.kind === 'operand') {
      takeOperand(point, member, member.condition, { m, trusted, now: turn.now });
      // Several names may stand for this point: the condition sees all of them as of this sample.
      if (!goesOn(memberOf[order + 1], anchor, rule)) stepJoin(turn, at, instance, m.time, trusted);
      continue;
    }
    const before = member.met;
    const counted = takeSample(turn, point, member, m, trusted);
    if (counted === 'nothing') continue;
    if (!before && member.met) forgetFeedback(instance.join, member);
    if (counted === 'against') {
      // The common case: a quiet member of a quiet rule.
      if (!before && !anyActive(instance.levels)) continue;
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
    const met = isInAlarm(turn, point, member.condition.rank);
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

/** A delay towards an end is over: it is stopped where what spoke for the end has gone silent since. */
export function stopUnproven(turn: Turn, { join, levels }: RuleInstance): void {
  if (join === null || !levels.some(({ clearSince }) => clearSince !== null)) return;
  if (!hasOperands(join)) {
    if (join.spokeAgainst >= 0 && !isFresh(turn.state, join.spokeAgainst, turn.now)) stopClearing(levels);
    return;
  }
  const readings = readingsOf(turn.state, join, turn.now);
  for (const [place, level] of levels.entries())
    if (told(join, place, level, readings, turn.wall).stays !== false) stopClearing([level]);
}

const hasOperands = ({ kind }: Join): boolean => kind === 'composite' || kind === 'relation';

type Counted = 'for' | 'against' | 'nothing';

function takeSample(
  turn: Turn,
  point: PointRules,
  member: JoinMember,
  m: Measurement,
  trusted: boolean,
): Counted {
  const { condition } = member;
  if (condition.kind === 'alarm') {
    member.seen = m.value;
    member.met = isInAlarm(turn, point, condition.rank);
    return member.met ? 'for' : 'against';
  }
  return condition.kind === 'limit' ? takeSignal(point, member, condition, m, trusted) : 'nothing';
}

type Taken = { readonly m: Measurement; readonly trusted: boolean; readonly now: EngineTime };

/** A value in doubt stands beside the last trusted one; the next trusted one takes the place of both. */
function takeOperand(
  { history }: PointRules,
  member: JoinMember,
  { signal, windowMs, factor, offset }: Extract<BoundCondition, { kind: 'operand' }>,
  { m, trusted, now }: Taken,
): void {
  const own = signalAt(history, { signal, windowMs }, m.value);
  if (Number.isNaN(own)) return;
  const value = digits12(own * factor + offset);
  const proves = trusted && (history === null || signal === 'value' || provesWindow(history, windowMs));
  member.doubt = proves ? NaN : value;
  member.doubtAt = now;
  if (!proves) return;
  member.seen = value;
  member.seenAt = now;
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
  const instant = { at, trusted, now: turn.now };
  const done = hasOperands(join)
    ? stepTold(turn, anchor.index, instance, join, instant)
    : stepCounted(
        join,
        anchor.index,
        levels,
        ({ pointIndex }) => isFresh(turn.state, pointIndex, turn.now),
        instant,
      );
  if ((done & STEP.timer) !== 0) wakeForDelay(turn.state, anchor, nextDue(levels));
  if ((done & STEP.changed) === 0) return;
  carryMilder(levels);
  settle(turn, anchor, instance, at);
  reviewSensorLost(turn, anchor);
}

type Instant = { readonly at: Timestamp; readonly trusted: boolean; readonly now: EngineTime };

/** Levels on how many count; bits of STEP. */
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
  for (const level of levels) {
    const inForce = level.season === null || isInForce(level.season, at);
    const high = level.side === 'high';
    const reached = inForce && (high ? fresh >= level.limit : fresh <= level.limit);
    const stays = inForce && (high ? all >= level.clear : all <= level.clear);
    level.seen = reached ? fresh : all;
    // Too few only because a member fell silent: that stops no way into alarm.
    const silent = inForce && !reached && (high ? all >= level.limit : all <= level.limit);
    done |= stepLevel(level, reached, stays, trusted && !silent, now);
  }
  return done;
}

/** Levels on conditions or on a relation, each on its own; bits of STEP. What is not settled moves nothing forward. */
function stepTold(
  turn: Turn,
  anchor: number,
  instance: RuleInstance,
  join: Join,
  { at, trusted, now }: Instant,
): number {
  const readings = readingsOf(turn.state, join, now);
  let done: number = STEP.nothing;
  let failing: boolean | null = null;
  for (const [place, level] of instance.levels.entries()) {
    const { reached, stays, fails, seen } = told(join, place, level, readings, at);
    if (fails !== null) failing = failing === true || fails;
    if (!Number.isNaN(seen)) level.seen = seen;
    if (level.active && stays === null) stopClearing([level]);
    else if (level.active || reached !== null)
      done |= stepLevel(level, reached === true, stays === true, trusted, now);
  }
  if (failing !== null) noteFailing(turn, anchor, instance, failing);
  return done;
}

/** What the members say of one level at `at` (wall clock), and the figure it shows; NaN = as before. */
function told(
  join: Join,
  place: number,
  level: Level,
  readings: Readings,
  at: Timestamp,
): Told & { readonly seen: number } {
  const inForce = level.season === null || isInForce(level.season, at);
  if (join.composite !== null) {
    const { reached, stays, fails } = inForce ? tell(join, place, readings) : OUT_OF_SEASON;
    return { reached, stays, fails, seen: reached === true || stays === true ? 1 : 0 };
  }
  const figures = readings.raise.map((read) => relationOf(join, read));
  const reaching = figures.find((figure) => isBeyond(level, figure, level.limit) === true);
  const seen = reaching ?? figures.find((figure) => !Number.isNaN(figure)) ?? NaN;
  if (!inForce) return { ...OUT_OF_SEASON, seen };
  return {
    reached: anyOf(figures.map((figure) => isBeyond(level, figure, level.limit))),
    stays: anyOf(readings.end.map((read) => isBeyond(level, relationOf(join, read), level.clear))),
    fails: null,
    seen,
  };
}

/** A limit out of its season is not there. */
const OUT_OF_SEASON: Told = { reached: false, stays: false, fails: null };

function isBeyond({ side }: Level, figure: number, limit: number): boolean | null {
  if (Number.isNaN(figure)) return null;
  return side === 'high' ? figure >= limit : figure <= limit;
}

/**
 * A level of a rule on its own samples, at this colour or worse, is active. A frozen sensor measures no danger, and an
 * interlock is no alarm.
 */
function isInAlarm({ state }: Turn, point: PointRules, rank: number): boolean {
  const { interlocks } = state.catalogue.suppression;
  for (const instance of point.rules) {
    if (instance.place >= point.binding.rules.length) break;
    if (instance.signal === 'frozen' || interlocks.has(instance.rule)) continue;
    for (const level of instance.levels) if (level.active && level.rank >= rank) return true;
  }
  return false;
}
