/** One live measurement against every rule of its point: the hot path. */
import { FLAG, isLive, type Measurement } from '#domain/measurement.ts';
import type { EngineTime } from '#domain/time.ts';
import { noteData, reviewSensorLost } from './absence.ts';
import { endLateWatch, ringLate } from './late-ring.ts';
import { carryMilder, fireDue, nextDue, STEP, stepLevel, stopClearing } from './level-machine.ts';
import { settle } from './process-alarm.ts';
import type { History, PointRules, RuleInstance, Turn } from './state.ts';
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
  point.reportAt = turn.now;
  const data = isData(m);
  const beyond = (m.flags & BEYOND_RANGE) !== 0;
  if (!data && !beyond) {
    for (const { levels } of point.rules) stopClearing(levels);
    return;
  }
  const trusted = isTrusted(m);
  const moved = judgeRules(turn, point, m, trusted);
  noteData(turn, point, m, trusted || (beyond && isInOrder(m)));
  if (moved) reviewSensorLost(turn, point);
}

/** True when an alarm may have moved. */
function judgeRules(turn: Turn, point: PointRules, m: Measurement, trusted: boolean): boolean {
  const { rules, history } = point;
  if (history !== null && !Number.isNaN(m.value)) remember(history, m, point.intervalMs);
  let moved = false;
  for (let at = 0; at < rules.length; at += 1) {
    const instance = rules[at];
    if (instance === undefined) continue;
    const done = stepRule(instance, history, m, trusted, turn.now);
    if (done !== STEP.nothing) {
      if ((done & STEP.timer) !== 0) wakeForDelay(turn.state, point, nextDue(instance.levels));
      if ((done & STEP.changed) !== 0) {
        settle(turn, point, instance, m.time);
        moved = true;
      }
    }
    if (instance.late !== null) endLateWatch(turn, point, instance, m, trusted);
  }
  return moved;
}

/** Moves the levels of one rule by one sample; returns bits of STEP. */
export function stepRule(
  instance: RuleInstance,
  history: History | null,
  m: Measurement,
  trusted: boolean,
  now: EngineTime,
): number {
  const { levels, signal } = instance;
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
    const value =
      signal === 'value' || history === null ? m.value : signalOver(history, signal, level.windowMs, m.value);
    if (Number.isNaN(value)) continue;
    level.seen = value;
    const high = level.side === 'high';
    const reached = high ? value >= level.limit : value <= level.limit;
    const stays = high ? value >= level.clear : value <= level.clear;
    const proves =
      trusted && (signal === 'value' || history === null || provesWindow(history, level.windowMs));
    done |= stepLevel(level, reached, stays, proves, now);
  }
  if ((done & STEP.changed) !== 0) carryMilder(levels);
  return done;
}

/** The wake-up of `point` for its delays that was set for `due` has come. */
export function wakeDelays(turn: Turn, point: PointRules, due: EngineTime): void {
  if (due !== point.delayWake) return;
  point.delayWake = Infinity;
  if (!point.bound) return;
  for (const instance of point.rules) {
    if (!fireDue(instance.levels, turn.now)) continue;
    carryMilder(instance.levels);
    settle(turn, point, instance, null);
  }
  reviewSensorLost(turn, point);
  wakeForDelay(turn.state, point, delayDue(point));
}
