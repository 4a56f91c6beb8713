/** What a gateway sent late, once judged, is told in one line; the alarms it brought stand behind it. */
import type { Backfill } from '#domain/backfill.ts';
import type { Notices } from './notices.ts';

/** Data that changed nothing is not told: the list of back-fills has it. */
export function noticeBackfill(notices: Notices, backfill: Backfill, now: number): void {
  const { gateway, added, changed, withdrawn } = backfill;
  if (added + changed + withdrawn === 0) return;
  const values = { gateway, added: String(added), changed: String(changed), withdrawn: String(withdrawn) };
  notices.add({ code: 'backfill', values, alarm: null, sticky: true, backfill }, now);
}
