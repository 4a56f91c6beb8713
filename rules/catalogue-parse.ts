/** Strict reading of a catalogue: an unknown field or word refuses the whole, so that a slip never goes live. */
import { COLOURS, type Colour } from '#domain/colour.ts';
import {
  type Catalogue,
  DEFAULT_SETTINGS,
  type LevelSpec,
  type LimitSpec,
  type LimitTerm,
  type Rule,
  type Settings,
  SIGNALS,
  sortLevels,
  type SystemRule,
} from './catalogue.ts';

export type ParsedCatalogue =
  | { readonly ok: true; readonly catalogue: Catalogue }
  | { readonly ok: false; readonly error: string };

/** Reads `raw` (`{format: 1, settings?, rules, system}`); never throws, the error names the place. */
export function parseCatalogue(raw: unknown, revision: string): ParsedCatalogue {
  try {
    return { ok: true, catalogue: catalogueOf(raw, revision) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, error: error.message };
    throw error;
  }
}

class Refused extends Error {}

type Fields = Readonly<Record<string, unknown>>;

function catalogueOf(raw: unknown, revision: string): Catalogue {
  const top = fields(raw, 'catalogue', ['format', 'settings', 'rules', 'system']);
  if (top['format'] !== 1) throw new Refused('catalogue.format: only 1 is known');
  const rules = list(top['rules'], 'rules').map((rule, at) => ruleOf(rule, `rules[${at}]`));
  const system = list(top['system'], 'system').map((rule, at) => systemRuleOf(rule, `system[${at}]`));
  unique(rules.map((rule) => rule.id));
  unique(system.map((rule) => rule.name));
  return {
    revision,
    settings: settingsOf(top['settings']),
    rules,
    system: new Map(system.map((rule) => [rule.name, rule])),
  };
}

const RULE_FIELDS = ['id', 'version', 'binds', 'signal', 'side', 'unit', 'levels'];
/** For people only; the tests run the examples. */
const RULE_TEXTS = [
  'name',
  'source',
  'confidence',
  'cause',
  'consequence',
  'response',
  'timeToRespondMs',
  'examples',
];

function ruleOf(raw: unknown, where: string): Rule {
  const rule = fields(raw, where, [...RULE_FIELDS, ...RULE_TEXTS]);
  const binds = fields(rule['binds'], `${where}.binds`, ['quantities', 'kinds']);
  const signal = word(SIGNALS, rule['signal'], `${where}.signal`);
  const levels = list(rule['levels'], `${where}.levels`).map((level, at) =>
    levelOf(level, `${where}.levels[${at}]`, signal !== 'value'),
  );
  if (levels.length === 0) throw new Refused(`${where}.levels: none`);
  unique(levels.map((level) => level.name));
  return {
    id: text(rule['id'], `${where}.id`),
    version: atLeast(1, rule['version'], `${where}.version`),
    quantities: list(binds['quantities'], `${where}.binds.quantities`).map((id) => text(id, where)),
    kinds:
      binds['kinds'] === 'any'
        ? null
        : list(binds['kinds'], `${where}.binds.kinds`).map((id) => text(id, where)),
    signal,
    side: word(['high', 'low'] as const, rule['side'], `${where}.side`),
    unit: text(rule['unit'], `${where}.unit`),
    levels: sortLevels(levels),
  };
}

const LEVEL_FIELDS = ['name', 'colour', 'limit', 'deadband', 'onDelayMs', 'offDelayMs', 'windowMs', 'latch'];

function levelOf(raw: unknown, where: string, windowed: boolean): LevelSpec {
  const level = fields(raw, where, LEVEL_FIELDS);
  const windowMs = windowed ? atLeast(1, level['windowMs'], `${where}.windowMs`) : 0;
  if (!windowed && level['windowMs'] !== undefined)
    throw new Refused(`${where}.windowMs: not for a plain value`);
  return {
    name: text(level['name'], `${where}.name`),
    colour: colour(level['colour'], `${where}.colour`),
    limit: limitOf(level['limit'], `${where}.limit`),
    deadband: atLeast(0, level['deadband'] ?? 0, `${where}.deadband`),
    onDelayMs: atLeast(0, level['onDelayMs'] ?? 0, `${where}.onDelayMs`),
    offDelayMs: atLeast(0, level['offDelayMs'] ?? 0, `${where}.offDelayMs`),
    windowMs,
    latch: flag(level['latch'] ?? false, `${where}.latch`),
  };
}

function limitOf(raw: unknown, where: string): LimitSpec {
  if (!Array.isArray(raw)) return finite(raw, where);
  return raw.map((term: unknown, at): LimitTerm => {
    if (typeof term === 'number') return finite(term, `${where}[${at}]`);
    const part = fields(term, `${where}[${at}]`, ['attribute', 'times', 'otherwise']);
    return {
      attribute: text(part['attribute'], `${where}[${at}].attribute`),
      times: finite(part['times'] ?? 1, `${where}[${at}].times`),
      otherwise:
        part['otherwise'] === undefined ? null : finite(part['otherwise'], `${where}[${at}].otherwise`),
    };
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

function settingsOf(raw: unknown): Settings {
  if (raw === undefined) return DEFAULT_SETTINGS;
  const where = 'settings';
  const given = fields(raw, where, Object.keys(DEFAULT_SETTINGS));
  const number = (name: keyof Settings): number =>
    atLeast(1, given[name] ?? DEFAULT_SETTINGS[name], `${where}.${name}`);
  const hue = (name: keyof Settings): Colour =>
    colour(given[name] ?? DEFAULT_SETTINGS[name], `${where}.${name}`);
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
    overRangeColours: Object.fromEntries(
      overRange.map(([quantity, value]) => [quantity, colour(value, `${where}.overRangeColours`)]),
    ),
  };
}

/** `known` null = any field. */
function fields(raw: unknown, where: string, known: readonly string[] | null): Fields {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw))
    throw new Refused(`${where}: not an object`);
  const entries = Object.entries(raw);
  const stranger = known === null ? undefined : entries.find(([name]) => !known.includes(name));
  if (stranger !== undefined) throw new Refused(`${where}.${stranger[0]}: unknown field`);
  return Object.fromEntries(entries);
}

function list(raw: unknown, where: string): readonly unknown[] {
  if (!Array.isArray(raw)) throw new Refused(`${where}: not a list`);
  return raw;
}

function text(raw: unknown, where: string): string {
  if (typeof raw !== 'string' || raw === '') throw new Refused(`${where}: not a text`);
  return raw;
}

function finite(raw: unknown, where: string): number {
  if (typeof raw !== 'number' || !Number.isFinite(raw)) throw new Refused(`${where}: not a number`);
  return raw;
}

function atLeast(least: number, raw: unknown, where: string): number {
  const value = finite(raw, where);
  if (value < least) throw new Refused(`${where}: below ${least}`);
  return value;
}

function flag(raw: unknown, where: string): boolean {
  if (typeof raw !== 'boolean') throw new Refused(`${where}: not true or false`);
  return raw;
}

function word<T extends string>(allowed: readonly T[], raw: unknown, where: string): T {
  const found = allowed.find((candidate) => candidate === raw);
  if (found === undefined) throw new Refused(`${where}: none of ${allowed.join(', ')}`);
  return found;
}

const colour = (raw: unknown, where: string): Colour => word(COLOURS, raw, where);

function unique(names: readonly string[]): void {
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new Refused(`${twice}: stands twice`);
}
