/** What the figures of alarm quality are made from: one row an alarm event, oldest first, read from the ledger. */
import type { AlarmChange, AlarmState } from '../alarm.ts';
import type { Colour } from '../colour.ts';
import type { Timestamp } from '../time.ts';

export type QualityRow = {
  readonly at: Timestamp;
  readonly alarm: string;
  readonly change: AlarmChange;
  /** Whether people heard it. */
  readonly ring: boolean;
  /** Point, gateway or '' for the platform, with the rule: the same thing of which people hear again and again. */
  readonly point: string | null;
  readonly gateway: string | null;
  readonly rule: string;
  readonly colour: Colour;
  readonly active: boolean;
  readonly state: AlarmState;
  readonly historical: boolean;
  /** Code of its explanation. */
  readonly code: string;
};

/** Half-open. */
export type Period = { readonly from: Timestamp; readonly to: Timestamp };

/** A stretch of time in which something held. */
export type Stretch = Period & { readonly code: string };

export const isIn = ({ from, to }: Period, at: Timestamp): boolean => at >= from && at < to;

/** Names what rang, whichever alarm it was. */
export const subjectOf = ({ point, gateway, rule }: QualityRow): string =>
  `${point ?? gateway ?? ''}|${rule}`;

/**
 * When alarms were active, by alarm: whole stretches, not cut to any period; one that still goes on ends at `now`. The
 * code is that of its beginning.
 */
export function activeStretches(rows: readonly QualityRow[], now: Timestamp): Map<string, Stretch[]> {
  const found = new Map<string, Stretch[]>();
  const running = new Map<string, QualityRow>();
  const end = (row: QualityRow, to: Timestamp): void => {
    const known = found.get(row.alarm);
    const stretch = { from: row.at, to: Math.max(to, row.at), code: row.code };
    if (known === undefined) found.set(row.alarm, [stretch]);
    else known.push(stretch);
  };
  for (const row of rows) {
    if (row.historical) continue;
    const began = running.get(row.alarm);
    if (row.active && began === undefined) running.set(row.alarm, row);
    else if (!row.active && began !== undefined) {
      running.delete(row.alarm);
      end(began, row.at);
    }
  }
  for (const row of running.values()) end(row, now);
  return found;
}
