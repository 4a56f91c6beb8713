/**
 * The life of one alarm in ISA-18.2 states. Three things stay apart: whether the condition holds (`active`), what an
 * officer still owes it (`state`), and whether it is held by its latch (`latched`: true from the first latching level
 * until a person's reset, as in OPC UA Part 9). Every change here is one revision and one event.
 */
import type { Alarm, AlarmState, Explanation } from '#domain/alarm.ts';
import { type Colour, colourRank, worseColour } from '#domain/colour.ts';
import type { Timestamp } from '#domain/time.ts';
import type { AnnounceReason } from './announce.ts';
import { beginLapse } from './re-alarm.ts';
import { freshId, keepClosed, publish } from './publish.ts';
import { subjectKey, subjectOf } from './subject.ts';
import { type AlarmSlot, touch, type Turn } from './state.ts';

type Stimulus = 'onset' | 'return' | 'acknowledge' | 'lapse';

/** Every pair that can occur; any other leaves the state as it is. A rise is an onset too. */
const NEXT: Readonly<Record<Stimulus, Readonly<Partial<Record<AlarmState, AlarmState>>>>> = {
  onset: {
    normal: 'unacknowledged',
    unacknowledged: 'unacknowledged',
    acknowledged: 'unacknowledged',
    'returned-unacknowledged': 'unacknowledged',
  },
  return: { unacknowledged: 'returned-unacknowledged', acknowledged: 'normal' },
  acknowledge: {
    unacknowledged: 'acknowledged',
    acknowledged: 'acknowledged',
    'returned-unacknowledged': 'normal',
  },
  lapse: { acknowledged: 'unacknowledged' },
};

const after = (state: AlarmState, stimulus: Stimulus): AlarmState => NEXT[stimulus][state] ?? state;

/** What the rule says now: the level in force and why. */
export type Standing = {
  readonly version: number;
  readonly limit: string;
  readonly colour: Colour;
  readonly limitValue: number | null;
  readonly value: number | null;
  readonly unit: string | null;
  readonly latched: boolean;
  readonly explanation: Explanation;
};

/** Whether an officer may still owe this place something. */
export const isOpenHere = (slot: AlarmSlot): boolean => slot.alarm !== null && slot.alarm.state !== 'normal';

/** Starts a new episode. Rings. */
export function raise(
  turn: Turn,
  slot: AlarmSlot,
  standing: Standing,
  onsetAt: Timestamp,
  by?: string,
): void {
  touch(turn.state, slot);
  endShelfOnRise(slot, standing.colour);
  if (slot.alarm !== null) keepClosed(turn.state, slot, slot.alarm);
  const alarm: Alarm = {
    ...subjectOf(turn.registry, slot),
    id: freshId(turn.state, subjectKey(turn.registry, slot), slot.rule, onsetAt, 'live'),
    revision: 0,
    sequence: 0,
    rule: slot.rule,
    ...shown(standing),
    highestColour: standing.colour,
    active: true,
    state: after('normal', 'onset'),
    suppression: 'none',
    suppressions: [],
    onsetAt,
    returnedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    historical: false,
    verdict: null,
  };
  publish(turn, slot, { change: 'raised', alarm, reason: 'raised', ...(by === undefined ? {} : { by }) });
}

/** The level in force is another one. Up re-arms and rings; down follows quietly. */
export function changeLevel(turn: Turn, slot: AlarmSlot, standing: Standing, up: boolean): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  if (up) endShelfOnRise(slot, standing.colour);
  const armed = up ? rearmed(before, 'onset') : before;
  const alarm: Alarm = { ...armed, ...shown(standing), highestColour: highest(armed, standing.colour) };
  const moved = standing.colour === before.colour ? 'limit' : 'colour';
  publish(turn, slot, { change: moved, alarm, reason: up ? 'colour-up' : 'colour-down' });
}

/** The condition is back before the officer was done with it: same episode. Rings. */
export function reactivate(turn: Turn, slot: AlarmSlot, standing: Standing): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  endShelfOnRise(slot, standing.colour);
  const alarm: Alarm = {
    ...rearmed(before, 'onset'),
    ...shown(standing),
    highestColour: worseColour(before.highestColour, standing.colour),
    active: true,
    returnedAt: null,
  };
  publish(turn, slot, { change: 'reactivated', alarm, reason: 'reactivated' });
}

/** The condition is over. A latched alarm keeps its state and waits for acknowledgement and reset. */
export function returnToNormal(
  turn: Turn,
  slot: AlarmSlot,
  returnedAt: Timestamp,
  value: number | null,
): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  const state = before.latched ? before.state : after(before.state, 'return');
  const alarm: Alarm = { ...before, active: false, state, returnedAt, value: value ?? before.value };
  publish(turn, slot, { change: state === 'normal' ? 'normal' : 'returned', alarm, reason: 'returned' });
}

