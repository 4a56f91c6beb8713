/** Reading of composite rules: named points of a facility, and conditions over the names in CEL. */
import {
  type CompositeRule,
  type CompositePart,
  type LevelSpec,
  type Settings,
  SIGNALS,
} from '../catalogue.ts';
import { type Fields, fields, flag, list, Refused, text, unique, word } from '../catalogue-fields.ts';
import { selectorOf, whereOf } from '../catalogue-joins.ts';
import { delaysOf, headOf, levelsOf, namedLevel, ruleFields, windowOf } from '../catalogue-rules.ts';
import { type CelName, refusalOf } from './expression.ts';

const SIGNAL = ['as', 'unit', 'signal', 'windowMs'];
const LEVEL = ['name', 'colour', 'onDelayMs', 'offDelayMs', 'latch', 'when', 'until'];
const NAME = /^[a-z][A-Za-z0-9]{0,31}$/;

/** `kind` composite: a level is reached while `when` is true, and over when it is not, or when `until` is true. */
export function compositeRuleOf(raw: unknown, where: string, settings: Settings): CompositeRule {
  const rule = ruleFields(raw, where, [...SIGNAL, 'where', 'pairBy', 'parts']);
  const told = new Map<string, { when: string; until: string | null }>();
  const places = new Map<string, string>();
  const levels = levelsOf(rule, where, settings, (level, at): LevelSpec => {
    const given = fields(level, at, LEVEL);
    const until = given['until'] === undefined ? null : text(given['until'], `${at}.until`);
    const name = text(given['name'], `${at}.name`);
    told.set(name, { when: text(given['when'], `${at}.when`), until });
    places.set(name, at);
    return { ...namedLevel(given, at), ...delaysOf(given, at), limit: 1 };
  });
  const head = headOf(rule, where, levels);
  const anchor: CompositePart = {
    quantities: head.quantities,
    where: whereOf(rule['where'], `${where}.where`),
    ...signalOf(rule, where),
    of: 'own',
    paired: false,
  };
  const parts = [
    anchor,
    ...list(rule['parts'], `${where}.parts`).map((part, at) => partOf(part, `${where}.parts[${at}]`)),
  ];
  unique(parts.map(({ as }) => as));
  const names = parts.map(({ as, of }): CelName => ({ name: as, list: of === 'all' }));
  const conditions = head.levels.map(({ name }) => told.get(name) ?? { when: 'false', until: null });
  conditions.forEach(({ when, until }, at) => {
    for (const [field, condition] of [
      ['when', when],
      ['until', until],
    ] as const) {
      const refusal = condition === null ? null : refusalOf(condition, names);
      if (refusal !== null)
        throw new Refused(`${places.get(head.levels[at]?.name ?? '')}.${field}: ${refusal}`, 'bad-condition');
    }
  });
  const pairBy = rule['pairBy'] === undefined ? null : text(rule['pairBy'], `${where}.pairBy`);
  return { kind: 'composite', ...head, pairBy, parts, conditions };
}

function partOf(raw: unknown, where: string): CompositePart {
  const given = fields(raw, where, [...SIGNAL, 'quantities', 'where', 'of', 'paired']);
  const of = word(['own', 'first', 'all'] as const, given['of'] ?? 'first', `${where}.of`);
  if (of === 'own' && (given['quantities'] !== undefined || given['where'] !== undefined))
    throw new Refused(`${where}.of: own is the point of the rule itself`);
  const selector = of === 'own' ? { quantities: [], where: null } : selectorOf(given, where);
  return {
    ...selector,
    ...signalOf(given, where),
    of,
    paired: flag(given['paired'] ?? false, `${where}.paired`),
  };
}

function signalOf(given: Fields, where: string) {
  const as = text(given['as'], `${where}.as`);
  if (!NAME.test(as)) throw new Refused(`${where}.as: a name like flowOut`);
  const signal = word(SIGNALS, given['signal'] ?? 'value', `${where}.signal`);
  return {
    as,
    unit: text(given['unit'], `${where}.unit`),
    signal,
    windowMs: windowOf(given, where, signal !== 'value'),
  };
}
