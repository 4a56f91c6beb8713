/** Rules in the words of people: what one watches, when it rings, and how two contents differ. */
import { EDGE_KINDS } from '#domain/catalogue.ts';
import { COLOURS, type Colour } from '#domain/colour.ts';
import type { RuleDocument } from '#domain/rule-book.ts';
import { fits } from '#domain/rule-blank.ts';
import { kindOfRule, type FieldShape } from '#domain/rule-form.ts';
import { isRecord } from '../api/http.ts';
import { useDuty } from '../context.ts';
import { spanText } from '../text/clock.ts';
import { useText } from '../text/language.ts';
import { writtenNumber, writtenUnit } from '../text/unit.ts';
import type { FieldChange, PathStep } from './rule-difference.ts';

type Plain = Readonly<Record<string, unknown>>;

export function useRuleWords() {
  const duty = useDuty();
  const { t, coded, locale, level } = useText();
  const listed = (words: readonly string[]): string => words.join(locale.value === 'en' ? ', ' : '、');
  const called = (id: string): string => {
    if (id === 'any') return t('rules.anyQuantity');
    const edge = EDGE_KINDS.find((kind) => kind.id === id);
    return edge === undefined ? duty.names.called(id) : locale.value === 'en' ? edge.en : edge.zh;
  };
  const fieldName = (name: string): string => coded('ruleField', name);
  const wordOf = (name: string, word: string): string => {
    if (isColourName(word)) return level(word);
    const own = coded('ruleWord', `${name}-${word}`);
    return own === `${name}-${word}` ? coded('ruleWord', word) : own;
  };
  const words = { fieldName, wordOf, value, limit, levelText, ruleName, watches, place, change, called };
  return words;

  function ruleName(rule: Plain): string {
    const { name, id } = rule;
    const both = isRecord(name) ? name[locale.value === 'en' ? 'en' : 'zh'] : undefined;
    return typeof both === 'string' && both !== '' ? both : String(id);
  }

  function watches(rule: Plain): string {
    return (
      textsOf(isRecord(rule['binds']) ? rule['binds']['quantities'] : [])
        .map(called)
        .slice(0, SHOWN)
        .join(' ') + more(rule, 'quantities')
    );
  }
  function place(rule: Plain): string {
    const kinds = isRecord(rule['binds']) ? rule['binds']['kinds'] : [];
    return kinds === 'any'
      ? t('rules.anyKind')
      : listed(textsOf(kinds).slice(0, SHOWN).map(called)) + more(rule, 'kinds');
  }
  function more(rule: Plain, what: string): string {
    const count = textsOf(isRecord(rule['binds']) ? rule['binds'][what] : []).length;
    return count > SHOWN ? ` +${count - SHOWN}` : '';
  }

  /** One level in short: `≥ 4 %，5 分钟`. */
  function levelText(rule: Plain, one: Plain): string {
    const delay = Number(one['onDelayMs'] ?? 0);
    const parts = [reached(rule, one), ...(delay > 0 ? [t('rules.for', { span: span(delay) })] : [])];
    return parts.filter((part) => part !== '').join(locale.value === 'en' ? ', ' : '，');
  }
  function reached(rule: Plain, one: Plain): string {
    const side = rule['side'] === 'low' ? '≤' : '≥';
    const unit = writtenUnit(
      typeof rule['unit'] === 'string' ? rule['unit'] : typeof rule['in'] === 'string' ? rule['in'] : '',
    );
    switch (kindOfRule(rule)) {
      case 'limit': {
        const signal =
          rule['signal'] === 'value'
            ? ''
            : `${wordOf('signal', String(rule['signal']))}（${span(one['windowMs'])}）`;
        return `${signal} ${side} ${limit(one['limit'])} ${unit}`.trim();
      }
      case 'rate':
        return `${side} ${limit(one['limit'])} ${unit}/${String(rule['per'])}`;
      case 'relation':
        return `${wordOf('of', String(rule['of']))} ${side} ${limit(one['limit'])} ${unit}`;
      case 'deviation':
        return t('rules.sigma', { n: limit(one['limit']) });
      case 'eta':
        return t('rules.within', { span: span(one['withinMs']) });
      case 'frozen':
        return t('rules.after', { span: span(one['afterMs']) });
      case 'due-date':
        return Number(one['beforeMs'] ?? 0) === 0
          ? t('rules.whenDue')
          : t('rules.before', { span: span(one['beforeMs']) });
      case 'k-of-n':
        return t('rules.atLeast', { n: limit(one['atLeast']) });
      case 'composite':
        return String(one['when'] ?? '');
      default:
        return t('rules.together');
    }
  }
  function span(ms: unknown): string {
    const length = Number(ms ?? 0);
    return length === 0 ? t('rules.atOnce') : spanText(length, locale.value);
  }

  /** A limit in any of its forms. */
  function limit(given: unknown): string {
    if (typeof given === 'number') return writtenNumber(given, 4);
    if (Array.isArray(given)) return given.map(limit).join(' + ').replaceAll('+ -', '- ');
    if (!isRecord(given)) return String(given ?? '—');
    if ('ifTrue' in given)
      return t('rules.choice', {
        attribute: coded('ruleAttribute', String(given['ifTrue'])),
        yes: limit(given['yes']),
        no: limit(given['no']),
      });
    const times = Number(given['times'] ?? 1);
    return (
      (times === 1 ? '' : times === -1 ? '-' : `${writtenNumber(times, 4)} × `) +
      coded('ruleAttribute', String(given['attribute']))
    );
  }

  /** A field's value in words; `name` is the field's. */
  function value(shape: FieldShape | null, given: unknown, name: string): string {
    if (given === undefined || given === null) return t('rules.none');
    if (shape === null) return typeof given === 'string' ? coded('ruleKind', given) : JSON.stringify(given);
    switch (shape.is) {
      case 'span':
        return span(given);
      case 'number':
        return writtenNumber(Number(given), 4);
      case 'flag':
        return t(given === true ? 'rules.yes' : 'rules.no');
      case 'word':
        return wordOf(name, String(given));
      case 'many':
        return given === 'any' ? t('rules.anyKind') : listed(textsOf(given).map(called));
      case 'one':
        return shape.from === 'units'
          ? writtenUnit(String(given)) || '1'
          : shape.from === 'rules'
            ? (duty.names.byParam('rule', String(given)) ?? String(given))
            : coded('ruleSeason', String(given));
      case 'both':
        return isRecord(given) ? `${String(given['zh'])} / ${String(given['en'])}` : '';
      case 'list':
        return Array.isArray(given) ? listed(given.map((item) => value(shape.of, item, name))) : '';
      case 'either': {
        const way = shape.ways.find((one) => fits(one.shape, given));
        return name === 'limit' || name === 'target' ? limit(given) : value(way?.shape ?? null, given, name);
      }
      case 'group':
        return isRecord(given)
          ? shape.fields
              .filter((one) => given[one.name] !== undefined)
              .map((one) => `${fieldName(one.name)} ${value(one.shape, given[one.name], one.name)}`)
              .join(locale.value === 'en' ? '; ' : '；')
          : '';
      default:
        return textOf(name, String(given));
    }
  }

  /** A text that names something: an attribute of the registry, a level, how sure the source is. */
  function textOf(name: string, given: string): string {
    if (ATTRIBUTE_FIELDS.has(name)) return coded('ruleAttribute', given);
    if (name === 'name') return coded('limit', given);
    if (name !== 'confidence') return given;
    return given
      .split('/')
      .map((mark) => coded('ruleConfidence', mark))
      .join(' / ');
  }

  /** Where a change stands: `级别 80%LEL · 限值`. */
  function change({ path, shape, before, after }: FieldChange): {
    readonly where: string;
    readonly before: string;
    readonly after: string;
  } {
    const where = path
      .map((step: PathStep) => ('field' in step ? fieldName(step.field) : `“${coded('limit', step.item)}”`))
      .join(' · ');
    const last = path.findLast((step) => 'field' in step);
    const name = last !== undefined && 'field' in last ? last.field : '';
    return { where, before: value(shape, before, name), after: value(shape, after, name) };
  }
}

/** Fields that hold the name of an attribute. */
const ATTRIBUTE_FIELDS: ReadonlySet<string> = new Set(['attribute', 'ifTrue', 'pairBy']);
/** Names shown before the rest is only counted. */
const SHOWN = 3;
export const isColourName = (word: unknown): word is Colour => COLOURS.some((one) => one === word);
export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
export const levelsOf = (rule: Plain): readonly Plain[] =>
  Array.isArray(rule['levels']) ? rule['levels'].filter(isRecord) : [];
export const quantitiesOf = (rule: RuleDocument): string[] =>
  textsOf(isRecord(rule['binds']) ? rule['binds']['quantities'] : []);
export const kindsOf = (rule: RuleDocument): string[] | null => {
  const kinds = isRecord(rule['binds']) ? rule['binds']['kinds'] : [];
  return kinds === 'any' ? null : textsOf(kinds);
};
