/**
 * Retention removes month files whose last millisecond is older than the kept time. The wall clock alone must not decide
 * that: a clock a year ahead would erase a year within a second. So the retention clock follows freely only while nothing
 * would be removed; when something would, it goes on by two minutes a call, towards `now`: at a call every five seconds a
 * wrong year takes days to do harm (and is a system alarm at once), and a month's pause of ours is made up in a day or two.
 */
import type { Holdings } from './holdings.ts';
import { monthOfHour, monthStartHour, type Month } from './month-files.ts';
import { dayOfHour, HOUR_MS, HOURS_PER_DAY, hourOf, newColumns } from './row-columns.ts';
import { heldAfterAll } from './open-hours.ts';

const STEP_MS = 120_000;
/** The clock is written with every sealing, and on its own when it has moved this far. */
const PERSIST_MS = HOUR_MS;

/** Moves the retention clock and removes what is past it. Throws an error of SQLite or of the file system. */
export function retain(holdings: Holdings, now: number, retentionMs: number): void {
  const { files } = holdings;
  const [oldest] = files.months();
  const before = holdings.retentionClock;
  if (oldest === undefined || oldest >= firstKept(now, retentionMs)) holdings.retentionClock = now;
  else holdings.retentionClock = Math.min(now, (before ?? startOf(files.months())) + STEP_MS);
  const removed = files.removeBefore(firstKept(holdings.retentionClock, retentionMs));
  if (removed > 0) forget(holdings);
  if (removed > 0 || before === null || Math.abs(holdings.retentionClock - before) >= PERSIST_MS)
    persist(holdings);
}

/** Writes clock and position, without rows. */
export function persist(holdings: Holdings): void {
  holdings.meta.commit({
    durableThrough: heldAfterAll(holdings.hours, holdings.writtenThrough),
    retentionClock: holdings.retentionClock,
    points: [],
    rows: newColumns(0),
  });
}

/** The month that holds the oldest time still kept. */
const firstKept = (clock: number, retentionMs: number): Month => monthOfHour(hourOf(clock - retentionMs));

/** Where a lost retention clock begins again: at the newest month there is. */
const startOf = (months: readonly Month[]): number => monthStartHour(months.at(-1) ?? 0) * HOUR_MS;

function forget(holdings: Holdings): void {
  const [oldest] = holdings.files.months();
  const firstDay = oldest === undefined ? Infinity : dayOfHour(monthStartHour(oldest));
  for (const day of holdings.pending.keys()) if (day < firstDay) holdings.pending.delete(day);
  const { gathering, shrinking } = holdings;
  if (gathering && gathering.day < firstDay) holdings.gathering = null;
  if (shrinking !== null && monthStartHour(shrinking) < firstDay * HOURS_PER_DAY) holdings.shrinking = null;
}
