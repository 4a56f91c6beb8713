/** One change of one alarm becomes one event: numbering, suppression, announcement, and keeping what is closed. */
import type { Alarm, AlarmChange } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { Timestamp } from '#domain/time.ts';
import { alarmId, type Lane } from './alarm-id.ts';
import { announcement, type AnnounceReason } from './announce.ts';
import { placeInIncident, takeUpSymptoms } from './incidents/placing.ts';
import { withLapse } from './re-alarm.ts';
import { placedKey } from './incidents/state.ts';
import { isUnder, type Places, setSuppressor } from './suppressors.ts';
import type { ParentPlace } from './suppression-rules.ts';
import { suppressionOf } from './suppression.ts';
import { type AlarmSlot, CLOSED_KEPT, createSlot, type RulesState, touch, type Turn } from './state.ts';

export type Change = {
  readonly change: AlarmChange;
  /** The alarm after the change, still with the old revision, sequence and suppression. */
  readonly alarm: Alarm;
  readonly reason: AnnounceReason;
  readonly by?: string;
  readonly note?: string | null;
  /** Notes and verdicts are events, but no revision: another screen's command stays valid. */
  readonly sameRevision?: true;
};

/** Numbers the change, stores the alarm at its place and hands the event out. Returns the alarm as announced. */
export function publish(turn: Turn, slot: AlarmSlot, change: Change): Alarm {
  const { state } = turn;
  touch(state, slot);
  state.sequence += 1;
  const numbered: Alarm = {
    ...withLapse(state.lapses, slot, change.alarm),
    ...suppressionOf(state, slot, change.alarm),
    revision: change.alarm.revision + (change.sameRevision ? 0 : 1),
    sequence: state.sequence,
  };
  const begins = change.change === 'raised' || change.change === 'reactivated';
  const announced = announcement(numbered, change.reason);
  if (change.change === 'raised') slot.toldRank = -1;
  const told = placeInIncident(turn, slot, { alarm: numbered, announce: announced, begins });
  if (told.announce.ring || change.change === 'acknowledged')
    slot.toldRank = Math.max(slot.toldRank, colourRank(told.alarm.colour));
  slot.alarm = told.alarm;
  state.byId.set(told.alarm.id, slot);
  if (begins) takeUpSymptoms(turn, told.alarm);
  const { alarm } = slot;
  turn.out.alarm({
    kind: 'alarm',
    sequence: alarm.sequence,
    change: change.change,
    at: turn.wall,
    alarm,
    by: change.by ?? null,
    note: change.note ?? null,
    announce: told.announce,
  });
  releaseClosed(state, slot);
  noteParent(turn, alarm);
  return alarm;
}

/**
 * A rule that others name as their parent begins or ends to hold here. One that is put aside itself tells nobody, so it
 * silences nothing; under a parent of its own it still does, for that one was told.
 */
function noteParent(turn: Turn, alarm: Alarm): void {
  const { suppressors, catalogue } = turn.state;
  const { suppression } = catalogue;
  const { rule, id, point, active, suppressions } = alarm;
  if (alarm.historical || !suppression.placesOf.has(rule)) return;
  const who = { kind: 'parent', rule, alarm: id, point, since: turn.wall } as const;
  const holds = active && suppressions.every(({ cause }) => cause?.kind === 'parent');
  if (setSuppressor(suppressors, suppression, alarm, who, holds))
    reviseUnder(turn, rule, alarm, { begins: 'parent', ends: 'parent-ended' });
}

/** Other rules may be suppressed by other ones now: every alarm is told what that means for it. */
export function reviewParents(turn: Turn): void {
  for (const { alarm, kind } of [...turn.state.byId.values()].sort(bySequence))
    if (alarm !== null && kind !== 'closed' && alarm.active) noteParent(turn, alarm);
  reviseSuppressed(turn, turn.state.byId.values(), () => true, { begins: 'parent', ends: 'parent-ended' });
}

/** How a change of what suppresses an alarm is told. */
export type Revision = {
  readonly begins: AnnounceReason;
  /** Rings, if the alarm is still active and untaken. */
  readonly ends: AnnounceReason;
  readonly note?: string;
  readonly by?: string;
};

