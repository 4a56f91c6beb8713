/** Reads ISO 8601 times by hand: Date.parse takes too much, and a time without offset would mean our own zone. */
import type { Timestamp } from '#domain/time.ts';

/**
 * Epoch milliseconds of `YYYY-MM-DD(T| )hh:mm[:ss[.fraction]](Z|±hh:mm|±hhmm)`; further digits of a fraction are cut.
 * Null for anything else: no offset, no such day or hour.
 */
export function parseTimeText(text: string): Timestamp | null {
  if (text.length < 17 || text.length > 40) return null;
  if (text[4] !== '-' || text[7] !== '-' || text[13] !== ':') return null;
  if (text[10] !== 'T' && text[10] !== 't' && text[10] !== ' ') return null;
  const day = dayMs(digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2));
  const hour = digits(text, 11, 2);
  const minute = digits(text, 14, 2);
  if (day === null || hour < 0 || hour > 23 || minute < 0 || minute > 59) return null;
  let at = 16;
  let ms = 0;
  if (text[at] === ':') {
    const second = digits(text, at + 1, 2);
    if (second < 0 || second > 59) return null;
    ms = second * 1000;
    at += 3;
    if (text[at] === '.' || text[at] === ',') {
      const end = endOfDigits(text, at + 1);
      if (end === at + 1) return null;
      ms += Number(text.slice(at + 1, Math.min(end, at + 4)).padEnd(3, '0'));
      at = end;
    }
  }
  const offset = offsetMs(text, at);
  return offset === null ? null : day + hour * 3_600_000 + minute * 60_000 + ms - offset;
}

function dayMs(year: number, month: number, day: number): number | null {
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return null;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 ? date.getTime() : null;
}

function offsetMs(text: string, at: number): number | null {
  const sign = text[at];
  if (sign === 'Z' || sign === 'z') return text.length === at + 1 ? 0 : null;
  if (sign !== '+' && sign !== '-') return null;
  const colon = text[at + 3] === ':' ? 1 : 0;
  if (text.length !== at + 5 + colon) return null;
  const hours = digits(text, at + 1, 2);
  const minutes = digits(text, at + 3 + colon, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return null;
  return (sign === '-' ? -1 : 1) * (hours * 3_600_000 + minutes * 60_000);
}

/** The number written in `count` digits, or -1. */
function digits(text: string, from: number, count: number): number {
  let value = 0;
  for (let i = from; i < from + count; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1;
    value = value * 10 + digit;
  }
  return value;
}

function endOfDigits(text: string, from: number): number {
  let end = from;
  while (end < text.length && digits(text, end, 1) >= 0) end += 1;
  return end;
}
