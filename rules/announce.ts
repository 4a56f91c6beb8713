/** Whether a change sounds, and why or why not: every reason the console must have a text for. */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';

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
  'parent-ended',
  'interlock-ended',
  'resurfaced',
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
  'parent',
  'interlock',
  'out-of-service',
  'not-active',
  'historical',
  'withdrawn',
  'folded',
] as const;

export type RingingReason = (typeof RINGING_REASONS)[number];
export type AnnounceReason = RingingReason | (typeof SILENT_REASONS)[number];

/** The strongest suppression in force, and what is behind one by design. */
function whySuppressed({ suppression, suppressions }: Alarm): AnnounceReason {
  if (suppression === 'shelved' || suppression === 'out-of-service') return suppression;
  return suppressions.find(({ kind }) => kind === 'suppressed-by-design')?.cause?.kind ?? 'maintenance';
}

const RINGING: ReadonlySet<string> = new Set(RINGING_REASONS);

/** The announcement of `alarm` after a change for `reason`. */
export function announcement(alarm: Alarm, reason: AnnounceReason): AlarmEvent['announce'] {
  if (!RINGING.has(reason)) return { ring: false, reason };
  if (alarm.suppression !== 'none') return { ring: false, reason: whySuppressed(alarm) };
  return { ring: true, reason };
}