/** An officer takes it (接警), or renews that. What was highest until now is taken with it. */
export function acknowledge(turn: Turn, slot: AlarmSlot, by: string, note: string | null): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  const state = after(before.state, 'acknowledge');
  const alarm: Alarm = {
    ...before,
    state,
    highestColour: state === 'normal' ? before.highestColour : before.colour,
    acknowledgedAt: turn.wall,
    acknowledgedBy: by,
  };
  beginLapse(turn, slot, alarm);
  const reason = before.state === 'acknowledged' ? 'renewed' : 'acknowledged';
  publish(turn, slot, { change: 'acknowledged', alarm, reason, by, note });
}

/** Whoever took it let the time of the acknowledgement pass, and it is still active. Rings. */
export function reAlarm(turn: Turn, slot: AlarmSlot): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  const alarm: Alarm = rearmed(before, 'lapse');
  publish(turn, slot, { change: 're-alarmed', alarm, reason: 're-alarm' });
}

/** A person releases the latch; `standing` is what remains active, null when nothing does or nobody could tell. */
export function reset(
  turn: Turn,
  slot: AlarmSlot,
  standing: Standing | null,
  by: string,
  note: string | null,
): void {
  const before = openAlarm(slot);
  touch(turn.state, slot);
  const alarm: Alarm =
    standing === null
      ? { ...before, ...over(turn, before), latched: false, state: 'normal' }
      : { ...before, ...shown(standing), latched: false, highestColour: standing.colour };
  publish(turn, slot, { change: 'reset', alarm, reason: 'reset', by, note });
}

/** Its point or gateway is gone: nobody can return it any more, so it ends and says why. */
export function close(turn: Turn, slot: AlarmSlot, code: string): void {
  if (slot.alarm === null) return;
  touch(turn.state, slot);
  slot.suppressions = [];
  const alarm: Alarm = { ...withoutCause(turn, slot.alarm, code), state: 'normal' };
  publish(turn, slot, { change: 'normal', alarm, reason: 'closed' });
}

/**
 * Its limit or rule is gone: a taken alarm ends; one nobody took waits for an officer, for changing a limit takes no
 * alarm. Nothing is said twice.
 */
export function letGo(turn: Turn, slot: AlarmSlot, code: string): void {
  if (slot.alarm === null) return;
  const { state, active, latched, explanation } = slot.alarm;
  if (state === 'normal' || state === 'acknowledged') return close(turn, slot, code);
  if (state === 'returned-unacknowledged' && !active && !latched && explanation.code === code) return;
  touch(turn.state, slot);
  const alarm: Alarm = { ...withoutCause(turn, slot.alarm, code), state: 'returned-unacknowledged' };
  publish(turn, slot, { change: 'returned', alarm, reason: 'returned' });
}

const withoutCause = (turn: Turn, alarm: Alarm, code: string): Alarm => ({
  ...alarm,
  active: false,
  latched: false,
  returnedAt: alarm.returnedAt ?? turn.wall,
  explanation: { code, params: { ...alarm.explanation.params, was: alarm.explanation.code } },
});

/** The limit it is held against was changed under it; in a worse colour than before, that is a rise. */
export function changeLimit(turn: Turn, slot: AlarmSlot, standing: Standing): void {
  const before = openAlarm(slot);
  if (colourRank(standing.colour) > colourRank(before.colour)) return changeLevel(turn, slot, standing, true);
  touch(turn.state, slot);
  const alarm: Alarm = { ...before, ...shown(standing), highestColour: highest(before, standing.colour) };
  publish(turn, slot, { change: 'limit', alarm, reason: 'limit-changed' satisfies AnnounceReason });
}

/** What a person declares over. */
const over = (turn: Turn, alarm: Alarm): Pick<Alarm, 'active' | 'returnedAt'> => ({
  active: false,
  returnedAt: alarm.returnedAt ?? turn.wall,
});

function shown(standing: Standing) {
  const { version, limit, colour, limitValue, value, unit, latched, explanation } = standing;
  return { ruleVersion: version, limit, colour, limitValue, value, unit, latched, explanation };
}

const rearmed = (alarm: Alarm, by: 'onset' | 'lapse'): Alarm => ({
  ...alarm,
  state: after(alarm.state, by),
  acknowledgedAt: null,
  acknowledgedBy: null,
});

/** Latched at the highest until taken; afterwards it follows. */
const highest = (alarm: Alarm, colour: Colour): Colour =>
  alarm.state === 'acknowledged' ? colour : worseColour(alarm.highestColour, colour);

function endShelfOnRise(slot: AlarmSlot, colour: Colour): void {
  slot.suppressions = slot.suppressions.filter(
    (one) => one.kind !== 'shelved' || colourRank(colour) <= one.rank,
  );
}

function openAlarm(slot: AlarmSlot): Alarm {
  if (slot.alarm === null) throw new Error(`no alarm at ${slot.kind} ${slot.index} ${slot.rule}`);
  return slot.alarm;
}
