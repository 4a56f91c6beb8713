/** Rebuilds `meta.db`'s rows from the chunks when it is gone: newest chunks first, each point decoded about once. */
import type { Holdings } from './holdings.ts';
import { newestIndex, settleLatest } from './latest-values.ts';
import { copyRow, newColumns } from './row-columns.ts';
import { rowsOfParts, summaryOf } from './stored-chunks.ts';
import { heldAfterAll } from './open-hours.ts';

/** Finds the newest stored row of every point that is not of the future, and commits it to `meta.db`. */
export function rebuildLatest(holdings: Holdings): void {
  const { files, latest, damage } = holdings;
  const points = new Set<number>();
  for (const month of files.months().reverse()) {
    const file = files.existing(month);
    if (!file) continue;
    for (const table of ['hour', 'day'] as const)
      for (const { t, s: point, part: number } of file.keys(table)) {
        const key = { file, table, t, point };
        const part = file.partBelow(table, t, point, number + 1);
        const summary = part && summaryOf(key, part, damage);
        const known = latest.present[point] ? (latest.rows.time[point] ?? 0) : -Infinity;
        if (!part || !summary || summary.lastTime <= known) continue;
        const rows = rowsOfParts(key, [part], damage);
        const index = newestIndex(rows);
        if (index < 0 || (rows.time[index] ?? 0) <= known) continue;
        settleLatest(latest, point, rows, index);
        points.add(point);
      }
  }
  const rows = newColumns(points.size);
  for (const point of points) copyRow(latest.rows, point, rows);
  holdings.meta.commit({
    durableThrough: heldAfterAll(holdings.hours, holdings.writtenThrough),
    retentionClock: holdings.retentionClock,
    points: [...points],
    rows,
  });
}
