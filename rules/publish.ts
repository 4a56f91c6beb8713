/** One change of one alarm becomes one event: numbering, suppression, announcement, and keeping what is closed. */
import type { Alarm, AlarmChange } from '#domain/alarm.ts';
import type { Timestamp } from '#domain/time.ts';
import { alarmId, type Lane } from './alarm-id.ts';
import { announcement, type AnnounceReason } from './announce.ts';
import { withLapse } from './re-alarm.ts';
import { suppressionOf } from './suppression.ts';
import { type AlarmSlot, CLOSED_KEPT, createSlot, type RulesState, type Turn } from './state.ts';

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
  state.sequence += 1;
  const alarm: Alarm = {
    ...withLapse(state.lapses, slot, change.alarm),
    ...suppressionOf(state, slot, change.alarm),
    revision: change.alarm.revision + (change.sameRevision ? 0 : 1),
    sequence: state.sequence,
  };
  slot.alarm = alarm;
  state.byId.set(alarm.id, slot);
  turn.out.alarm({
    kind: 'alarm',
    sequence: alarm.sequence,
    change: change.change,
    at: turn.wall,
    alarm,
    by: change.by ?? null,
    note: change.note ?? null,
    announce: announcement(alarm, change.reason),
  });
  releaseClosed(state, slot);
  return alarm;
}

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
