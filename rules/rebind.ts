/** Putting new bindings in place of old ones without losing what has already begun. */
import { changeLimit, close, isOpenHere, letGo } from './alarm-machine.ts';
import { instanceAt, mayRest } from './at-rest.ts';
import { bind, type Binding } from './binding.ts';
import { NO_BINDING } from './bindings.ts';
import { endFailing } from './composite/failing.ts';
import { reviewDates } from './due-dates.ts';
import { rebindInterlocks } from './interlocks.ts';
import type { JoinScope } from './join-scope.ts';
import type { Join } from './join.ts';
import { anyActive, worstLevel } from './level-machine.ts';
import { limitShown, settle, standingOf } from './process-alarm.ts';
import { beginRun } from './sample-count.ts';
import {
  type BoundRule,
  createSlot,
  type History,
  type Level,
  type PointRules,
  type RuleInstance,
  type Turn,
} from './state.ts';
import { carryTrace } from './traces/trace.ts';
import { createHistory } from './window.ts';

/** Binds `point` anew. Delays run on where the condition is unchanged; a rule that is gone lets its alarm go. */
export function rebindPoint(turn: Turn, point: PointRules, scope: JoinScope): void {
  const entry = turn.registry.pointsByIndex[point.index];
  const retired = entry === undefined || entry.retired === true;
  if (retired) return unbind(turn, point);
  const device = turn.registry.devicesByIndex[entry.deviceIndex];
  const binding = bind(scope, turn.state.bindings, entry);
  const old = point.rules;
  point.bound = true;
  point.unit = entry.unit;
  point.intervalMs = entry.reportIntervalMs;
  point.gatewayIndex = turn.registry.gateways.get(device?.gateway ?? '')?.index ?? -1;
  point.unbound = binding.unbound;
  point.binding = binding.own;
  point.rules = instancesOf(turn, point, binding, old);
  point.memberOf = binding.memberOf;
  point.history = historyFor(point, entry.quantity === 'rain-total');
  for (const instance of point.rules) if (instance.signal !== 'due-date') reconsider(turn, point, instance);
  reviewDates(turn, point);
  for (const instance of old)
    if (!point.rules.some(({ slot }) => slot === instance.slot)) letGoOfRule(turn, point, instance);
  endFailing(turn, point.index, old, point.rules);
  rebindInterlocks(turn, point, old);
}

/** Without levels it judges nothing more; it only holds the place of an alarm that nobody took yet. */
function letGoOfRule(turn: Turn, point: PointRules, instance: RuleInstance): void {
  letGo(turn, instance.slot, 'rule-removed');
  if (isOpenHere(instance.slot))
    point.rules.push({ ...instance, place: HELD_PLACE, levels: [], join: null, trace: null, late: null });
}

/** The point is gone: everything it had open ends and says so. */
function unbind(turn: Turn, point: PointRules): void {
  const old = point.rules;
  for (const { slot } of old) close(turn, slot, 'point-retired');
  close(turn, point.noData, 'point-retired');
  close(turn, point.sensorLost, 'point-retired');
  endFailing(turn, point.index, old, []);
  point.bound = false;
  point.binding = NO_BINDING;
  point.rules = [];
  point.memberOf = null;
  point.datesDue = Infinity;
  point.history = null;
  rebindInterlocks(turn, point, old);
}

/** Behind every place of a binding. */
const HELD_PLACE = Number.MAX_SAFE_INTEGER;

/** What was at rest before is so after: limits changed under it were not reached either. */
function instancesOf(
  turn: Turn,
  point: PointRules,
  { own, others }: Binding,
  old: readonly RuleInstance[],
): RuleInstance[] {
  const present: RuleInstance[] = [];
  for (const [place, bound] of [...own.rules, ...others].entries()) {
    const before = old.find((instance) => instance.rule === bound.rule);
    if (before !== undefined || !mayRest(bound)) present.push(instanceOf(turn, point, bound, place, before));
  }
  return present;
}

