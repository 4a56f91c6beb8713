/**
 * Actions on their way. Taking an alarm shows at once and goes back after two seconds without an answer: an officer must
 * never believe in a 接警 that the server does not know of.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import type { Timestamp } from '#domain/time.ts';

/** Without an answer for so long, the screen goes back to what the server last said. */
export const REVERT_MS = 2_000;

export type PendingAction = {
  readonly alarm: string;
  readonly action: AlarmAction['action'];
  /** The revision the officer saw. */
  readonly revision: number;
  readonly by: string;
  /** Local monotonic milliseconds. */
  readonly startedAt: number;
};

/** At most one action per alarm is on its way. */
export type Pending = Map<string, PendingAction>;

/** The alarm as the officer should see it now. Only 接警 is shown before the server agreed. */
export function shownAlarm(alarm: Alarm, pending: PendingAction | undefined, serverNow: Timestamp): Alarm {
  if (pending === undefined || pending.action !== 'acknowledge') return alarm;
  if (alarm.revision !== pending.revision) return alarm;
  if (alarm.state === 'acknowledged' || alarm.state === 'normal') return alarm;
  return { ...alarm, state: 'acknowledged', acknowledgedBy: pending.by, acknowledgedAt: serverNow };
}

/** Removes and returns the actions whose answer is overdue. */
export function takeOverdue(pending: Pending, now: number): PendingAction[] {
  const overdue = [...pending.values()].filter((action) => now - action.startedAt >= REVERT_MS);
  for (const action of overdue) pending.delete(action.alarm);
  return overdue;
}

/** The server told a newer revision: whatever was on its way has been decided. */
export function settle(pending: Pending, alarm: Alarm): void {
  const action = pending.get(alarm.id);
  if (action !== undefined && alarm.revision > action.revision) pending.delete(alarm.id);
}
