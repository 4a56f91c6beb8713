/** Who is woken when. At most one live entry per point and purpose; superseded ones are recognised and ignored. */
import type { EngineTime } from '#domain/time.ts';
import { clear, push, WAKE, wakeKey } from './deadlines.ts';
import { nextDue } from './level-machine.ts';
import { pushLapse } from './re-alarm.ts';
import type { GatewayRules, PointRules, RulesState } from './state.ts';

export function wakeForDelay(state: RulesState, point: PointRules, due: EngineTime): void {
  if (due >= point.delayWake) return;
  point.delayWake = due;
  push(state.deadlines, due, wakeKey(WAKE.delays, point.index));
}

export function wakeForAbsence(state: RulesState, point: PointRules, due: EngineTime): void {
  if (due >= point.absenceWake) return;
  point.absenceWake = due;
  push(state.deadlines, due, wakeKey(WAKE.absence, point.index));
}

export function wakeForGateway(state: RulesState, gateway: GatewayRules, due: EngineTime): void {
  if (due >= gateway.wake) return;
  gateway.wake = due;
  push(state.deadlines, due, wakeKey(WAKE.gateway, gateway.index));
}

/** Builds the heap anew from what the state says; the same effect as the heap it replaces. */
export function rebuildDeadlines(state: RulesState): void {
  const { deadlines } = state;
  clear(deadlines);
  for (const page of state.points.pages)
    for (const point of page) {
      point.delayWake = Math.min(point.delayWake, delayDue(point));
      if (point.delayWake < Infinity) push(deadlines, point.delayWake, wakeKey(WAKE.delays, point.index));
      if (point.absenceWake < Infinity)
        push(deadlines, point.absenceWake, wakeKey(WAKE.absence, point.index));
      for (const { slot } of point.rules) pushSuppressions(state, slot.suppressions);
      for (const slot of [point.noData, point.sensorLost, ...point.past])
        pushSuppressions(state, slot.suppressions);
    }
  for (const page of state.gateways.pages)
    for (const gateway of page) {
      if (gateway.wake < Infinity) push(deadlines, gateway.wake, wakeKey(WAKE.gateway, gateway.index));
      pushSuppressions(state, gateway.slot.suppressions);
    }
  for (const slot of state.system.values()) pushSuppressions(state, slot.suppressions);
  for (const slot of state.raised.values()) pushSuppressions(state, slot.suppressions);
  pushSuppressions(state, [...state.maintenance.values()]);
  for (const slot of state.lapses) pushLapse(deadlines, slot);
  const { slots, flood } = state.incidents;
  for (let slot = 0; slot < slots.length; slot += 1) {
    const reviewAt = slots.get(slot)?.incident?.reviewAt ?? Infinity;
    if (reviewAt < Infinity) push(deadlines, reviewAt, wakeKey(WAKE.incident, slot));
  }
  if (flood.wake < Infinity) push(deadlines, flood.wake, wakeKey(WAKE.flood, 0));
}

/** Earliest end of a delay or look at a date at this point; Infinity when there is none. */
export function delayDue(point: PointRules): EngineTime {
  let next = point.datesDue;
  for (const { levels } of point.rules) next = Math.min(next, nextDue(levels));
  return next;
}

function pushSuppressions(state: RulesState, ends: readonly { readonly due: EngineTime }[]): void {
  for (const { due } of ends) push(state.deadlines, due, wakeKey(WAKE.suppression, 0));
}
