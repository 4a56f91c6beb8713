/**
 * The alarm engine: inputs in, alarm events out. It reads no clock: `at` says when the input came, and before each
 * input the caller lets everything happen that fell due earlier (`advance`). Same inputs, same events, on any machine.
 */
import type { Answer } from '#domain/event.ts';
import type { CommandInput, ConditionInput } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { RaiseInput } from '#domain/raise.ts';
import type { Registry } from '#domain/registry.ts';
import type { EngineTime, Moment } from '#domain/time.ts';
import { wakeAbsence, watchPoint } from './absence.ts';
import { reAlarm } from './alarm-machine.ts';
import { parseCatalogue } from './catalogue-parse.ts';
import { commandAlarm, commandMaintenance } from './commands.ts';
import { earliest, indexOfKey, kindOfKey, pop, WAKE } from './deadlines.ts';
import { noteReport, notePresence, noteRestart, rebindGateway, wakeGateway } from './gateway-absence.ts';
import { applyRejudged, type Rejudged } from './historical.ts';
import { wakeFlood } from './incidents/flood.ts';
import { settleIncidents, wakeIncident } from './incidents/review.ts';
import { delayReviews } from './incidents/state.ts';
import { leaveOldPlaces } from './interlocks.ts';
import { reviewParents } from './publish.ts';
import { judge, wakeDelays } from './judge.ts';
import { lapsedSlots } from './re-alarm.ts';
import { raiseAlarm } from './raised.ts';
import { affectedPoints, bindingScope } from './affected.ts';
import { skipGap } from './join.ts';
import type { JoinScope } from './join-scope.ts';
import { rebindPoint } from './rebind.ts';
import { expireSuppressions } from './shelving.ts';
import {
  createGateway,
  createPoint,
  createState,
  setCatalogue,
  type RulesSink,
  type RulesState,
  type Turn,
} from './state.ts';
import { judgeCondition } from './system-alarms.ts';
import { delayDue, rebuildDeadlines, wakeForDelay } from './wake.ts';

export type { RulesSink, RulesState } from './state.ts';
export { parseCatalogue } from './catalogue-parse.ts';
export { beginSeries, judgeSeries, type StoredRow } from './retrospect.ts';
export { alarmById, openAlarms, rulesOfPoint, unboundLevels } from './queries.ts';
export { floodView, ringsPerMinute } from './incidents/flood.ts';
export { incidentById, openIncidents } from './incidents/review.ts';
export { placeRaised, refusedText, standingRaised } from './raised.ts';
export { createPacking, pagesOf, type PagePacking, restOf, restoreRules } from './snapshot.ts';
export { shippedCatalogue } from './shipped.ts';

/** Names the behaviour of this engine: a replay by another one may differ, and must say so. */
export const ENGINE_REVISION = 'rules-8';

/** An engine that knows no catalogue and no points yet. `site` enters every alarm's id. */
export const createRules = (site: string): RulesState => createState(site);

/**
 * The catalogue in force from here on. Check it with `parseCatalogue` before it becomes an input: one that does not
 * parse leaves the old one in force and raises the system alarm `catalogue-refused`.
 */
export function onCatalogue(
  state: RulesState,
  registry: Registry,
  catalogue: unknown,
  revision: string,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  const parsed = parseCatalogue(catalogue, revision);
  const detail = parsed.ok ? {} : { revision, error: parsed.error };
  if (parsed.ok) {
    setCatalogue(state, parsed.catalogue);
    const scope = bindingScope(turn);
    for (let index = 0; index < state.points.length; index += 1) bindPoint(turn, index, scope);
    for (let index = 0; index < state.gateways.length; index += 1)
      rebindGateway(turn, state.gateways.forWrite(index));
    reviewParents(turn);
  }
  judgeCondition(turn, { name: 'catalogue-refused', subject: '', active: !parsed.ok, detail });
  settleIncidents(turn);
}

/** Points and gateways were registered, changed or retired; a change of a device or facility touches its points. */
export function onRegistry(
  state: RulesState,
  registry: Registry,
  touched: { readonly points: readonly number[]; readonly gateways: readonly number[] },
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  while (state.points.length < registry.pointsByIndex.length)
    state.points.push(createPoint(state.points.length, at.engineTime));
  while (state.gateways.length < registry.gatewaysByIndex.length)
    state.gateways.push(createGateway(state.gateways.length));
  const gateways = new Set(touched.gateways);
  const scope = bindingScope(turn);
  for (const index of affectedPoints(turn, touched.points, scope)) bindPoint(turn, index, scope);
  leaveOldPlaces(turn);
  for (const index of touched.points) {
    const gateway = state.points.get(index)?.gatewayIndex ?? -1;
    if (gateway >= 0) gateways.add(gateway);
  }
  for (const index of [...gateways].sort((a, b) => a - b))
    rebindGateway(turn, state.gateways.forWrite(index));
  settleIncidents(turn);
}

/** Lets everything happen that is due at or before `to`, in order, each stamped with its due time. */
export function advance(
  state: RulesState,
  registry: Registry,
  to: EngineTime,
  at: Moment,
  out: RulesSink,
): void {
  const first = earliest(state.deadlines);
  if (first === null || first > to) return;
  const turn = turnOf(state, registry, at, out);
  for (let due = earliest(state.deadlines); due !== null && due <= to; due = earliest(state.deadlines)) {
    const key = pop(state.deadlines);
    if (key === undefined) return;
    turn.now = due;
    turn.wall = at.receivedAt - (at.engineTime - due);
    wake(turn, key, due);
    settleIncidents(turn);
  }
}

