/** Reading of rules on one point: limits and due dates, and what all kinds of rules share. */
import { BODY_LEVELS_MAX, isDeeperThan } from '#domain/depth.ts';
import {
  type DueDateRule,
  type LevelSpec,
  type LimitRule,
  type LimitSpec,
  type LimitTerm,
  type Rule,
  type Settings,
  SIGNALS,
  sortLevels,
} from './catalogue.ts';
import {
  atLeast,
  colour,
  type Fields,
  fields,
  finite,
  flag,
  list,
  Refused,
  text,
  unique,
  word,
} from './catalogue-fields.ts';
import type { Debounce } from './debounce.ts';
import { checkRuleTexts, RULE_TEXTS } from './rule-texts.ts';
import type { SeasonWindow } from './season.ts';
import { parentsIn } from './suppression-rules.ts';

export type RuleReader = (raw: unknown, where: string, settings: Settings) => Rule;

const HEAD_FIELDS = ['id', 'version', 'kind', 'binds', 'levels', 'season', 'outsideSeason', 'suppressedBy'];

/** `kind` limit (or none): limits on the signal of one point. */
export function limitRuleOf(raw: unknown, where: string, settings: Settings): LimitRule {
  const rule = ruleFields(raw, where, ['signal', 'side', 'unit', 'promotes', 'interlock']);
  const signal = word(SIGNALS, rule['signal'], `${where}.signal`);
  const window = signal !== 'value';
  const levels = levelsOf(rule, where, settings, (level, at) => levelOf(level, at, window));
  const interlock = flag(rule['interlock'] ?? false, `${where}.interlock`);
  if (interlock && (levels.length !== 1 || levels[0]?.latch === true))
    throw new Refused(`${where}.levels: an interlock has one level, which does not latch`);
  return {
    kind: 'limit',
    ...headOf(rule, where, levels),
    signal,
    side: word(['high', 'low'] as const, rule['side'], `${where}.side`),
    unit: text(rule['unit'], `${where}.unit`),
    interlock,
    promotes: promotionOf(rule['promotes'], `${where}.promotes`),
  };
}

/** `kind` due-date: a date of the device, with levels that begin `beforeMs` before it. */
export function dueDateRuleOf(raw: unknown, where: string, settings: Settings): DueDateRule {
  const rule = ruleFields(raw, where, ['field']);
  const levels = levelsOf(rule, where, settings, (level, at) => {
    const given = fields(level, at, ['name', 'colour', 'beforeMs']);
    return { ...namedLevel(given, at), limit: atLeast(0, given['beforeMs'], `${at}.beforeMs`) };
  });
  if (levels.some(({ season }) => season !== null)) throw new Refused(`${where}: a date has no season`);
  const field = word(['calibrationDueAt'] as const, rule['field'], `${where}.field`);
  return { kind: 'due-date', ...headOf(rule, where, levels), field };
}

/** The fields of a rule: those all kinds share and `own`. */
export function ruleFields(raw: unknown, where: string, own: readonly string[]): Fields {
  if (isDeeperThan(raw, BODY_LEVELS_MAX))
    throw new Refused(`${where}: nested deeper than ${BODY_LEVELS_MAX} levels`, 'too-deep');
  const rule = fields(raw, where, [...HEAD_FIELDS, ...RULE_TEXTS, ...own]);
  checkRuleTexts(rule, where);
  return rule;
}

/** Id, version, binding and levels. */
export function headOf(rule: Fields, where: string, levels: readonly LevelSpec[]) {
  const binds = fields(rule['binds'], `${where}.binds`, ['quantities', 'kinds']);
  return {
    id: text(rule['id'], `${where}.id`),
    version: atLeast(1, rule['version'], `${where}.version`),
    quantities: textsOf(binds['quantities'], `${where}.binds.quantities`),
    kinds: binds['kinds'] === 'any' ? null : textsOf(binds['kinds'], `${where}.binds.kinds`),
    levels: sortLevels(levels),
    suppressedBy: parentsIn(rule, where),
  };
}

/** A list of texts. */
export const textsOf = (raw: unknown, where: string): string[] =>
  list(raw, where).map((id) => text(id, where));

/** Four colours, each with delays and seasons of its own. */
const LEVELS_MAX = 16;

/** The levels, each read by `read`, with the season of the rule where the level names none. */
export function levelsOf(
  rule: Fields,
  where: string,
  settings: Settings,
  read: (level: unknown, where: string) => LevelSpec,
): LevelSpec[] {
  const ofRule = seasonWindow(rule, where, settings);
  const given = list(rule['levels'], `${where}.levels`);
  if (given.length > LEVELS_MAX) throw new Refused(`${where}.levels: more than ${LEVELS_MAX}`, 'too-large');
  const levels = given.map((raw, at) => {
    const place = `${where}.levels[${at}]`;
    const { season, outsideSeason, ...rest } = fields(raw, place, null);
    const own = seasonWindow({ season, outsideSeason }, place, settings);
    return { ...read(rest, place), season: own ?? ofRule };
  });
  if (levels.length === 0) throw new Refused(`${where}.levels: none`);
  unique(levels.map((level) => level.name));
  return levels;
}

