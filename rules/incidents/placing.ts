/** Where an alarm belongs when it changes; whether that keeps it quiet, folding.ts says. */
import { type Alarm, isOpen } from '#domain/alarm.ts';
import { worseColour } from '#domain/colour.ts';
import { type AlarmIncident, INCIDENT_PLACES_MAX } from '#domain/incident.ts';
import type { EngineTime } from '#domain/time.ts';
import { hash64 } from '../alarm-id.ts';
import { push, WAKE, wakeKey } from '../deadlines.ts';
import { type AlarmSlot, type RulesState, touch, type Turn } from '../state.ts';
import { beside, canExplain, explain, explainedBy, type Explained } from './explain.ts';
import { noteRing } from './flood.ts';
import { nowExplains, overMsOf, quieten, type Told } from './folding.ts';
import {
  addIncident,
  changing,
  incidentOf,
  type IncidentRecord,
  noColours,
  reindex,
  standsAt,
} from './state.ts';

/** Two onsets closer than this may be in either order by their devices' clocks: the one that came first stays first. */
const CLOCKS_AGREE_MS = 5_000;
/** Folded symptoms get this long after their cause is over before somebody looks. */
const FIRST_REVIEW_MS = 60_000;

/** The alarm with its place, and what is announced of it. `slot` still holds what was there until now. */
export function placeInIncident(
  turn: Turn,
  slot: AlarmSlot,
  change: Told & { readonly begins: boolean },
): Told {
  const { alarm } = change;
  const was = slot.alarm?.id === alarm.id ? slot.alarm : null;
  if (alarm.historical) {
    if (change.announce.ring) noteRing(turn);
    return change;
  }
  const begins = change.begins || change.announce.ring;
  const resurfaces = change.announce.reason === 'resurfaced';
  const explained = begins && !resurfaces ? explain(turn, alarm) : null;
  const place = begins && !resurfaces ? placeOf(turn, alarm, explained) : alarm.incident;
  const told = quieten(turn, slot, { alarm, announce: change.announce }, place, explained);
  if (told.announce.ring) noteRing(turn);
  recount(turn, was, told.alarm);
  return told;
}

function placeOf(turn: Turn, alarm: Alarm, explained: Explained | null): AlarmIncident | undefined {
  const { incidents } = turn.state;
  const own = incidentOf(incidents, alarm.incident?.id);
  if (explained !== null) {
    const { cause, why } = explained;
    const theirs = incidentOf(incidents, cause.incident?.id);
    if (own === undefined || theirs === undefined || own === theirs) {
      const record = own ?? theirs ?? open(turn, cause);
      asCause(turn, record, cause);
      return { id: record.id, role: 'symptom', by: cause.id, why, folded: false };
    }
  }
  if (own !== undefined && alarm.incident !== undefined) {
    const { id, role, why } = alarm.incident;
    return { id, role: role === 'symptom' ? 'related' : role, by: null, why, folded: false };
  }
  const next = beside(turn, alarm);
  if (next !== null) {
    const record = 'incident' in next ? next.incident : open(turn, next.alarm);
    if ('alarm' in next) adopt(turn, next.alarm, founder(record));
    return { id: record.id, role: 'related', by: null, why: next.why, folded: false };
  }
  if (alarm.rule !== 'gateway-absent') return undefined;
  const record = open(turn, alarm);
  nowExplains(turn.state, record, alarm.id);
  return { ...founder(record), role: 'cause' };
}

const founder = ({ id }: IncidentRecord): AlarmIncident => ({
  id,
  role: 'related',
  by: null,
  why: null,
  folded: false,
});

/** `cause` explains a member of this incident: it is one itself, and its end will be watched. */
function asCause(turn: Turn, record: IncidentRecord, cause: Alarm): void {
  nowExplains(turn.state, record, cause.id);
  if (cause.incident?.id === record.id && cause.incident.role === 'cause') return;
  const place = cause.incident ?? founder(record);
  adopt(turn, cause, { ...place, id: record.id, role: 'cause', by: null });
}

/** Gives an alarm that does not change otherwise its place. */
export function adopt(turn: Turn, alarm: Alarm, incident: AlarmIncident): void {
  const { state } = turn;
  const slot = state.byId.get(alarm.id);
  if (slot?.alarm === null || slot?.alarm === undefined) return;
  touch(state, slot);
  const before = slot.alarm;
  slot.alarm = { ...before, incident };
  recount(turn, before, slot.alarm);
  const record = changing(state.incidents, incident.id);
  if (record === undefined) return;
  const placed = state.incidents.changed.get(state.incidents.index.slotOf.get(record.id) ?? -1);
  placed?.push({ alarm: alarm.id, incident });
  if (before.incident?.id !== incident.id) record.rungRank = Math.max(record.rungRank, slot.toldRank);
}

/**
 * Takes up open alarms that stood alone, or merely beside it, and that `cause` explains now. They have rung: nothing is
 * said. Call it once the alarm stands at its place.
 */
