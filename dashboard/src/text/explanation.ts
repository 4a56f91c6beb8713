/** The server sends codes and parameters; here they become sentences. An unknown code stays legible: code and values. */
import type { Explanation } from '#domain/alarm.ts';
import type { Locale } from './clock.ts';
import { clockTime, spanText } from './clock.ts';
import { writtenNumber, writtenUnit, writtenValue } from './unit.ts';

export type Translate = (key: string, values: Record<string, string>) => string;
export type Knows = (key: string) => boolean;

/** Text of an explanation. Values are written for people first: numbers rounded, units, times, durations. */
export function explain(
  explanation: Explanation,
  locale: Locale,
  words: { translate: Translate; knows: Knows; name(kind: string, id: string): string | null },
): string {
  const values = writtenParams(explanation, locale, words.name);
  const key = `explanation.${codeTold(explanation)}`;
  const delayed = Number(explanation.params['onDelayMs'] ?? 0) > 0;
  if (delayed && words.knows(`${key}-delayed`)) return words.translate(`${key}-delayed`, values);
  const ofAll = `${key}-addresses`;
  if (explanation.params['subject'] === 'addresses' && words.knows(ofAll))
    return words.translate(ofAll, values) + details(explanation.code, values, locale);
  if (words.knows(key)) return words.translate(key, values) + details(explanation.code, values, locale);
  const list = Object.entries(values).map(([name, value]) => `${name} = ${value}`);
  const separator = locale === 'zh-CN' ? '，' : ', ';
  return list.length === 0 ? explanation.code : `${explanation.code}: ${list.join(separator)}`;
}

/** A level that was the highest by itself was lifted by nothing: it is told without. */
function codeTold({ code, params }: Explanation): string {
  return params['ownColour'] === params['colour'] ? code.replace(/-promoted$/, '') : code;
}

/** Parameters that every text uses or that say nothing to people. */
const TOLD: readonly string[] = ['rule', 'subject', 'owner', 'colour'];

/** A fault of the platform is told with all that was seen of it: file, position, size. */
function details(code: string, values: Record<string, string>, locale: Locale): string {
  const seen = Object.entries(values).filter(([name, value]) => !TOLD.includes(name) && value !== '');
  if (!code.startsWith('system.') || seen.length === 0) return '';
  const list = seen.map(([name, value]) => `${name} = ${value}`).join(', ');
  return locale === 'zh-CN' ? `（${list}）` : ` (${list})`;
}

function writtenParams(
  explanation: Explanation,
  locale: Locale,
  nameOf: (kind: string, id: string) => string | null,
): Record<string, string> {
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(explanation.params)) {
    written[name] = writtenParam(name, value, locale, nameOf);
  }
  const { unit } = explanation.params;
  for (const name of ['value', 'limit', 'clearsAt']) {
    const value = explanation.params[name];
    if (typeof value === 'number')
      written[name] = writtenValue(value, typeof unit === 'string' ? unit : null, 3);
  }
  return written;
}

function writtenParam(
  name: string,
  value: string | number | boolean | null,
  locale: Locale,
  nameOf: (kind: string, id: string) => string | null,
): string {
  if (value === null) return '—';
  if (typeof value === 'boolean') return value ? '✓' : '✗';
  if (typeof value === 'string')
    return /unit$/i.test(name) ? writtenUnit(value) : (nameOf(name, value) ?? value);
  if (/(At|since|until|from|to)$/.test(name) && value > 1e11) return clockTime(value);
  if (name.endsWith('Ms')) return spanText(Math.abs(value), locale);
  return writtenNumber(value, 3);
}