/** Tells every open alarm that names `rule` as its parent, where `parent` is. */
export function reviseUnder(turn: Turn, rule: string, parent: Places, told: Revision): void {
  const { suppression } = turn.state.catalogue;
  const here = new Set<AlarmSlot>();
  for (const place of suppression.placesOf.get(rule) ?? [])
    for (const slot of slotsAt(turn.state, place, parent[place])) here.add(slot);
  reviseSuppressed(turn, here, (alarm) => isUnder(suppression, rule, parent, alarm), told);
}

/** Where the open alarms at a place stand. */
export function slotsAt({ byId, incidents }: RulesState, place: ParentPlace, id: string | null): AlarmSlot[] {
  const here = id === null ? undefined : incidents.index.placed.get(placedKey(place, id));
  return [...(here ?? [])].flatMap((alarm) => byId.get(alarm) ?? []);
}

/** Brings what suppresses those of `slots` that are meant up to date, in order of their sequence; each change is an event. */
export function reviseSuppressed(
  turn: Turn,
  slots: Iterable<AlarmSlot>,
  isMeant: (alarm: Alarm) => boolean,
  told: Revision,
): void {
  const { begins, ends, ...more } = told;
  const under = [...slots]
    .filter((slot) => slot.alarm !== null && slot.kind !== 'closed' && isMeant(slot.alarm))
    .sort(bySequence);
  for (const slot of under) {
    if (slot.alarm === null) continue;
    const before = slot.alarm.suppressions;
    const after = suppressionOf(turn.state, slot, slot.alarm).suppressions;
    if (JSON.stringify(before) === JSON.stringify(after)) continue;
    touch(turn.state, slot);
    const grows = after.length >= before.length;
    publish(turn, slot, {
      change: grows ? 'suppressed' : 'unsuppressed',
      alarm: slot.alarm,
      reason: grows ? begins : resumeReason(slot.alarm, ends),
      ...more,
    });
  }
}

export const bySequence = (a: AlarmSlot, b: AlarmSlot): number =>
  (a.alarm?.sequence ?? 0) - (b.alarm?.sequence ?? 0);

/** What is put aside no longer sounds again only while it is active and nobody has taken it. */
export const resumeReason = (alarm: Alarm, ringing: AnnounceReason): AnnounceReason =>
  alarm.active && alarm.state === 'unacknowledged' ? ringing : 'not-active';

/** An id that no open or recent alarm has, however the wall clock was set back. */
export function freshId(
  state: RulesState,
  subject: string,
  rule: string,
  onsetAt: Timestamp,
  lane: Lane,
): string {
  let id = alarmId(state.site, subject, rule, onsetAt, lane);
  for (let repeat = 1; state.byId.has(id); repeat += 1)
    id = alarmId(state.site, subject, rule, onsetAt, lane, repeat);
  return id;
}

/** A place whose alarm is over and not suppressed is free again; the alarm moves to the ring of closed ones. */
export function releaseClosed(state: RulesState, slot: AlarmSlot): void {
  if (slot.kind === 'closed' || slot.kind === 'past') return;
  if (slot.alarm === null || slot.alarm.state !== 'normal' || slot.suppressions.length > 0) return;
  keepClosed(state, slot, slot.alarm);
  slot.alarm = null;
  if (slot.kind === 'system') state.system.delete(systemKey(slot.rule, slot.subject));
  if (slot.kind === 'raised') state.raised.delete(slot.subject);
}

/** Key of a system alarm's place. */
export const systemKey = (name: string, subject: string): string => `${name}|${subject}`;

/** Puts `alarm` into the ring; the oldest there is forgotten by the engine, never by the ledger. */
export function keepClosed(state: RulesState, from: AlarmSlot, alarm: Alarm): void {
  const at = state.closedCount % CLOSED_KEPT;
  state.closedCount += 1;
  if (at >= state.closed.length) state.closed.push(createSlot('closed', at, '', ''));
  const kept = state.closed.forWrite(at);
  if (kept.alarm !== null && state.byId.get(kept.alarm.id) === kept) state.byId.delete(kept.alarm.id);
  kept.alarm = alarm;
  kept.suppressions = from.suppressions;
  state.byId.set(alarm.id, kept);
}
