/** Strict reading of a catalogue: an unknown field or word refuses the whole, so that a slip never goes live. */
import { COLOURS, type Colour } from '#domain/colour.ts';
import { type Catalogue, DEFAULT_SETTINGS, type Rule, type Settings, type SystemRule } from './catalogue.ts';
import {
  atLeast,
  colour,
  type FaultCode,
  type Fields,
  fields,
  flag,
  list,
  Refused,
  text,
  unique,
  word,
} from './catalogue-fields.ts';
import { countRuleOf, combinedRuleOf, relationRuleOf } from './catalogue-joins.ts';
import { compositeRuleOf } from './composite/composite-parse.ts';
import { dueDateRuleOf, limitRuleOf, type RuleReader } from './catalogue-rules.ts';
import { monthDay, type Season } from './season.ts';
import { suppressionOfRules } from './suppression-rules.ts';
import { deviationRuleOf, etaRuleOf, frozenRuleOf, rateRuleOf } from './traces/trace-parse.ts';

export type ParsedCatalogue =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly error: string; readonly code: FaultCode };

/** Reads `raw` (`{format: 1, settings?, rules, system}`); never throws, the error names the place. */
export function parseCatalogue(raw: unknown, revision: string): ParsedCatalogue {
  try {
    return { ok: true, catalogue: catalogueOf(raw, revision) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.message, code: error.code };
    throw error;
  }
}

function catalogueOf(raw: unknown, revision: string): Catalogue {
  const top = fields(raw, 'catalogue', ['format', 'settings', 'rules', 'system']);
  if (top['format'] !== 1) throw new Refused('catalogue.format: only 1 is known');
  const settings = settingsOf(top['settings']);
  const rules = list(top['rules'], 'rules').map((rule, at) => ruleOf(rule, `rules[${at}]`, settings));
  const system = list(top['system'], 'system').map((rule, at) => systemRuleOf(rule, `system[${at}]`));
  unique(rules.map((rule) => rule.id));
  promotersKnow(rules);
  unique(system.map((rule) => rule.name));
  return {
    revision,
    settings,
    rules,
    system: new Map(system.map((rule) => [rule.name, rule])),
    suppression: suppressionOfRules(rules),
  };
}

const READERS = {
  limit: limitRuleOf,
  rate: rateRuleOf,
  eta: etaRuleOf,
  frozen: frozenRuleOf,
  deviation: deviationRuleOf,
  'due-date': dueDateRuleOf,
  'k-of-n': countRuleOf,
  combined: combinedRuleOf,
  mismatch: combinedRuleOf,
  relation: relationRuleOf,
  composite: compositeRuleOf,
} as const satisfies Record<Rule['kind'], RuleReader>;
const RULE_KINDS = Object.keys(READERS) as Rule['kind'][];

function ruleOf(raw: unknown, where: string, settings: Settings): Rule {
  const kind = word(RULE_KINDS, fields(raw, where, null)['kind'] ?? 'limit', `${where}.kind`);
  return READERS[kind](raw, where, settings);
}

/** A promotion names a rule of this catalogue; one that promotes itself would never come down. */
function promotersKnow(rules: readonly Rule[]): void {
  rules.forEach((rule, at) => {
    const promotes = 'promotes' in rule ? rule.promotes : null;
    if (promotes === null) return;
    const host = rules.find(({ id }) => id === promotes.rule);
    if (host?.kind !== 'limit' || host.id === rule.id)
      throw new Refused(`rules[${at}].promotes.rule: no other limit rule of this catalogue`);
  });
}

function systemRuleOf(raw: unknown, where: string): SystemRule {
  const rule = fields(raw, where, [
    'name',
    'version',
    'colour',
    'owner',
    'latch',
    'text',
    'cause',
    'response',
  ]);
  return {
    name: text(rule['name'], `${where}.name`),
    version: atLeast(1, rule['version'], `${where}.version`),
    colour: colour(rule['colour'], `${where}.colour`),
    owner: text(rule['owner'], `${where}.owner`),
    latch: flag(rule['latch'], `${where}.latch`),
  };
}

/** Nobody can answer for an alarm faster, or again and again more often, than this. */
const MINUTE = 60_000;

/** A time for some of the colours. */
function byColour(settings: Fields, name: keyof Settings): Partial<Record<Colour, number>> {
  const where = `settings.${name}`;
  const given = Object.entries(fields(settings[name] ?? {}, where, COLOURS));
  return Object.fromEntries(given.map(([hue, value]) => [hue, atLeast(MINUTE, value, `${where}.${hue}`)]));
}

function settingsOf(raw: unknown): Settings {
  if (raw === undefined) return DEFAULT_SETTINGS;
  const where = 'settings';
  const given = fields(raw, where, Object.keys(DEFAULT_SETTINGS));
  const number = (name: keyof Settings): number =>
    atLeast(1, given[name] ?? DEFAULT_SETTINGS[name], `${where}.${name}`);
  const hue = (name: keyof Settings): Colour =>
    colour(given[name] ?? DEFAULT_SETTINGS[name], `${where}.${name}`);
  const seasons = Object.entries(fields(given['seasons'] ?? {}, where, null));
  const overRange = Object.entries(fields(given['overRangeColours'] ?? {}, where, null));
  return {
    alwaysOnAbsentMs: number('alwaysOnAbsentMs'),
    sleepyIntervals: number('sleepyIntervals'),
    gatewayAbsentColour: hue('gatewayAbsentColour'),
    noDataIntervals: number('noDataIntervals'),
    noDataColour: hue('noDataColour'),
    sensorLostIntervals: number('sensorLostIntervals'),
    sensorLostColour: hue('sensorLostColour'),
    lateRingMs: number('lateRingMs'),
    reAlarmMs: byColour(given, 'reAlarmMs'),
    respondWithinMs: byColour(given, 'respondWithinMs'),
    overRangeColours: Object.fromEntries(
      overRange.map(([quantity, value]) => [quantity, colour(value, `${where}.overRangeColours`)]),
    ),
    seasons: Object.fromEntries(
      seasons.map(([name, value]) => [name, seasonOf(value, `${where}.seasons.${name}`)]),
    ),
  };
}

function seasonOf(raw: unknown, where: string): Season {
  const given = fields(raw, where, ['from', 'to']);
  const day = (name: string): number => {
    const found = monthDay(text(given[name], `${where}.${name}`));
    if (found === null) throw new Refused(`${where}.${name}: not a date like 11-15`);
    return found;
  };
  return { from: day('from'), to: day('to') };
}