function instanceOf(
  turn: Turn,
  point: PointRules,
  bound: BoundRule,
  place: number,
  before: RuleInstance | undefined,
): RuleInstance {
  const fresh = instanceAt(bound, place, before?.slot ?? createSlot('point', point.index, bound.rule));
  if (before === undefined) return fresh;
  for (const level of fresh.levels) carryOver(turn, level, before, asksTheSame(before, bound));
  return {
    ...fresh,
    trace: carryTrace(fresh.trace, before.trace),
    join: fresh.join === null ? null : sameMembers(fresh.join, before.join),
    late: before.late,
  };
}

const asksTheSame = (before: RuleInstance, bound: BoundRule): boolean =>
  before.signal === bound.signal &&
  JSON.stringify(before.join?.composite ?? null) === JSON.stringify(bound.join?.composite ?? null);

/** A member whose condition is unchanged stands as it stood; `join` is fresh from binding. */
function sameMembers(join: Join, before: Join | null): Join {
  const known = new Map(before?.members.map((one) => [`${one.pointIndex} ${one.part}`, one]));
  for (const member of join.members) {
    const old = known.get(`${member.pointIndex} ${member.part}`);
    if (old === undefined || JSON.stringify(old.condition) !== JSON.stringify(member.condition)) continue;
    const { met, seen, seenAt, doubt, doubtAt } = old;
    Object.assign(member, { met, seen, seenAt, doubt, doubtAt });
  }
  const same = JSON.stringify(join.composite) === JSON.stringify(before?.composite ?? null);
  return { ...join, spokeAgainst: before?.spokeAgainst ?? -1, failing: same && before?.failing === true };
}

/** An active level stays active until a value says otherwise; a running delay only if it still waits for the same. */
function carryOver(turn: Turn, level: Level, before: RuleInstance, sameSignal: boolean): void {
  const old = before.levels.find((one) => one.name === level.name && one.side === level.side);
  if (old === undefined) return;
  level.active = old.active;
  level.held = old.held;
  level.seen = old.seen;
  const same = sameSignal && old.windowMs === level.windowMs;
  if (same && old.limit === level.limit) level.overSince = notOverdue(turn, old.overSince, level.onDelayMs);
  if (same && old.limit === level.limit && JSON.stringify(old.debounce) === JSON.stringify(level.debounce))
    level.tally = old.tally;
  if (same && old.clear === level.clear)
    level.clearSince = notOverdue(turn, old.clearSince, level.offDelayMs);
  const span = level.active ? level.offSpan : level.onSpan;
  const runs = level.active ? level.clearSince !== null : level.overSince !== null;
  level.run = runs && span !== null ? (old.run ?? beginRun()) : null;
}

/** A delay made shorter ends now, not in the past. */
const notOverdue = (turn: Turn, since: number | null, delayMs: number): number | null =>
  since === null ? null : Math.max(since, turn.now - delayMs);

function reconsider(turn: Turn, point: PointRules, instance: RuleInstance): void {
  const { slot, levels } = instance;
  if (!isOpenHere(slot) || slot.alarm === null) return;
  const level = worstLevel(levels);
  if (level === undefined) {
    const { active, state, limit } = slot.alarm;
    const waits = state === 'returned-unacknowledged' && !levels.some(({ name }) => name === limit);
    if (active || waits) letGo(turn, slot, 'limit-removed');
    return;
  }
  if (slot.alarm.limit === level.name && slot.alarm.limitValue !== limitShown(instance, level))
    changeLimit(turn, slot, standingOf(point, instance, level, slot.alarm.onsetAt));
  else if (anyActive(levels)) settle(turn, point, instance, null);
}

/** Keeps what was gathered when it still serves the windows of the new rules. */
function historyFor(point: PointRules, total: boolean): History | null {
  let keepMs = 0;
  for (const { levels } of point.rules) for (const level of levels) keepMs = Math.max(keepMs, level.windowMs);
  for (const { windowMs } of point.memberOf ?? []) keepMs = Math.max(keepMs, windowMs);
  if (keepMs === 0) return null;
  const old = point.history;
  return old !== null && old.keepMs === keepMs && old.total === total ? old : createHistory(keepMs, total);
}
