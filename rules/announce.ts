/** Whether a change sounds, and why or why not: every reason the console must have a text for. */
import type { Alarm, AlarmEvent, Suppression } from '#domain/alarm.ts';

/** A change for one of these reasons sounds unless the alarm is suppressed. */
export const RINGING_REASONS = [
  'raised',
  'colour-up',
  'reactivated',
  're-alarm',
  'late',
  'unshelved',
  'back-in-service',
  'maintenance-ended',
] as const;

/** A change for one of these reasons is shown without sound. */
export const SILENT_REASONS = [
  'colour-down',
  'limit-changed',
  'returned',
  'acknowledged',
  'renewed',
  'reset',
  'closed',
  'note',
  'verdict',
  'shelved',
  'maintenance',
  'out-of-service',
  'not-active',
  'historical',
  'withdrawn',
] as const;

export type RingingReason = (typeof RINGING_REASONS)[number];
export type AnnounceReason = RingingReason | (typeof SILENT_REASONS)[number];

const WHY_SUPPRESSED: Readonly<Record<Exclude<Suppression, 'none'>, AnnounceReason>> = {
  shelved: 'shelved',
  'suppressed-by-design': 'maintenance',
  'out-of-service': 'out-of-service',
};

const RINGING: ReadonlySet<string> = new Set(RINGING_REASONS);

/** The announcement of `alarm` after a change for `reason`. */
export function announcement(alarm: Alarm, reason: AnnounceReason): AlarmEvent['announce'] {
  if (!RINGING.has(reason)) return { ring: false, reason };
  if (alarm.suppression !== 'none') return { ring: false, reason: WHY_SUPPRESSED[alarm.suppression] };
  return { ring: true, reason };
}
