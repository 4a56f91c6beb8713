/** One answer to "is it well?", from the open system alarms and from what cannot be journaled just now. */
import type { Alarm } from '#domain/alarm.ts';
import type { Health, HealthReason, NotificationsHealth } from '#domain/contract/health.ts';
import { isRaised } from '#domain/raise.ts';
import { SHIPPED_SYSTEM } from '#rules/shipped.ts';
import { STALLED_MS } from './pulse.ts';

export type Troubles = {
  readonly journalFailing: boolean;
  /** Publishes wait without acknowledgement while the disk or the record log catches up. */
  readonly holding: boolean;
  readonly store: string | null;
  readonly ledger: string | null;
  /** Since an input last went all the way. */
  readonly quietMs: number;
  readonly dataQuietMs: number | null;
  readonly delayMs: number | null;
  /** Configured ways to people's phones. */
  readonly channels: number;
};

/** `failing` = the platform cannot acknowledge or keep; `degraded` = it works, somebody should look. */
export function healthOf(openAlarms: readonly Alarm[], troubles: Troubles): Health {
  const failing: HealthReason[] = [];
  if (troubles.journalFailing) {
    failing.push({ code: 'journal-failing', detail: 'the journal does not sync; nothing is acknowledged' });
  }
  if (troubles.quietMs > STALLED_MS) {
    const seconds = Math.round(troubles.quietMs / 1_000);
    failing.push({ code: 'alarm-path-stalled', detail: `no input went through the rules for ${seconds} s` });
  }
  if (troubles.holding) {
    failing.push({ code: 'store-backlog', detail: 'publishes wait for the disk; none is acknowledged' });
  }
  if (troubles.store !== null) failing.push({ code: 'store-failing', detail: troubles.store });
  if (troubles.ledger !== null) failing.push({ code: 'ledger-failing', detail: troubles.ledger });
  // A fault of one gateway is the field's, with its own alarm; here only the platform's own count.
  const system = openAlarms.filter(
    (alarm) => alarm.point === null && alarm.gateway === null && alarm.active && !isRaised(alarm),
  );
  const reasons = [...failing, ...system.map(reasonOf)];
  const status = failing.length > 0 ? 'failing' : system.length > 0 ? 'degraded' : 'ok';
  const { quietMs, dataQuietMs, delayMs } = troubles;
  return { status, reasons, quietMs, dataQuietMs, delayMs, notifications: notificationsOf(system, troubles) };
}

function notificationsOf(system: readonly Alarm[], { channels }: Troubles): NotificationsHealth {
  const stands = (name: string): boolean => system.some(({ rule }) => rule === name);
  if (stands('channel-failing') || stands('alerts-overflow')) return 'failing';
  if (channels === 0) return 'off';
  return stands('on-call-missing') ? 'gaps' : 'ok';
}

/** Anybody may ask: the words of the catalogue, never addresses, names or ids. */
const reasonOf = (alarm: Alarm): HealthReason => ({
  code: alarm.rule,
  detail: SHIPPED_SYSTEM.find(({ name }) => name === alarm.rule)?.text.en ?? 'an open system alarm',
});