/** When `advance` should next be called if nothing comes; it may then find nothing to do. Null = never. */
export const nextDeadline = (state: RulesState): EngineTime | null => earliest(state.deadlines);

/** One judged measurement, in canonical order. Throws a RangeError for a point unknown to `onRegistry`. */
export function onMeasurement(
  state: RulesState,
  registry: Registry,
  m: Measurement,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  judge(turn, m);
  settleIncidents(turn);
}

/** A gateway's first connection opened or its last one closed. */
export function onPresence(
  state: RulesState,
  registry: Registry,
  gatewayIndex: number,
  connected: boolean,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  notePresence(turn, state.gateways.forWrite(gatewayIndex), connected);
  settleIncidents(turn);
}

/** Any accepted publish of a gateway: the only sign of life of a sleepy one. Call it before its measurements. */
export function onGatewayReport(
  state: RulesState,
  registry: Registry,
  gatewayIndex: number,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  noteReport(turn, state.gateways.forWrite(gatewayIndex));
  settleIncidents(turn);
}

/**
 * We were down from `from` to `to`. What was due before happened before; absence and off-delays skip the gap, because
 * nobody could report; on-delays and shelves ran on. Call it without advancing to `to` first. Every gateway counts as
 * disconnected until it connects again.
 */
export function onResumed(
  state: RulesState,
  registry: Registry,
  from: EngineTime,
  to: EngineTime,
  at: Moment,
  out: RulesSink,
): void {
  advance(state, registry, from, at, out);
  const gapMs = to - from;
  for (let index = 0; index < state.points.length; index += 1) {
    const point = state.points.forWrite(index);
    point.dataAt += gapMs;
    point.reportAt += gapMs;
    point.absenceFrom += gapMs;
    point.absenceWake += gapMs;
    for (const { levels, join } of point.rules) {
      for (const level of levels) if (level.clearSince !== null) level.clearSince += gapMs;
      for (const member of join?.members ?? []) skipGap(member, gapMs);
    }
    point.delayWake = delayDue(point);
  }
  delayReviews(state.incidents, gapMs);
  rebuildDeadlines(state);
  const turn = turnOf(state, registry, at, out);
  turn.now = to;
  for (let index = 0; index < state.gateways.length; index += 1)
    noteRestart(turn, state.gateways.forWrite(index), gapMs);
  settleIncidents(turn);
  advance(state, registry, to, at, out);
}

/** A person's order about an alarm or a maintenance window; the other commands are not for the rules. */
export function onCommand(
  state: RulesState,
  registry: Registry,
  command: CommandInput,
  at: Moment,
  out: RulesSink,
): Answer {
  const turn = turnOf(state, registry, at, out);
  const answer = commanded(turn, command);
  settleIncidents(turn);
  return answer;
}

/** A fault of the system itself begins or ends. */
export function onCondition(
  state: RulesState,
  registry: Registry,
  condition: Pick<ConditionInput, 'name' | 'subject' | 'active' | 'detail'>,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  judgeCondition(turn, condition);
  settleIncidents(turn);
}

/** A flow or a person asks for an alarm; the body of the answer is the alarm, new or as it stands. */
export function onRaise(
  state: RulesState,
  registry: Registry,
  input: RaiseInput,
  at: Moment,
  out: RulesSink,
): Answer {
  const turn = turnOf(state, registry, at, out);
  const answer = raiseAlarm(turn, input);
  settleIncidents(turn);
  return answer;
}

/** Stored data of a point were judged again: `input.episodes` is all there is with an onset in [from, to]. */
export function onRejudged(
  state: RulesState,
  registry: Registry,
  input: Rejudged,
  at: Moment,
  out: RulesSink,
): void {
  const turn = turnOf(state, registry, at, out);
  applyRejudged(turn, input);
  settleIncidents(turn);
}

const turnOf = (state: RulesState, registry: Registry, at: Moment, out: RulesSink): Turn => ({
  state,
  registry,
  out,
  now: at.engineTime,
  wall: at.receivedAt,
});

function commanded(turn: Turn, command: CommandInput): Answer {
  if (command.command === 'alarm') return commandAlarm(turn, command);
  if (command.command === 'maintenance') return commandMaintenance(turn, command);
  return { ok: false, code: 'unknown-command', detail: command.command };
}

function wake(turn: Turn, key: number, due: EngineTime): void {
  const { state } = turn;
  const index = indexOfKey(key);
  const kind = kindOfKey(key);
  if (kind === WAKE.gateway) wakeGateway(turn, state.gateways.forWrite(index), due);
  else if (kind === WAKE.absence) wakeAbsence(turn, state.points.forWrite(index), due);
  else if (kind === WAKE.delays) wakeDelays(turn, state.points.forWrite(index), due);
  else if (kind === WAKE.suppression) expireSuppressions(turn);
  else if (kind === WAKE.incident) wakeIncident(turn, index, due);
  else if (kind === WAKE.flood) wakeFlood(turn, due);
  else for (const slot of lapsedSlots(turn)) reAlarm(turn, slot);
}

function bindPoint(turn: Turn, index: number, scope: JoinScope): void {
  const point = turn.state.points.forWrite(index);
  rebindPoint(turn, point, scope);
  wakeForDelay(turn.state, point, delayDue(point));
  watchPoint(turn, point);
}
