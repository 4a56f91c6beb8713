/** What is wrong with a gateway at a glance: the worst first, so that the list begins with what needs a hand. */
import type { GatewayRow } from '../api/gateways.ts';

/** From the worst: it was there and is gone; nobody has seen it; it sends what is refused; numbers miss; its clock is off. */
export const TROUBLES = ['lost', 'never', 'refused', 'gaps', 'clock'] as const;
export type Trouble = (typeof TROUBLES)[number];

/** A clock this far off shifts the order of what happened in a city. */
const CLOCK_OFF_MS = 2_000;

/** The worst of its troubles; null when there is none. A sleepy gateway is rightly away between its reports. */
export function troubleOf({ session, status }: GatewayRow): Trouble | null {
  if (status === null || (status.lastPublishAt === null && !status.connected)) return 'never';
  if (!status.connected && session === 'always-on') return 'lost';
  if (status.rejected > 0) return 'refused';
  if (status.gaps > 0) return 'gaps';
  return Math.abs(status.clockOffsetMs ?? 0) >= CLOCK_OFF_MS ? 'clock' : null;
}

/** The worst trouble first, then by id as people count (GW-2 before GW-10). */
export function worstFirst(rows: readonly GatewayRow[]): GatewayRow[] {
  const order = new Intl.Collator('en', { numeric: true });
  const rank = (row: GatewayRow) => {
    const trouble = troubleOf(row);
    return trouble === null ? TROUBLES.length : TROUBLES.indexOf(trouble);
  };
  return rows
    .map((row) => ({ row, rank: rank(row) }))
    .sort((a, b) => a.rank - b.rank || order.compare(a.row.id, b.row.id))
    .map(({ row }) => row);
}