function seasonWindow(given: Fields, where: string, { seasons }: Settings): SeasonWindow | null {
  const { season, outsideSeason } = given;
  if (season === undefined && outsideSeason === undefined) return null;
  if (season !== undefined && outsideSeason !== undefined)
    throw new Refused(`${where}: season or outsideSeason, not both`);
  const inside = season !== undefined;
  const name = text(inside ? season : outsideSeason, `${where}.${inside ? 'season' : 'outsideSeason'}`);
  const known = Object.hasOwn(seasons, name) ? seasons[name] : undefined;
  if (known === undefined) throw new Refused(`${where}: no season ${name} in settings.seasons`);
  return { ...known, inside };
}

/** Name and colour of a level that has neither limit, delay nor latch yet. */
export const namedLevel = (level: Fields, where: string): LevelSpec => ({
  name: text(level['name'], `${where}.name`),
  colour: colour(level['colour'], `${where}.colour`),
  limit: 0,
  deadband: 0,
  onDelayMs: 0,
  offDelayMs: 0,
  windowMs: 0,
  latch: false,
  season: null,
  debounce: null,
});

/** Delays and latch of a level. */
export const delaysOf = (level: Fields, where: string) => ({
  onDelayMs: atLeast(0, level['onDelayMs'] ?? 0, `${where}.onDelayMs`),
  offDelayMs: atLeast(0, level['offDelayMs'] ?? 0, `${where}.offDelayMs`),
  latch: flag(level['latch'] ?? false, `${where}.latch`),
});

/** `debounce` of a level: samples in place of an on-delay. */
export function debounceOf(
  level: Fields,
  { onDelayMs }: { readonly onDelayMs: number },
  where: string,
): Debounce | null {
  if (level['debounce'] === undefined) return null;
  if (onDelayMs > 0) throw new Refused(`${where}: onDelayMs or debounce, not both`);
  const at = `${where}.debounce`;
  const given = fields(level['debounce'], at, ['windowMs', 'count', 'counting', 'tells']);
  const count = atLeast(2, given['count'], `${at}.count`);
  if (!Number.isInteger(count) || count > DEBOUNCE_MAX)
    throw new Refused(`${at}.count: not a whole number up to ${DEBOUNCE_MAX}`);
  return {
    windowMs: atLeast(1, given['windowMs'], `${at}.windowMs`),
    count,
    counting: word(['continuous', 'total'] as const, given['counting'], `${at}.counting`),
    tells: word(['first', 'last'] as const, given['tells'], `${at}.tells`),
  };
}

const DEBOUNCE_MAX = 1_000;
const LIMIT_FIELDS = ['limit', 'deadband', 'windowMs', 'debounce'];
const LEVEL_FIELDS = ['name', 'colour', 'onDelayMs', 'offDelayMs', 'latch', ...LIMIT_FIELDS];

function levelOf(raw: unknown, where: string, windowed: boolean): LevelSpec {
  const level = fields(raw, where, LEVEL_FIELDS);
  const delays = delaysOf(level, where);
  return {
    ...namedLevel(level, where),
    ...delays,
    debounce: debounceOf(level, delays, where),
    limit: limitOf(level['limit'], `${where}.limit`),
    deadband: atLeast(0, level['deadband'] ?? 0, `${where}.deadband`),
    windowMs: windowOf(level, where, windowed),
  };
}

/** The window of a signal that looks back; 0 for a plain value. */
export function windowOf(given: Fields, where: string, windowed: boolean): number {
  if (windowed) return atLeast(1, given['windowMs'], `${where}.windowMs`);
  if (given['windowMs'] !== undefined) throw new Refused(`${where}.windowMs: not for a plain value`);
  return 0;
}

/** A number, a sum with attributes, or a choice by an attribute. */
export function limitOf(raw: unknown, where: string): LimitSpec {
  if (Array.isArray(raw)) return raw.map((term: unknown, at) => termOf(term, `${where}[${at}]`));
  if (typeof raw === 'number') return finite(raw, where);
  if (typeof raw !== 'object') throw new Refused(`${where}: not a number`);
  const choice = fields(raw, where, ['ifTrue', 'yes', 'no']);
  return {
    ifTrue: text(choice['ifTrue'], `${where}.ifTrue`),
    yes: finite(choice['yes'], `${where}.yes`),
    no: finite(choice['no'], `${where}.no`),
  };
}

function termOf(raw: unknown, where: string): LimitTerm {
  if (typeof raw === 'number') return finite(raw, where);
  const part = fields(raw, where, ['attribute', 'times', 'otherwise']);
  return {
    attribute: text(part['attribute'], `${where}.attribute`),
    times: finite(part['times'] ?? 1, `${where}.times`),
    otherwise: part['otherwise'] === undefined ? null : finite(part['otherwise'], `${where}.otherwise`),
  };
}

/** What a rule lifts while it is active; null when it lifts nothing. */
export function promotionOf(raw: unknown, where: string): LimitRule['promotes'] {
  if (raw === undefined) return null;
  const given = fields(raw, where, ['rule', 'colours']);
  const colours = atLeast(1, given['colours'] ?? 1, `${where}.colours`);
  if (!Number.isInteger(colours)) throw new Refused(`${where}.colours: not a whole number`);
  return { rule: text(given['rule'], `${where}.rule`), colours };
}
