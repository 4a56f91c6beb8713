/**
 * A rule across points rings at one of them, its anchor, which need not be among those that decided. What it decided by
 * stands in its explanation (`which`); with the rule's own terms that becomes names, values and units.
 */
import type { Explanation } from '#domain/alarm.ts';
import { isJoined } from '#domain/judged.ts';
import type { Attributes } from '#domain/registry.ts';
import { convert } from '#domain/units.ts';
import { isRecord } from '../api/http.ts';
import { spanText, type Locale } from './clock.ts';
import { writtenValue } from './unit.ts';

/** What a point contributed: a value of its own, or a change over a window. */
export type Operand = {
  readonly point: string;
  readonly value: number;
  readonly unit: string | null;
  readonly signal: string;
  readonly windowMs: number;
};

/** What is known of a point; unit and quantity are null until it has been read. */
export type OperandPoint = {
  readonly unit: string | null;
  readonly quantity: string | null;
  readonly attributes?: Attributes | undefined;
};

/** An operand with the names it goes by. */
export type NamedOperand = Operand & { readonly name: string; readonly facility: string | null };

type Term = {
  readonly quantities: readonly unknown[] | null;
  readonly unit: string | null;
  readonly signal: string;
  readonly windowMs: number;
};

/** In the order of the explanation. `rule` = the rule as the catalogue has it, undefined while unknown. */
export function operandsOf(
  explanation: Explanation,
  rule: unknown,
  factsOf: (point: string) => OperandPoint,
): Operand[] {
  const { code, params } = explanation;
  const which = params['which'];
  if (!isJoined({ explanation }) || typeof which !== 'string' || which === '') return [];
  const told = which.split(', ').flatMap((one) => {
    const at = one.lastIndexOf(' = ');
    const value = Number(one.slice(at + 3));
    return at < 1 || !Number.isFinite(value) ? [] : [{ point: one.slice(0, at), value }];
  });
  const terms = termsOf(code, isRecord(rule) ? rule : {});
  return told.map(({ point, value }, at) => {
    const facts = factsOf(point);
    const term = (told.length === terms.length ? terms[at] : undefined) ?? termFor(terms, facts.quantity);
    return { point, ...inUnit(value, term, facts), signal: term.signal, windowMs: term.windowMs };
  });
}

const PLAIN: Term = { quantities: null, unit: null, signal: 'value', windowMs: 0 };

const termFor = (terms: readonly Term[], quantity: string | null): Term =>
  terms.find(({ quantities }) => quantity !== null && quantities?.includes(quantity) === true) ??
  terms.find(({ quantities }) => quantities === null) ??
  PLAIN;

/** What each part of the rule looks at; `unit` null = the explanation tells it in the point's own. */
function termsOf(code: string, rule: Readonly<Record<string, unknown>>): Term[] {
  const listed = (given: unknown): readonly unknown[] => (Array.isArray(given) ? given : []);
  if (code === 'composite') return [rule, ...listed(rule['parts'])].map((part) => termOf(part, 'unit'));
  if (code.startsWith('relation-')) return [{ ...PLAIN, unit: textOf(rule['in']) }];
  return [rule['when'], ...listed(rule['and'])].map((part) => termOf(part, null));
}

function termOf(given: unknown, unitFrom: 'unit' | null): Term {
  const part = isRecord(given) ? given : {};
  const { quantities, signal, windowMs } = part;
  const own = textOf(signal) ?? 'value';
  return {
    quantities: Array.isArray(quantities) ? quantities : null,
    unit: own.endsWith('-percent') ? '%' : unitFrom === null ? null : textOf(part[unitFrom]),
    signal: own,
    windowMs: typeof windowMs === 'number' ? windowMs : 0,
  };
}

const textOf = (given: unknown): string | null => (typeof given === 'string' ? given : null);

/** A value of its own is shown as its point tells it: a rule that reckons in kelvin reads in degrees Celsius. */
function inUnit(
  value: number,
  { unit, signal }: Term,
  facts: OperandPoint,
): { value: number; unit: string | null } {
  if (unit === null) return { value, unit: facts.unit };
  if (signal !== 'value' || facts.unit === null || facts.quantity === null) return { value, unit };
  const own = convert(value, unit, facts.unit, facts.quantity, facts.attributes);
  return own === null ? { value, unit } : { value: Number(own.toPrecision(4)), unit: facts.unit };
}

/** `氨 28.2 mg/m³`, `甲烷 1 小时内上升 1 %`. */
export function operandText(
  { name, facility, value, unit, signal, windowMs }: NamedOperand,
  locale: Locale,
  translate: (key: string, values: Record<string, string>) => string,
): string {
  const place = facility === null ? '' : `${facility} `;
  return translate(`operand.${signal.replace('-percent', '')}`, {
    name: `${place}${name}`,
    window: spanText(windowMs, locale),
    value: writtenValue(value, unit, 3, locale),
  });
}

/** Each text once, with how many there are where not all are named. */
export function operandList(
  operands: readonly NamedOperand[],
  { params }: Explanation,
  locale: Locale,
  translate: (key: string, values: Record<string, string>) => string,
): string {
  const texts = [...new Set(operands.map((one) => operandText(one, locale, translate)))];
  const list = texts.join(locale === 'en' ? ', ' : '、');
  const count = Number(params['count'] ?? 0);
  return count > operands.length ? translate('operand.more', { list, count: String(count) }) : list;
}
