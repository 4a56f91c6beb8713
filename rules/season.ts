/** Parts of the year by the local date of Heze (Asia/Shanghai, UTC+8 without summer time since 1991). Settings data. */
import type { Timestamp } from '#domain/time.ts';

/** First and last day, both included, each as month x 100 + day; a season may span the turn of the year. */
export type Season = { readonly from: number; readonly to: number };

/** When a level is in force; `inside` false = outside the season. */
export type SeasonWindow = Season & { readonly inside: boolean };

const CHINA_MS = 8 * 3_600_000;

/** Whether a level with this window is in force at `at`. */
export function isInForce(window: SeasonWindow, at: Timestamp): boolean {
  const local = new Date(at + CHINA_MS);
  const day = (local.getUTCMonth() + 1) * 100 + local.getUTCDate();
  const { from, to } = window;
  const inSeason = from <= to ? day >= from && day <= to : day >= from || day <= to;
  return inSeason === window.inside;
}

/** `11-15` as 1115; null when it is no date. */
export function monthDay(text: string): number | null {
  const parts = /^(\d\d)-(\d\d)$/.exec(text);
  if (parts === null) return null;
  const [month, day] = [Number(parts[1]), Number(parts[2])];
  // 2024 is a leap year: 29 February is a day.
  const date = new Date(Date.UTC(2024, month - 1, day));
  return date.getUTCMonth() + 1 === month && date.getUTCDate() === day ? month * 100 + day : null;
}
