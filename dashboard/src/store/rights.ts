/** Which actions to offer. The server decides; this only spares people buttons that would be refused. */
import type { Alarm, Verdict } from '#domain/alarm.ts';
import { colourRank } from '#domain/colour.ts';
import type { Role } from '#domain/user.ts';

export type Offer = {
  readonly acknowledge: boolean;
  /** Taken already, for a time that can be begun anew. */
  readonly renew: boolean;
  readonly shelve: boolean;
  readonly unshelve: boolean;
  readonly verdict: boolean;
  readonly note: boolean;
  readonly reset: boolean;
  /** Shelving would need a leader (orange and red): the button is shown, disabled, with this reason. */
  readonly shelveNeedsLeader: boolean;
  /** A leader shelving orange or red names a second person. */
  readonly shelveNeedsSecond: boolean;
};

/** Whether this person sees alarms and the places they stand at. */
export const readsCity = (user: { readonly roles: readonly Role[] } | null): boolean =>
  user !== null && user.roles.some((role) => role !== 'security-admin' && role !== 'audit-admin');

export const SHELVE_MAX_HOURS = 8;
export const VERDICTS: readonly Verdict[] = [
  'true-alarm',
  'false-alarm',
  'equipment-fault',
  'biogas',
  'construction',
  'drill',
];

const NOTHING: Offer = {
  acknowledge: false,
  renew: false,
  shelve: false,
  unshelve: false,
  verdict: false,
  note: false,
  reset: false,
  shelveNeedsLeader: false,
  shelveNeedsSecond: false,
};

export function offer(alarm: Alarm, roles: readonly Role[]): Offer {
  const leader = roles.includes('duty-leader');
  if (!leader && !roles.includes('duty-officer')) return NOTHING;
  // 未入账: nothing is journaled, so nothing can be ordered; redelivery makes the real alarm.
  if (alarm.unjournaled === true) return NOTHING;
  const owes = alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged';
  const renew = alarm.acknowledgementExpiresAt !== undefined;
  const open = alarm.state !== 'normal' && !alarm.historical;
  const shelved = alarm.suppressions.some((s) => s.kind === 'shelved');
  const grave = Math.max(colourRank(alarm.colour), colourRank(alarm.highestColour)) >= colourRank('orange');
  return {
    acknowledge: (owes || renew) && alarm.withdrawn !== true,
    renew,
    shelve: open && !shelved && (leader || !grave),
    unshelve: open && shelved,
    verdict: true,
    note: true,
    reset: open && alarm.latched && alarm.state === 'acknowledged',
    shelveNeedsLeader: open && !shelved && grave && !leader,
    shelveNeedsSecond: grave,
  };
}
