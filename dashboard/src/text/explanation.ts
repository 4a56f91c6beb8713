/** The server sends codes and parameters; here they become sentences. An unknown code stays legible: code and values. */
import type { Explanation } from '#domain/alarm.ts';
import type { Locale } from './clock.ts';
import { clockTime, spanText } from './clock.ts';
import { operandList, type NamedOperand } from './operands.ts';
import { writtenNumber, writtenUnit, writtenValue } from './unit.ts';

export type Translate = (key: string, values: Record<string, string>) => string;
export type Knows = (key: string) => boolean;

export type ExplanationWords = {
  readonly translate: Translate;
  readonly knows: Knows;
  name(kind: string, id: string): string | null;
  /** What a rule across points decided by. */
  operands?(explanation: Explanation): readonly NamedOperand[];
  /** Name of what a point measures. */
  measure?(point: string): string;
  /** Unit of the alarm's own point; null while unknown. */
  readonly pointUnit?: string | null;
};

/** Text of an explanation. Values are written for people first: numbers rounded, units, times, durations. */
export function explain(explanation: Explanation, locale: Locale, words: ExplanationWords): string {
  const values = { ...writtenParams(explanation, locale, words), ...pointsTold(explanation, locale, words) };
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

/** Points by what they measure and told, never by their ids. */
function pointsTold(
  explanation: Explanation,
  locale: Locale,
  { operands, measure, translate }: ExplanationWords,
): Record<string, string> {
  const named = operands?.(explanation) ?? [];
  const told: Record<string, string> = {};
  if (named.length > 0) told['which'] = operandList(named, explanation, locale, translate);
  const { first } = explanation.params;
  if (measure !== undefined && typeof first === 'string' && first.includes('/'))
    told['first'] = [...new Set(first.split(', ').map(measure))].join(locale === 'en' ? ', ' : '、');
  return told;
}

/** Readings of the alarm's own point, whatever the unit of the value. */
const OF_POINT: readonly string[] = ['now', 'target', 'usual', 'at'];

function writtenParams(
  explanation: Explanation,
  locale: Locale,
  { name: nameOf, pointUnit }: ExplanationWords,
): Record<string, string> {
  const written: Record<string, string> = {};
  for (const [name, value] of Object.entries(explanation.params)) {
    written[name] =
      typeof value === 'number' && OF_POINT.includes(name) && pointUnit != null
        ? writtenValue(value, pointUnit, 3, locale)
        : writtenParam(name, value, locale, nameOf);
  }
  const { unit } = explanation.params;
  for (const name of ['value', 'limit', 'clearsAt']) {
    const value = explanation.params[name];
    if (typeof value !== 'number') continue;
    written[name] =
      unit === 'min' && value > 0
        ? spanText(value * 60_000, locale)
        : writtenValue(value, typeof unit === 'string' ? unit : null, 3, locale);
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
