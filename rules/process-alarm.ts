/** From levels to the alarm of a rule at a point: what the alarm must say now, and which change brings it there. */
import type { Explanation } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { Timestamp } from '#domain/time.ts';
import {
  changeLevel,
  isOpenHere,
  raise,
  reactivate,
  returnToNormal,
  type Standing,
} from './alarm-machine.ts';
import { reviewInterlock } from './interlocks.ts';
import { anyActive, anyHeld, worstLevel } from './level-machine.ts';
import { joinExplanation } from './join-explanation.ts';
import { lifted, liftOf } from './promotion.ts';
import { traceCode, traceParams } from './traces/trace-explanation.ts';
import { type Level, type Lift, PAST_KEPT, type PointRules, type RuleInstance, type Turn } from './state.ts';

/**
 * Brings the alarm of `instance` in line with its levels. `sampleTime` is the effective time of the sample that did
 * it, null when a delay ended: then the due instant counts.
 */
export function settle(
  turn: Turn,
  point: PointRules,
  instance: RuleInstance,
  sampleTime: Timestamp | null,
): void {
  if (reviewInterlock(turn, point, instance)) return;
  const { slot, levels } = instance;
  const active = anyActive(levels);
  const level = worstLevel(levels);
  const when = sampleTime ?? turn.wall;
  if (level === undefined || !active) {
    if (isOpenHere(slot) && slot.alarm?.active) end(turn, point, instance, when);
    return;
  }
  const standing = standingOf(point, instance, level, when);
  if (!isOpenHere(slot)) raise(turn, slot, standing, when);
  else if (slot.alarm?.active === false) reactivate(turn, slot, standing);
  else follow(turn, instance, standing, level);
}

/** What the alarm says while `level` is the worst in force, since `since` (wall clock). */
export function standingOf(
  point: PointRules,
  instance: RuleInstance,
  level: Level,
  since: Timestamp,
): Standing {
  const { version, levels, unit } = instance;
  const lift = liftOf(point.rules, instance);
  return {
    version,
    limit: level.name,
    colour: lifted(level, lift),
    limitValue: limitShown(instance, level),
    value: valueShown(instance, level),
    unit,
    latched: anyHeld(levels),
    explanation: explain(instance, level, lift, since),
  };
}

function follow(turn: Turn, instance: RuleInstance, standing: Standing, level: Level): void {
  const { alarm } = instance.slot;
  if (alarm === null || (alarm.limit === level.name && alarm.colour === standing.colour)) return;
  const before = instance.levels.find((one) => one.name === alarm.limit);
  const byColour = colourRank(standing.colour) - colourRank(alarm.colour);
  const up =
    before === undefined ||
    byColour > 0 ||
    (byColour === 0 && severity(instance, level) > severity(instance, before)) ||
    before.side !== level.side;
  changeLevel(turn, instance.slot, standing, up);
}

/** A composite condition holds or does not; value and limit are those of the points it names. */
const isCondition = ({ join }: RuleInstance): boolean => join !== null && join.composite !== null;

/** What an alarm is held against; null where a date, a condition or the end of the range is reached or not. */
export const limitShown = (instance: RuleInstance, level: Level): number | null =>
  instance.signal === 'due-date' || isCondition(instance) ? null : shown(level.limit);

const valueShown = (instance: RuleInstance, level: Level | undefined): number | null =>
  level === undefined || isCondition(instance) ? null : shown(level.seen);

/** Null before the first value, and for what has no figure (never). */
const shown = (value: number): number | null => (Number.isFinite(value) ? value : null);

const severity = (instance: RuleInstance, level: Level): number => instance.levels.indexOf(level);

function end(turn: Turn, point: PointRules, instance: RuleInstance, when: Timestamp): void {
  const { slot, rule, levels } = instance;
  if (slot.alarm === null) return;
  const { onsetAt } = slot.alarm;
  const returnedAt = Math.max(when, onsetAt);
  point.lived.push({ rule, onsetAt, returnedAt });
  if (point.lived.length > PAST_KEPT) point.lived.shift();
  returnToNormal(turn, slot, returnedAt, valueShown(instance, levels[0]));
}

function explain(instance: RuleInstance, level: Level, lift: Lift | null, since: Timestamp): Explanation {
  const params = {
    rule: instance.rule,
    version: instance.version,
    level: level.name,
    colour: lifted(level, lift),
    value: valueShown(instance, level),
    limit: limitShown(instance, level),
    clearsAt: isCondition(instance) ? null : shown(level.clear),
    unit: instance.unit,
    since,
    onDelayMs: level.onDelayMs,
    windowMs: level.windowMs,
  };
  if (instance.join !== null) return joinExplanation(instance.join, params);
  if (instance.signal === 'due-date') {
    const { rule, version, colour } = params;
    return { code: 'due-date', params: { rule, version, level: level.name, colour, since } };
  }
  const code = codeOf(instance, level);
  if (instance.trace !== null) return { code, params: { ...params, ...traceParams(instance.trace) } };
  if (level.debounce !== null && lift === null) {
    const { count, windowMs: withinMs, counting } = level.debounce;
    return { code: `${code}-${counting}`, params: { ...params, count, withinMs } };
  }
  if (lift === null || level.flag !== 0) return { code, params };
  return {
    code: `${code}-promoted`,
    params: { ...params, ownColour: level.colour, of: lift.rule, liftedBy: lift.colours },
  };
}

function codeOf(instance: RuleInstance, level: Level): string {
  if (level.flag !== 0) return level.side === 'high' ? 'over-range' : 'under-range';
  if (instance.trace !== null) return traceCode(instance.trace);
  return instance.signal === 'value' ? `limit-${level.side}` : `window-${instance.signal}`;
}
