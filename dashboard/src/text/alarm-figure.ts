/** What the number beside an alarm is: a reading, a change, a sum, a time to go; and how it is written. */
import type { Alarm } from '#domain/alarm.ts';
import { isJoined } from '#domain/judged.ts';
import type { ShownValue } from '../store/alarm-value.ts';
import { spanText, type Locale } from './clock.ts';
import type { NamedOperand } from './operands.ts';
import { writtenNumber, writtenUnit, writtenValue } from './unit.ts';

export type FigureKind =
  | 'now'
  | 'rise'
  | 'fall'
  | 'sum'
  | 'mean'
  | 'rate'
  | 'eta'
  | 'lasting'
  | 'deviation'
  | 'relation'
  | 'joined';

export type Figure = {
  readonly kind: FigureKind;
  /** The number, with its sign or the name it needs; empty where there is none. */
  readonly value: string;
  readonly unit: string;
  /** What it is held against, as a value with its unit; empty where it is held against nothing. */
  readonly limit: string;
};

type Figured = Pick<Alarm, 'point' | 'value' | 'explanation'>;
type Words = {
  readonly locale: Locale;
  translate(key: string, values: Record<string, string>): string;
};

const MINUTE_MS = 60_000;

export function figureKind({ explanation }: Pick<Alarm, 'explanation'>): FigureKind {
  const { code } = explanation;
  const window = /^window-(rise|fall|sum|mean)/.exec(code)?.[1];
  if (window === 'rise' || window === 'fall' || window === 'sum' || window === 'mean') return window;
  if (code.startsWith('relation-')) return 'relation';
  if (isJoined({ explanation })) return 'joined';
  const trace = /^(rate|eta|frozen|deviation)-/.exec(code)?.[1];
  return trace === 'rate' || trace === 'eta' || trace === 'deviation'
    ? trace
    : trace === 'frozen'
      ? 'lasting'
      : 'now';
}

/** `pointUnit` = that of the alarm's own point, null while unknown. */
export function figureOf(alarm: Figured, shown: ShownValue, pointUnit: string | null, words: Words): Figure {
  const kind = figureKind(alarm);
  const { value, unit, limit } = shown;
  const written = (number: number | null, of = unit): string => writtenValue(number, of, 2, words.locale);
  const held = limit === null ? '' : written(limit);
  if (alarm.point === null && value === null) return { kind, value: '', unit: '', limit: held };
  const number = writtenNumber(value);
  const { locale } = words;
  if (kind === 'joined') return { kind, value: '', unit: '', limit: '' };
  if (kind === 'lasting') {
    const span = (minutes: number | null): string =>
      minutes === null ? '—' : spanText(minutes * MINUTE_MS, locale);
    return { kind, value: span(value), unit: '', limit: limit === null ? '' : span(limit) };
  }
  if (kind === 'eta') return { kind, ...timeToGo(alarm, value, pointUnit, words) };
  const windowMs = Number(alarm.explanation.params['windowMs'] ?? 0);
  const per = windowMs > 0 && kind !== 'rate' && kind !== 'now' ? `/${spanText(windowMs, locale)}` : '';
  return {
    kind,
    value: value === null ? number : `${signOf(kind, value)}${number}`,
    unit: `${writtenUnit(unit, locale)}${per}`,
    limit: held,
  };
}

/** Whole minutes: a slope does not know seconds. */
function timeToGo(
  { explanation }: Figured,
  minutes: number | null,
  unit: string | null,
  { locale, translate }: Words,
): Omit<Figure, 'kind'> {
  const target = explanation.params['target'];
  const limit =
    typeof target === 'number'
      ? translate('figure.until', { limit: writtenValue(target, unit, 2, locale) })
      : '';
  if (minutes === null) return { value: '—', unit: '', limit };
  const whole = Math.max(1, Math.round(minutes));
  const span = spanText(whole * MINUTE_MS, locale);
  return { value: translate('figure.about', { span }), unit: '', limit };
}

/** A change carries its direction; a fall that is none has no sign. */
const signOf = (kind: FigureKind, value: number): string =>
  value <= 0 ? '' : kind === 'rise' ? '+' : kind === 'fall' ? '−' : '';

/** Of a rule across points: the first operands in short, the alarm's own point first. */
export function joinedFigures(
  operands: readonly NamedOperand[],
  point: string | null,
  locale: Locale,
): { readonly value: string; readonly unit: string }[] {
  const own = (one: NamedOperand): number => (one.point === point ? 0 : 1);
  return operands
    .toSorted((a, b) => own(a) - own(b))
    .map(({ name, value, unit, signal, windowMs }) => {
      const kind = signal.startsWith('rise') ? 'rise' : signal.startsWith('fall') ? 'fall' : 'now';
      const per = windowMs > 0 ? `/${spanText(windowMs, locale)}` : '';
      return {
        value: `${name} ${signOf(kind, value)}${writtenNumber(value)}`,
        unit: `${writtenUnit(unit, locale)}${per}`,
      };
    });
}
