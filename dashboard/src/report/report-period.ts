/** Days, weeks and months as a report has them: whole ones of the city's calendar. Pure. */
import type { Timestamp } from '#domain/time.ts';

export const SPANS = ['day', 'week', 'month'] as const;
export type Span = (typeof SPANS)[number];
export type ReportPeriod = { readonly span: Span; readonly from: Timestamp; readonly to: Timestamp };

const DAY_MS = 86_400_000;
/** The city keeps one offset all year. */
const OFFSET_MS = 8 * 3_600_000;

/** The whole day, week (from Monday) or calendar month in which the day lies; `day` as `2026-11-28`. */
export function periodOf(span: Span, day: string): ReportPeriod {
  const at = midnight(day);
  if (span === 'day') return { span, from: at, to: at + DAY_MS };
  const local = new Date(at + OFFSET_MS);
  if (span === 'week') {
    const from = at - ((local.getUTCDay() + 6) % 7) * DAY_MS;
    return { span, from, to: from + 7 * DAY_MS };
  }
  const [year, month] = [local.getUTCFullYear(), local.getUTCMonth()];
  return { span, from: Date.UTC(year, month, 1) - OFFSET_MS, to: Date.UTC(year, month + 1, 1) - OFFSET_MS };
}

/** The day before the period, or the first after it: what lies next to it. */
export const dayBeside = ({ from, to }: ReportPeriod, step: -1 | 1): string =>
  dayOf(step < 0 ? from - DAY_MS : to);

/** The city's day of a moment. */
export const dayOf = (at: Timestamp): string => new Date(at + OFFSET_MS).toISOString().slice(0, 10);

function midnight(day: string): Timestamp {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  return Number.isFinite(at) ? at - OFFSET_MS : Number.NaN;
}
