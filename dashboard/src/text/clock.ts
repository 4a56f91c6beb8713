/** Times on the console: 24 h, the city's own zone wherever the browser stands. */
import type { Timestamp } from '#domain/time.ts';

export type Locale = 'zh-CN' | 'en';
const ZONE = 'Asia/Shanghai';
const ZONE_OFFSET = '+08:00';

/** `16:52:07` */
export const clockTime = (at: Timestamp): string => part('en-GB', TIME, at);
/** `16:52` */
export const clockMinute = (at: Timestamp): string => part('en-GB', MINUTE, at);
/** `11月22日` or `22 Nov` */
export const dayText = (at: Timestamp, locale: Locale): string =>
  part(locale === 'en' ? 'en-GB' : locale, locale === 'en' ? DAY_EN : DAY, at);
/** `11月22日 周日` or `Sun, 22 Nov` */
export const dateText = (at: Timestamp, locale: Locale): string =>
  locale === 'en' ? part('en-GB', DATE, at) : `${part(locale, DAY, at)} ${part(locale, WEEKDAY, at)}`;

/** As a field for a time wants it, in the city's zone: `2026-11-22T16:50:00`. */
export function localText(at: Timestamp): string {
  const [day = '', month = '', year = ''] = part('en-GB', DIGITS, at).split('/');
  return `${year}-${month}-${day}T${clockTime(at)}`;
}

/** What such a field holds; null while it holds no time. The zone has no summer time. */
export function localTime(text: string): Timestamp | null {
  const at = Date.parse(`${text}${text.length === 16 ? ':00' : ''}${ZONE_OFFSET}`);
  return Number.isFinite(at) ? at : null;
}

/** A mark on the axis of time of a chart this wide: seconds below ten minutes, the day beyond two. */
export const axisTime = (at: Timestamp, spanMs: number, locale: Locale): string =>
  spanMs <= 600_000
    ? clockTime(at)
    : spanMs <= 2 * 86_400_000
      ? clockMinute(at)
      : `${dayText(at, locale)} ${clockMinute(at)}`;

/** The time alone today, otherwise with its day. */
export function momentText(at: Timestamp, now: Timestamp, locale: Locale): string {
  const time = clockTime(at);
  return sameDay(at, now) ? time : `${dayText(at, locale)} ${time}`;
}

/** `04:12`, from an hour on `1:04:12`, from two days on in hours (`51 h`); never negative. */
export function durationText(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const hours = Math.floor(total / 3600);
  if (hours >= 48) return `${hours} h`;
  const minutes = Math.floor((total % 3600) / 60);
  const tail = `${pad(minutes)}:${pad(total % 60)}`;
  return hours === 0 ? tail : `${hours}:${tail}`;
}

/** `8:52`: hours and minutes. */
export function workedText(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${pad(minutes % 60)}`;
}

/** How long ago, in whole units: `3 秒前`, `12 分钟前`, `5 小时前`; English in short. */
export function ageText(ms: number, locale: Locale): string {
  const { ms: size, zh, en } = UNITS.find((unit) => ms >= unit.ms) ?? SECOND;
  const count = Math.floor(ms / size);
  return locale === 'en' ? `${count} ${en} ago` : `${count} ${zh}前`;
}

/** A length of time in words, for texts: `4 秒`, `2 分钟`, `1.5 小时`, `3 天`. */
export function spanText(ms: number, locale: Locale): string {
  const exact = UNITS.find(({ ms: size }) => ms >= size && (ms * 10) % size === 0);
  const unit = exact ?? UNITS.find(({ ms: size }) => ms >= size * 2);
  const { ms: size, zh, en } = unit ?? SECOND;
  const count = Math.round((ms / size) * 10) / 10;
  return `${size === SECOND.ms ? Math.round(ms / size) : count} ${locale === 'en' ? en : zh}`;
}

const SECOND = { ms: 1_000, zh: '秒', en: 's' };
const UNITS = [
  { ms: 86_400_000, zh: '天', en: 'd' },
  { ms: 3_600_000, zh: '小时', en: 'h' },
  { ms: 60_000, zh: '分钟', en: 'min' },
  SECOND,
];
const TIME: Intl.DateTimeFormatOptions = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
};
const MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' };
const DAY: Intl.DateTimeFormatOptions = { month: 'long', day: 'numeric' };
const DAY_EN: Intl.DateTimeFormatOptions = { month: 'short', day: 'numeric' };
const DIGITS: Intl.DateTimeFormatOptions = { year: 'numeric', month: '2-digit', day: '2-digit' };
const WEEKDAY: Intl.DateTimeFormatOptions = { weekday: 'short' };
const DATE: Intl.DateTimeFormatOptions = { weekday: 'short', month: 'short', day: 'numeric' };
const FULL_DAY: Intl.DateTimeFormatOptions = { year: 'numeric', month: 'numeric', day: 'numeric' };

const formats = new Map<string, Intl.DateTimeFormat>();

function part(locale: string, options: Intl.DateTimeFormatOptions, at: Timestamp): string {
  const key = locale + Object.values(options).join('/') + Object.keys(options).join('/');
  let format = formats.get(key);
  if (format === undefined)
    formats.set(key, (format = new Intl.DateTimeFormat(locale, { ...options, timeZone: ZONE })));
  return format.format(at);
}

const sameDay = (a: Timestamp, b: Timestamp): boolean =>
  part('en-GB', FULL_DAY, a) === part('en-GB', FULL_DAY, b);
const pad = (n: number): string => String(n).padStart(2, '0');
