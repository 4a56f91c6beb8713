/**
 * Whether an alarm's place in an incident keeps it quiet. It is folded only when all of this holds: another active alarm
 * that is not put aside explains it; the incident has already rung at its colour or a worse one, so that somebody has been
 * told; it is not red and was not; and it was never told of itself, or comes back no worse than it and its cause were told.
 * What ends on a promise to ring again (an acknowledgement, a shelf, out of service) is never folded.
 */
import { type Alarm, type AlarmEvent, isOpen } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { AlarmIncident } from '#domain/incident.ts';
import type { EngineTime } from '#domain/time.ts';
import type { AlarmSlot, RulesState, Turn } from '../state.ts';
import type { Explained } from './explain.ts';
import { changing, type IncidentRecord } from './state.ts';

export type Told = { readonly alarm: Alarm; readonly announce: AlarmEvent['announce'] };

/** People put it aside or took it, and were promised that it would ring again. */
const PROMISED: ReadonlySet<string> = new Set(['re-alarm', 'unshelved', 'back-in-service']);
/** Causes that are closed may wait for the next sweep, but not more than so many. */
const CLOSED_CAUSES_KEPT = 16;

const isRed = ({ colour, highestColour }: Alarm): boolean => colour === 'red' || highestColour === 'red';

/** What is announced of an alarm with its new place. `slot` is as it was before the change. */
export function quieten(
  turn: Turn,
  slot: AlarmSlot,
  { alarm, announce }: Told,
  place: AlarmIncident | undefined,
  explained: Explained | null,
): Told {
  const record = place === undefined ? undefined : changing(turn.state.incidents, place.id);
  if (place === undefined || record === undefined)
    return { alarm: place === undefined ? alarm : { ...alarm, incident: place }, announce };
  if (!announce.ring) {
    const done = alarm.state === 'acknowledged' || alarm.state === 'normal';
    return {
      alarm: { ...alarm, incident: { ...place, folded: place.folded && !done && !isRed(alarm) } },
      announce,
    };
  }
  const isQuiet =
    place.role === 'symptom' &&
    explained !== null &&
    mayFold(record, alarm, explained) &&
    mayStayUntold(turn, slot, { alarm, announce }, explained);
  if (!isQuiet) {
    record.rungRank = Math.max(record.rungRank, colourRank(alarm.colour));
    return { alarm: { ...alarm, incident: { ...place, folded: false } }, announce };
  }
  foldUnder(slot, record, explained.cause.id, turn.now);
  return {
    alarm: { ...alarm, incident: { ...place, folded: true } },
    announce: { ring: false, reason: 'folded' },
  };
}

/** Whether the incident has rung at this colour, and what explains it explains as much. */
export const mayFold = (record: IncidentRecord, alarm: Alarm, { foldsToRank }: Explained): boolean =>
  !isRed(alarm) && colourRank(alarm.colour) <= Math.min(foldsToRank, record.rungRank);

/** An alarm's own ring tells nobody of its return: only what its cause rang at does. */
function mayStayUntold(
  turn: Turn,
  slot: AlarmSlot,
  { alarm, announce }: Told,
  { cause }: Explained,
): boolean {
  if (slot.toldRank < 0) return !PROMISED.has(announce.reason);
  const told = Math.min(slot.toldRank, causeToldRank(turn.state, cause.id));
  return announce.reason === 'reactivated' && colourRank(alarm.colour) <= told;
}

/** Worst rank that somebody was told of the cause; -1 = nobody was told. */
export const causeToldRank = ({ byId }: RulesState, cause: string): number => byId.get(cause)?.toldRank ?? -1;

/** Its cause may be over for so long from here on until it rings by itself. */
export function foldUnder(slot: AlarmSlot, record: IncidentRecord, cause: string, now: EngineTime): void {
  const known = record.explaining.find((one) => one.alarm === cause);
  slot.foldedAfterMs = known === undefined ? 0 : overMsOf(known, now);
}

/** For how long a cause has been over in all: one that comes and goes hides nothing for ever. */
export const overMsOf = (
  { overSince, overMs }: IncidentRecord['explaining'][number],
  now: EngineTime,
): number => overMs + (overSince === null ? 0 : now - overSince);

/** `cause` explains a member from here on: its end will be watched. What is closed and explains nothing is forgotten. */
export function nowExplains(state: RulesState, { id }: IncidentRecord, cause: string): void {
  const record = changing(state.incidents, id);
  if (record === undefined || record.explaining.some(({ alarm }) => alarm === cause)) return;
  record.explaining.push({ alarm: cause, overSince: null, overMs: 0 });
  const isClosed = (alarm: string): boolean => {
    const known = state.byId.get(alarm)?.alarm;
    return alarm !== cause && (known === null || known === undefined || !isOpen(known));
  };
  if (record.explaining.filter(({ alarm }) => isClosed(alarm)).length <= CLOSED_CAUSES_KEPT) return;
  const named = new Set<string>();
  for (const member of state.incidents.index.members.get(id) ?? []) {
    const by = state.byId.get(member)?.alarm?.incident?.by;
    if (by !== null && by !== undefined) named.add(by);
  }
  record.explaining = record.explaining.filter(({ alarm }) => !isClosed(alarm) || named.has(alarm));
}
