/** The end of a step for incidents: what is told of them, and folded symptoms whose cause is over. */
import type { Alarm } from '#domain/alarm.ts';
import type { Incident } from '#domain/incident.ts';
import type { EngineTime } from '#domain/time.ts';
import { publish } from '../publish.ts';
import { type RulesState, touch, type Turn } from '../state.ts';
import { byOnset, explain } from './explain.ts';
import { floodView } from './flood.ts';
import { causeToldRank, foldUnder, mayFold, nowExplains, overMsOf } from './folding.ts';
import { adopt, reviewLater } from './placing.ts';
import { incidentOf, type IncidentRecord, removeIncident, viewOf, worstOf } from './state.ts';

/** A value needs time to come back after its cause; a sensor must first be heard again. */
const RESURFACE_MS = 300_000;
const SILENCE_OVER_MS = 60_000;

/** Tells of every incident that this step changed, once, and of the flood. Call it at the end of each step. */
export function settleIncidents(turn: Turn): void {
  const { incidents } = turn.state;
  if (incidents.changed.size === 0 && !incidents.floodChanged) return;
  for (const slot of [...incidents.changed.keys()].sort((a, b) => a - b)) {
    const placed = incidents.changed.get(slot) ?? [];
    const record = incidents.slots.get(slot)?.incident;
    if (record === null || record === undefined) continue;
    record.revision += 1;
    record.colour = worstOf(record.colours) ?? record.colour;
    if (record.open === 0) {
      record.state = 'closed';
      record.closedAt = turn.wall;
    }
    turn.out.incident?.({ kind: 'incident', at: turn.wall, incident: viewOf(record), placed });
    if (record.open === 0) removeIncident(incidents, slot, record.id);
  }
  incidents.changed.clear();
  if (incidents.floodChanged)
    turn.out.incident?.({ kind: 'flood', at: turn.wall, flood: floodView(incidents.flood) });
  incidents.floodChanged = false;
}

/** The wake-up of the incident at `slot` that was set for `due` has come. */
export function wakeIncident(turn: Turn, slot: number, due: EngineTime): void {
  const { state } = turn;
  const known = state.incidents.slots.get(slot)?.incident;
  if (known === null || known === undefined || known.reviewAt !== due) return;
  const record = state.incidents.slots.forWrite(slot).incident;
  if (record === null) return;
  record.reviewAt = Infinity;
  let next = Infinity;
  for (const alarm of membersOf(state, record.id).sort(byOnset)) {
    const lookAt = resurfacesAt(turn, record, alarm);
    if (lookAt > turn.now) next = Math.min(next, lookAt);
    else resurface(turn, record, alarm);
  }
  if (next < Infinity) reviewLater(state, record, next);
}

/** When this member rings by itself unless it returns first; Infinity when it need not. */
function resurfacesAt({ state, now }: Turn, record: IncidentRecord, alarm: Alarm): EngineTime {
  if (alarm.incident?.folded !== true || !alarm.active) return Infinity;
  const { by } = alarm.incident;
  const cause = record.explaining.find((one) => one.alarm === by);
  const slot = state.byId.get(alarm.id);
  if (cause === undefined || slot === undefined) return Infinity;
  const leftMs = graceMs(state, alarm) - (overMsOf(cause, now) - slot.foldedAfterMs);
  if (leftMs <= 0) return now;
  return cause.overSince === null ? Infinity : now + leftMs;
}

function graceMs(state: RulesState, alarm: Alarm): number {
  const slot = state.byId.get(alarm.id);
  const intervalMs = slot?.kind === 'point' ? (state.points.get(slot.index)?.intervalMs ?? 0) : 0;
  if (alarm.rule === 'no-data' || alarm.rule === 'sensor-lost')
    return Math.max(SILENCE_OVER_MS, intervalMs * state.catalogue.settings.sensorLostIntervals);
  return Math.max(RESURFACE_MS, intervalMs * 2);
}

/** Another cause that somebody was told of explains it as well, or it is told now. */
function resurface(turn: Turn, record: IncidentRecord, alarm: Alarm): void {
  const { incident } = alarm;
  const slot = turn.state.byId.get(alarm.id);
  if (incident === undefined || slot === undefined) return;
  const other = explain(turn, alarm);
  if (
    other !== null &&
    other.cause.id !== incident.by &&
    other.cause.incident?.id === incident.id &&
    mayFold(record, alarm, other) &&
    causeToldRank(turn.state, other.cause.id) >= 0
  ) {
    nowExplains(turn.state, record, other.cause.id);
    touch(turn.state, slot);
    foldUnder(slot, record, other.cause.id, turn.now);
    return adopt(turn, alarm, { ...incident, by: other.cause.id, why: other.why });
  }
  const told: Alarm = { ...alarm, incident: { ...incident, role: 'related', by: null, folded: false } };
  publish(turn, slot, { change: 'resurfaced', alarm: told, reason: 'resurfaced', sameRevision: true });
}

const membersOf = (state: RulesState, id: string): Alarm[] =>
  [...(state.incidents.index.members.get(id) ?? [])].flatMap((alarm) => state.byId.get(alarm)?.alarm ?? []);

/** Every open incident, oldest first. */
export function openIncidents({ incidents }: RulesState): Incident[] {
  const open: Incident[] = [];
  for (const slot of incidents.index.slotOf.values()) {
    const record = incidents.slots.get(slot)?.incident;
    if (record !== null && record !== undefined) open.push(viewOf(record));
  }
  return open.sort((a, b) => a.number - b.number);
}

/** An open incident, null when it is not open. */
export function incidentById({ incidents }: RulesState, id: string): Incident | null {
  const record = incidentOf(incidents, id);
  return record === undefined ? null : viewOf(record);
}
