/** How far stored history reaches, told from the month files alone. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Timestamp } from '#domain/time.ts';
import { HOUR_MS, HOURS_PER_DAY } from './row-columns.ts';

const NAME = /^data-\d{6}\.db$/;

/** One value each, so that each comes from the index. */
const sqlOf = (table: string): string =>
  `SELECT (SELECT min(t) FROM ${table}) AS first, (SELECT max(t) FROM ${table}) AS last`;

/** From the first sealed hour, or the first gathered day, to the end of the last; null when nothing is sealed yet. */
export function storedStretch(directory: string): { from: Timestamp; through: Timestamp } | null {
  const found: { from: Timestamp; through: Timestamp }[] = [];
  for (const name of readdirSync(directory).filter((one) => NAME.test(one))) {
    const database = new DatabaseSync(join(directory, name), { readOnly: true });
    try {
      for (const [table, spanMs] of [
        ['hour', HOUR_MS],
        ['day', HOUR_MS * HOURS_PER_DAY],
      ] as const) {
        const { first, last } = { ...database.prepare(sqlOf(table)).get() };
        if (typeof first !== 'number' || typeof last !== 'number') continue;
        found.push({ from: first * spanMs, through: (last + 1) * spanMs });
      }
    } finally {
      database.close();
    }
  }
  if (found.length === 0) return null;
  return {
    from: Math.min(...found.map(({ from }) => from)),
    through: Math.max(...found.map(({ through }) => through)),
  };
}
