/** One live measurement against every rule of its point: the hot path. */
import { FLAG, isLive, type Measurement } from '#domain/measurement.ts';
import type { EngineTime } from '#domain/time.ts';
import { noteData, reviewSensorLost } from './absence.ts';
import { isQuiet, letRest, wakeReached } from './at-rest.ts';
import { reviewSilence } from './interlocks.ts';
import { endLateWatch, ringLate } from './late-ring.ts';
import { judgeJoins, reviewJoins, stopJoins, stopUnproven } from './joins.ts';
import { reviewDates } from './due-dates.ts';
import type { Signal } from './catalogue.ts';
import { countReached } from './debounce.ts';
import { anyActive, carryMilder, fireDue, nextDue, STEP, stepLevel, stopClearing } from './level-machine.ts';
import { settle } from './process-alarm.ts';
import { isInForce } from './season.ts';
import type { History, PointRules, RuleInstance, Turn } from './state.ts';
import { provesTrace, signalOf as signalOfTrace } from './traces/trace.ts';
import { isData, isInOrder, isTrusted } from './trust.ts';
import { delayDue, wakeForDelay } from './wake.ts';
import { provesWindow, remember, signalOver } from './window.ts';

const BEYOND_RANGE = FLAG.overRange | FLAG.underRange;

/** Judges `m`; throws a RangeError for a point that was never registered here. */
export function judge(turn: Turn, m: Measurement): void {
  const point = turn.state.points.forWrite(m.pointIndex);
  if (!point.bound || (m.flags & FLAG.future) !== 0) return;
  const newest = m.time > point.newestTime;
  if (newest) point.newestTime = m.time;
  if (!isLive(m)) {
    if (newest) ringLate(turn, point, m);
    return;
  }
  const wasBad = point.dataAt < point.reportAt;
  point.reportAt = turn.now;
  const data = isData(m);
  const beyond = (m.flags & BEYOND_RANGE) !== 0;
  if (!data && !beyond) {
    for (const { levels } of point.rules) stopClearing(levels);
    if (point.memberOf !== null) stopJoins(turn, point);
    if (!wasBad) reviewSilence(turn, point);
    return;
  }
  const trusted = isTrusted(m);
  point.dataAt = turn.now;
  const moved = judgeRules(turn, point, m, trusted);
  noteData(turn, point, m, trusted || (beyond && isInOrder(m)));
  if (wasBad) reviewSilence(turn, point);
  if (point.memberOf !== null) judgeJoins(turn, point, m, trusted);
  if (moved) reviewSensorLost(turn, point);
}

/** True when an alarm may have moved. Levels first, then alarms: a colour may depend on another rule's level. */
function judgeRules(turn: Turn, point: PointRules, m: Measurement, trusted: boolean): boolean {
  const { rules, history, binding } = point;
  if (history !== null && !Number.isNaN(m.value)) remember(history, m, point.intervalMs);
  if (!isQuiet(binding, m)) wakeReached(point, m);
  let changed: RuleInstance[] | null = null;
  let late = false;
  for (let at = 0; at < rules.length; at += 1) {
    const instance = rules[at];
    if (instance === undefined || instance.place >= binding.rules.length) break;
    if (instance.late !== null) late = true;
    const done = stepRule(instance, history, m, trusted, turn.now);
    if (done === STEP.nothing) continue;
    if ((done & STEP.timer) !== 0) wakeForDelay(turn.state, point, nextDue(instance.levels));
    if ((done & STEP.changed) !== 0) (changed ??= []).push(instance);
  }
  if (changed !== null) settleAll(turn, point, changed, m.time);
  if (late)
    for (const instance of rules) if (instance.late !== null) endLateWatch(turn, point, instance, m, trusted);
  letRest(point);
  return changed !== null;
}

/** Settles the rules whose levels changed, and those whose colour hangs on one of them, in the order of the rules. */
function settleAll(
  turn: Turn,
  point: PointRules,
  changed: readonly RuleInstance[],
  sampleTime: number | null,
): void {
  for (const instance of point.rules) {
    const hangs = instance.lifts.some((lift) => changed.some(({ rule }) => rule === lift.rule));
    if (hangs || changed.includes(instance)) settle(turn, point, instance, sampleTime);
  }
}

/** Moves the levels of one rule by one sample; returns bits of STEP. */
export function stepRule(
  instance: RuleInstance,
  history: History | null,
  m: Measurement,
  trusted: boolean,
  now: EngineTime,
): number {
  const { levels, signal, trace } = instance;
  const own = trace === null ? m.value : signalOfTrace(trace, m, trusted, anyActive(levels));
  const sure = trusted && (trace === null || provesTrace(trace));
  const windowed = history !== null && isWindow(signal);
  let done: number = STEP.nothing;
  for (let at = 0; at < levels.length; at += 1) {
    const level = levels[at];
    if (level === undefined) continue;
    if (level.flag !== 0) {
      level.seen = m.value;
      const beyond = (m.flags & level.flag) !== 0;
      done |= stepLevel(level, beyond, beyond, trusted, now);
      continue;
    }
    const value = windowed ? signalOver(history, signal, level.windowMs, m.value) : own;
    if (Number.isNaN(value)) continue;
    level.seen = value;
    const high = level.side === 'high';
    let reached = high ? value >= level.limit : value <= level.limit;
    let stays = high ? value >= level.clear : value <= level.clear;
    let proves = sure;
    // Out of its season a limit is not there: what it raised ends by the next trusted sample, never by the calendar.
    if (level.season !== null && !isInForce(level.season, m.time)) reached = stays = false;
    else if (windowed && trusted) proves = provesWindow(history, level.windowMs);
    if (level.debounce !== null) reached = countReached(level, reached, trusted, m.time, value);
    done |= stepLevel(level, reached, stays, proves, now);
  }
  if (done !== STEP.nothing) carryMilder(levels);
  return done;
}

/** Whether the signal looks at a window of the point's history, each level at its own. */
function isWindow(signal: RuleInstance['signal']): signal is Exclude<Signal, 'value'> {
  switch (signal) {
    case 'sum':
    case 'mean':
    case 'rise':
    case 'fall':
    case 'rise-percent':
    case 'fall-percent':
      return true;
    default:
      return false;
  }
}

/** The wake-up of `point` for its delays that was set for `due` has come. */
export function wakeDelays(turn: Turn, point: PointRules, due: EngineTime): void {
  if (due !== point.delayWake) return;
  point.delayWake = Infinity;
  if (!point.bound) return;
  const changed: RuleInstance[] = [];
  for (const instance of point.rules) {
    stopUnproven(turn, instance);
    if (!fireDue(instance.levels, turn.now)) continue;
    carryMilder(instance.levels);
    changed.push(instance);
  }
  if (changed.length > 0) settleAll(turn, point, changed, null);
  if (point.datesDue <= turn.now) reviewDates(turn, point);
  if (point.memberOf !== null && changed.length > 0) reviewJoins(turn, point);
  reviewSensorLost(turn, point);
  wakeForDelay(turn.state, point, delayDue(point));
}
