/** What the forwarder says, as conditions: each journaled when it changes, and only then (invariant 16). Pure. */
import type { Alarm } from '#domain/alarm.ts';
import type { InfluxStatus } from '#store/influx/influx-status.ts';

export type InfluxCondition = {
  readonly name: (typeof NAMES)[number];
  readonly subject: string;
  readonly active: boolean;
  readonly detail: Readonly<Record<string, string | number>>;
};

const NAMES = ['influx-backlog', 'influx-failing', 'dead-letters', 'influx-incomplete'] as const;
/** Others may have dead letters of their own kind. */
const SUBJECT = 'influx';
/** A restart of the server passes unnoticed; what takes longer is told. */
const BEHIND_FROM_MS = 10_000;
const BEHIND_UNTIL_MS = 5_000;

/** `say` journals one condition. */
export function influxConditions(say: (condition: InfluxCondition) => void) {
  const active = new Set<string>();

  function judge(name: InfluxCondition['name'], now: boolean, detail: InfluxCondition['detail']): void {
    if (active.has(name) === now) return;
    if (now) active.add(name);
    else active.delete(name);
    say({ name, subject: SUBJECT, active: now, detail: now ? detail : {} });
  }

  return {
    /** Goes on from what was active when the platform went down; without InfluxDB all of it is over. */
    takeUp(open: readonly Alarm[], configured: boolean): void {
      for (const { point, rule, active: on, explanation } of open) {
        const name = NAMES.find((one) => one === rule);
        if (name === undefined || point !== null || !on || explanation.params['subject'] !== SUBJECT)
          continue;
        active.add(name);
        if (!configured) judge(name, false, {});
      }
    },
    /** `died` = why there is no forwarder just now. */
    look(status: InfluxStatus | null, died: string | null, wallMs: number): void {
      if (status === null && died === null) return;
      const paused = died ?? (status?.state === 'paused' ? (status.reason ?? '') : null);
      judge('influx-failing', paused !== null, { detail: paused ?? '' });
      if (status === null) return;
      const { behindSince, backlogRows, reason, deadLetters, short } = status;
      const behindMs = behindSince === null ? 0 : wallMs - behindSince;
      const limitMs = active.has('influx-backlog') ? BEHIND_UNTIL_MS : BEHIND_FROM_MS;
      judge('influx-backlog', behindMs > limitMs, { backlogRows, detail: reason ?? '' });
      judge('dead-letters', deadLetters > 0, { deadLetters });
      judge('influx-incomplete', short > 0, { short });
    },
  };
}
