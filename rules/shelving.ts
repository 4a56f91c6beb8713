/** Putting alarms aside and bringing them back: shelves, out-of-service, maintenance windows. Each ends by itself. */
import type { AlarmChange } from '#domain/alarm.ts';
import type { AnnounceReason } from './announce.ts';
import { push, WAKE, wakeKey } from './deadlines.ts';
import { bySequence, publish, resumeReason, reviseSuppressed, slotsAt } from './publish.ts';
import {
  type AlarmSlot,
  type MaintenanceWindow,
  type OwnSuppression,
  type RulesState,
  touch,
  type Turn,
} from './state.ts';
import { covers } from './suppression.ts';

/** Puts `one` on the alarm's place, in place of an older one of its kind. */
export function suppress(turn: Turn, slot: AlarmSlot, one: OwnSuppression, note: string | null): void {
  if (slot.alarm === null) return;
  touch(turn.state, slot);
  slot.suppressions = [...slot.suppressions.filter((other) => other.kind !== one.kind), one];
  turn.state.putAside.add(slot);
  push(turn.state.deadlines, one.due, wakeKey(WAKE.suppression, 0));
  const reason: AnnounceReason = one.kind === 'shelved' ? 'shelved' : 'out-of-service';
  publish(turn, slot, { change: one.kind, alarm: slot.alarm, reason, by: one.by, note });
}

/** Takes the suppression of that kind off again; `by` null = it expired. An alarm still untaken sounds again. */
export function unsuppress(
  turn: Turn,
  slot: AlarmSlot,
  kind: OwnSuppression['kind'],
  by: string | null,
  note: string | null,
): void {
  if (slot.alarm === null) return;
  touch(turn.state, slot);
  slot.suppressions = slot.suppressions.filter((other) => other.kind !== kind);
  const change: AlarmChange = kind === 'shelved' ? 'unshelved' : 'in-service';
  const reason = resumeReason(slot.alarm, kind === 'shelved' ? 'unshelved' : 'back-in-service');
  publish(turn, slot, { change, alarm: slot.alarm, reason, note, ...(by === null ? {} : { by }) });
}

/** Opens, moves or (when `until` is not in the future) ends a maintenance window and tells every alarm under it. */
export function setMaintenance(turn: Turn, window: MaintenanceWindow): void {
  const key = `${window.target}:${window.id}`;
  if (window.until <= turn.wall) turn.state.maintenance.delete(key);
  else {
    turn.state.maintenance.set(key, window);
    push(turn.state.deadlines, window.due, wakeKey(WAKE.suppression, 0));
  }
  reviseUnderWindow(turn, window, window.by);
}

/** Ends whatever shelf, review date or window is due at `turn.now`. */
export function expireSuppressions(turn: Turn): void {
  for (const [key, window] of turn.state.maintenance) {
    if (window.due > turn.now) continue;
    turn.state.maintenance.delete(key);
    reviseUnderWindow(turn, window, null);
  }
  for (const slot of suppressedSlots(turn.state))
    for (const one of slot.suppressions)
      if (one.due <= turn.now) unsuppress(turn, slot, one.kind, null, null);
}

/** Every place with a shelf or out-of-service, in order of their alarms' sequence. */
function suppressedSlots({ putAside, byId }: RulesState): AlarmSlot[] {
  const slots: AlarmSlot[] = [];
  for (const slot of putAside)
    if (slot.suppressions.length === 0 || slot.alarm === null || byId.get(slot.alarm.id) !== slot)
      putAside.delete(slot);
    else slots.push(slot);
  return slots.sort(bySequence);
}

const PLACE_OF = { points: 'point', gateways: 'gateway', facilities: 'facility' } as const;

function reviseUnderWindow(turn: Turn, window: MaintenanceWindow, by: string | null): void {
  reviseSuppressed(
    turn,
    slotsAt(turn.state, PLACE_OF[window.target], window.id),
    (alarm) => covers(window, alarm),
    {
      ...{ begins: 'maintenance', ends: 'maintenance-ended', note: window.reason },
      ...(by === null ? {} : { by }),
    },
  );
}
