/** Reading of rules across several points, each kind in a form of its own. */
import { edgeKindOf } from '#domain/catalogue.ts';
import { colourRank } from '#domain/colour.ts';
import {
  type CombinedRule,
  type ConditionSpec,
  type CountRule,
  type LevelSpec,
  type PartSelector,
  type PartSpec,
  type RelationRule,
  type Settings,
  SIGNALS,
} from './catalogue.ts';
import { atLeast, colour, fields, finite, flag, list, Refused, text, word } from './catalogue-fields.ts';
import {
  delaysOf,
  headOf,
  levelsOf,
  limitOf,
  namedLevel,
  ruleFields,
  textsOf,
  windowOf,
} from './catalogue-rules.ts';

const DELAYED_LEVEL = ['name', 'colour', 'onDelayMs', 'offDelayMs', 'latch'];
const CONDITION = ['signal', 'side', 'unit', 'limit', 'deadband', 'windowMs', 'alarm'];
const SELECTOR = ['quantities', 'where'];

/** `kind` k-of-n: `among` facility, {withinM}, or {withinM, along: kinds of edges}; `atLeast` of the points or facilities meet `when`. */
export function countRuleOf(raw: unknown, where: string, settings: Settings): CountRule {
  const rule = ruleFields(raw, where, ['among', 'count', 'when', 'where']);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED_LEVEL, 'atLeast']);
    const limit = atLeast(1, given['atLeast'], `${at}.atLeast`);
    if (!Number.isInteger(limit)) throw new Refused(`${at}.atLeast: not a whole number`);
    return { ...namedLevel(given, at), ...delaysOf(given, at), limit };
  });
  const head = headOf(rule, where, levels);
  const selector = { quantities: head.quantities, where: whereOf(rule['where'], `${where}.where`) };
  return {
    kind: 'k-of-n',
    ...head,
    ...amongOf(rule['among'], `${where}.among`),
    count: word(['points', 'facilities'] as const, rule['count'], `${where}.count`),
    part: { ...selector, condition: conditionOf(rule['when'], `${where}.when`), paired: false },
  };
}

/**
 * `kind` combined: the anchor meets `when` while a point of each part of `and` meets its own condition. `kind` mismatch:
 * the same of one feedback (`when`) and one `command`, which belongs to it by device or by `pairBy`.
 */
export function combinedRuleOf(raw: unknown, where: string, settings: Settings): CombinedRule {
  const mismatch = fields(raw, where, null)['kind'] === 'mismatch';
  const rule = ruleFields(raw, where, ['when', 'where', 'pairBy', mismatch ? 'command' : 'and']);
  const head = headOf(rule, where, levelsOf(rule, where, settings, delayedLevel));
  const anchor: PartSpec = {
    quantities: head.quantities,
    where: whereOf(rule['where'], `${where}.where`),
    condition: conditionOf(rule['when'], `${where}.when`),
    paired: false,
  };
  const others = mismatch
    ? [{ ...partOf(rule['command'], `${where}.command`), paired: true }]
    : list(rule['and'], `${where}.and`).map((part, at) => partOf(part, `${where}.and[${at}]`));
  if (others.length === 0) throw new Refused(`${where}.and: none`);
  const pairBy = rule['pairBy'] === undefined ? null : text(rule['pairBy'], `${where}.pairBy`);
  return { kind: mismatch ? 'mismatch' : 'combined', ...head, pairBy, parts: [anchor, ...others] };
}

/** `kind` relation: a limit on the difference of two points, or on their ratio in per cent. */
export function relationRuleOf(raw: unknown, where: string, settings: Settings): RelationRule {
  const rule = ruleFields(raw, where, ['of', 'to', 'where', 'in', 'side']);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, [...DELAYED_LEVEL, 'limit', 'deadband']);
    const limit = finite(given['limit'], `${at}.limit`);
    const deadband = atLeast(0, given['deadband'] ?? 0, `${at}.deadband`);
    return { ...namedLevel(given, at), ...delaysOf(given, at), limit, deadband };
  });
  const head = headOf(rule, where, levels);
  const to = fields(rule['to'], `${where}.to`, SELECTOR);
  return {
    kind: 'relation',
    ...head,
    of: word(['difference', 'ratio'] as const, rule['of'], `${where}.of`),
    side: word(['high', 'low'] as const, rule['side'], `${where}.side`),
    in: text(rule['in'], `${where}.in`),
    anchor: { quantities: head.quantities, where: whereOf(rule['where'], `${where}.where`) },
    to: selectorOf(to, `${where}.to`),
  };
}

function delayedLevel(level: unknown, where: string): LevelSpec {
  const given = fields(level, where, DELAYED_LEVEL);
  return { ...namedLevel(given, where), ...delaysOf(given, where) };
}

function amongOf(raw: unknown, where: string): Pick<CountRule, 'withinM' | 'along'> {
  if (raw === 'facility') return { withinM: null, along: null };
  const given = fields(raw, where, ['withinM', 'along']);
  const withinM = atLeast(1, given['withinM'], `${where}.withinM`);
  if (given['along'] === undefined) return { withinM, along: null };
  const kinds = textsOf(given['along'], `${where}.along`);
  const unknown = kinds.find((kind) => edgeKindOf(kind) === undefined);
  if (unknown !== undefined) throw new Refused(`${where}.along: no kind of edge ${unknown}`);
  return { withinM, along: kinds };
}

function partOf(raw: unknown, where: string): PartSpec {
  const given = fields(raw, where, [...SELECTOR, ...CONDITION, 'paired']);
  const { quantities, where: only, paired, ...condition } = given;
  return {
    ...selectorOf({ quantities, where: only }, where),
    condition: conditionOf(condition, where),
    paired: flag(paired ?? false, `${where}.paired`),
  };
}

/** Quantities and attribute of a part. */
export const selectorOf = (given: Readonly<Record<string, unknown>>, where: string): PartSelector => ({
  quantities: textsOf(given['quantities'], `${where}.quantities`),
  where: whereOf(given['where'], `${where}.where`),
});

/** The attribute a part asks for; null when it asks for none. */
export function whereOf(raw: unknown, where: string): PartSelector['where'] {
  if (raw === undefined) return null;
  const given = fields(raw, where, ['attribute', 'is']);
  return { attribute: text(given['attribute'], `${where}.attribute`), is: flag(given['is'], `${where}.is`) };
}

function conditionOf(raw: unknown, where: string): ConditionSpec {
  const given = fields(raw, where, CONDITION);
  if (given['alarm'] !== undefined) {
    if (Object.values(given).filter((value) => value !== undefined).length > 1)
      throw new Refused(`${where}: an alarm or a limit, not both`);
    return { kind: 'alarm', rank: colourRank(colour(given['alarm'], `${where}.alarm`)) };
  }
  const signal = word(SIGNALS, given['signal'] ?? 'value', `${where}.signal`);
  return {
    kind: 'limit',
    signal,
    side: word(['high', 'low'] as const, given['side'], `${where}.side`),
    unit: text(given['unit'], `${where}.unit`),
    limit: limitOf(given['limit'], `${where}.limit`),
    deadband: atLeast(0, given['deadband'] ?? 0, `${where}.deadband`),
    windowMs: windowOf(given, where, signal !== 'value'),
  };
}
