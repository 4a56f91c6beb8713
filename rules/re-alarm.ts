/**
 * An acknowledgement does not hold for ever (ReAlarmTime of OPC UA Part 9): an alarm that somebody took and that is
 * still active so long afterwards is unacknowledged again, and rings. Taking it once more before that renews it. How long,
 * the settings say by colour; what was promised when it was taken holds, whatever they say later.
 */
import type { Alarm } from '#domain/alarm.ts';
import { type Deadlines, push, WAKE, wakeKey } from './deadlines.ts';
import type { AlarmSlot, Turn } from './state.ts';

/**
 * Starts the time of the acknowledgement that `slot` was just given; `taken` is its alarm as it will be. Where nobody holds
 * it, `withLapse` ends that time again.
 */
export function beginLapse(turn: Turn, slot: AlarmSlot, taken: Alarm): void {
  const afterMs = turn.state.catalogue.settings.reAlarmMs[taken.colour];
  slot.lapse = null;
  if (afterMs === undefined || taken.historical) return;
  slot.lapse = { due: turn.now + afterMs, at: turn.wall + afterMs };
  pushLapse(turn.state.deadlines, slot);
}

/** `alarm` with the end of its acknowledgement on it; ends that time where nobody holds the alarm any more. */
export function withLapse(lapses: Set<AlarmSlot>, slot: AlarmSlot, alarm: Alarm): Alarm {
  const { acknowledgementExpiresAt: _, ...rest } = alarm;
  if (alarm.state !== 'acknowledged' || !alarm.active) slot.lapse = null;
  if (slot.lapse !== null) lapses.add(slot);
  else lapses.delete(slot);
  return slot.lapse === null ? rest : { ...rest, acknowledgementExpiresAt: slot.lapse.at };
}

/** The places whose acknowledgement is over at `turn.now`, in the order in which they ended. */
export const lapsedSlots = (turn: Turn): AlarmSlot[] =>
  [...turn.state.lapses]
    .filter(({ lapse }) => lapse !== null && lapse.due <= turn.now)
    .sort(
      (a, b) =>
        (a.lapse?.due ?? 0) - (b.lapse?.due ?? 0) || (a.alarm?.sequence ?? 0) - (b.alarm?.sequence ?? 0),
    );

/** Notes in the heap when the acknowledgement at `slot` ends, if it does. */
export function pushLapse(deadlines: Deadlines, { lapse }: AlarmSlot): void {
  if (lapse !== null) push(deadlines, lapse.due, wakeKey(WAKE.lapse, 0));
}