export function takeUpSymptoms(turn: Turn, cause: Alarm): void {
  if (cause.historical || !cause.active) return;
  for (const { alarm, by } of explainedBy(turn, cause)) {
    const own = incidentOf(turn.state.incidents, alarm.incident?.id);
    const theirs = incidentOf(turn.state.incidents, current(turn.state, cause).incident?.id);
    if (alarm.incident?.role === 'symptom' || (own !== undefined && theirs !== undefined && own !== theirs))
      continue;
    const record = theirs ?? own ?? open(turn, cause);
    asCause(turn, record, current(turn.state, cause));
    adopt(turn, alarm, { id: record.id, role: 'symptom', by: cause.id, why: by.why, folded: false });
  }
}

const current = ({ byId }: RulesState, alarm: Alarm): Alarm => byId.get(alarm.id)?.alarm ?? alarm;

/** Opens an incident that begins with `first`; nobody is a member yet. */
function open(turn: Turn, first: Alarm): IncidentRecord {
  const { state, wall } = turn;
  state.incidents.count += 1;
  const record: IncidentRecord = {
    id: hash64(`${state.site} incident ${first.id} ${state.incidents.count}`),
    number: state.incidents.count,
    revision: 0,
    state: 'open',
    openedAt: wall,
    closedAt: null,
    firstOut: first.id,
    firstOutAt: first.onsetAt,
    colour: first.colour,
    highestColour: first.colour,
    members: 0,
    open: 0,
    active: 0,
    unacknowledged: 0,
    explaining: [],
    symptoms: 0,
    folded: 0,
    silentPoints: 0,
    colours: noColours(),
    areas: {},
    lifelines: {},
    facilities: [],
    gateways: [],
    rules: [],
    lastOnsetAt: first.onsetAt,
    rungRank: -1,
    reviewAt: Infinity,
  };
  addIncident(state.incidents, record);
  changing(state.incidents, record.id);
  return record;
}

/** Brings index and counts from what the alarm was to what it is. */
function recount(turn: Turn, before: Alarm | null, after: Alarm): void {
  const { incidents } = turn.state;
  reindex(incidents, before, after);
  if (before?.incident !== undefined) count(changing(incidents, before.incident.id), before, -1);
  const record = after.incident === undefined ? undefined : changing(incidents, after.incident.id);
  if (record === undefined) return;
  count(record, after, 1);
  record.highestColour = worseColour(record.highestColour, after.colour);
  if (before?.incident?.id !== record.id) welcome(turn.state, record, after);
  watchCause(turn, record, after);
}

function count(record: IncidentRecord | undefined, alarm: Alarm, sign: 1 | -1): void {
  if (record === undefined || !isOpen(alarm)) return;
  record.open += sign;
  if (alarm.active) record.active += sign;
  if (alarm.state !== 'acknowledged') record.unacknowledged += sign;
  if (alarm.incident?.role === 'symptom') record.symptoms += sign;
  if (alarm.incident?.folded === true) record.folded += sign;
  record.colours[alarm.colour] += sign;
  if (alarm.area !== null) tally(record.areas, alarm.area, sign);
  if (alarm.lifeline !== null) tally(record.lifelines, alarm.lifeline, sign);
}

function tally(counts: Record<string, number>, key: string, sign: 1 | -1): void {
  const sum = (counts[key] ?? 0) + sign;
  if (sum === 0) delete counts[key];
  else counts[key] = sum;
}

function welcome({ incidents }: RulesState, record: IncidentRecord, alarm: Alarm): void {
  record.members += 1;
  record.lastOnsetAt = Math.max(record.lastOnsetAt, alarm.onsetAt);
  if (!record.rules.includes(alarm.rule)) record.rules.push(alarm.rule);
  if (alarm.onsetAt < record.firstOutAt - CLOCKS_AGREE_MS) {
    record.firstOut = alarm.id;
    record.firstOutAt = alarm.onsetAt;
  }
  if (note(record.facilities, alarm.facility)) standsAt(incidents, record, alarm.facility ?? '');
  note(record.gateways, alarm.gateway);
  const points = alarm.rule === 'gateway-absent' ? alarm.explanation.params['points'] : 0;
  if (typeof points === 'number') record.silentPoints += points;
}

/** Adds a place unless it is known or there are too many; true when it was added. */
function note(places: string[], id: string | null): boolean {
  if (id === null || places.length >= INCIDENT_PLACES_MAX || places.includes(id)) return false;
  places.push(id);
  return true;
}

/** Notes when a cause is over or put aside, so that its folded symptoms are looked at, and when it is back. */
function watchCause(turn: Turn, record: IncidentRecord, alarm: Alarm): void {
  const cause = record.explaining.find((one) => one.alarm === alarm.id);
  if (cause === undefined) return;
  if (canExplain(alarm)) {
    cause.overMs = overMsOf(cause, turn.now);
    cause.overSince = null;
  } else if (cause.overSince === null) {
    cause.overSince = turn.now;
    reviewLater(turn.state, record, turn.now + FIRST_REVIEW_MS);
  }
}

/** Asks to be woken for this incident at `due`, unless that happens sooner anyway. */
export function reviewLater(
  { incidents, deadlines }: RulesState,
  record: IncidentRecord,
  due: EngineTime,
): void {
  if (due >= record.reviewAt) return;
  record.reviewAt = due;
  push(deadlines, due, wakeKey(WAKE.incident, incidents.index.slotOf.get(record.id) ?? 0));
}
