import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createI18n } from 'vue-i18n';
import { describe, expect, test } from 'vitest';
import { parseCatalogue } from '../../dashboard/src/api/catalogue.ts';
import { EDGE_KINDS, FACILITY_KINDS, QUANTITIES } from '#domain/catalogue.ts';
import { STEP_NAMES } from '#domain/contract/diagnostics.ts';
import { RAISED_RULES } from '#domain/raise.ts';
import { fits } from '#domain/rule-blank.ts';
import {
  type FieldShape,
  kindOfRule,
  RULE_TEXT_FIELDS,
  type RuleField,
  ruleFields,
} from '#domain/rule-form.ts';
import { REGISTRY_ERROR_CODES } from '#domain/registry-fields.ts';
import { REJECTION_REASONS } from '#domain/rejection.ts';
import { isRecord } from '../../dashboard/src/api/http.ts';
import { explain } from '../../dashboard/src/text/explanation.ts';
import { PROBLEMS } from '../../server/problems.ts';
import { RINGING_REASONS, SILENT_REASONS } from '../../rules/announce.ts';
import { INCIDENT_REASONS } from '../../rules/incidents/laws.ts';
import zh from '../../dashboard/src/text/zh-CN.json' with { type: 'json' };
import en from '../../dashboard/src/text/en.json' with { type: 'json' };

const ROOT = join(import.meta.dirname, '../..');
type Node = { readonly [key: string]: string | Node };

/** Every leaf as `a.b.c` -> text. */
function leaves(node: Node, path = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(node)) {
    const here = path === '' ? key : `${path}.${key}`;
    if (typeof value === 'string') found.set(here, value);
    else for (const [k, v] of leaves(value, here)) found.set(k, v);
  }
  return found;
}
const texts = { 'zh-CN': leaves(zh), en: leaves(en) };
const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': zh, en } });
const { t, te } = i18n.global;

/** All `.ts` and `.vue` sources of the console. */
function sources(folder = join(ROOT, 'dashboard/src')): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sources(path);
    return /\.(ts|vue)$/.test(entry.name) ? [readFileSync(path, 'utf8')] : [];
  });
}

describe('the two languages', () => {
  test.each(['zh-CN', 'en'])(
    '%s: no group of texts stands there twice, the second hiding the first',
    (language) => {
      const written = readFileSync(join(ROOT, `dashboard/src/text/${language}.json`), 'utf8');
      const groups = [...written.matchAll(/^ {2}"([^"]+)":/gm)].map(([, name]) => name);
      expect(groups.length).toBeGreaterThan(20);
      expect(groups).toEqual([...new Set(groups)]);
    },
  );

  test('have the same keys', () => {
    expect([...texts.en.keys()]).toEqual([...texts['zh-CN'].keys()]);
  });

  test('name the same values in every text', () => {
    const names = (text = '') => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort();
    for (const [key, text] of texts['zh-CN'])
      expect([key, names(texts.en.get(key))]).toEqual([key, names(text)]);
  });

  test.each(['zh-CN', 'en'] as const)('%s: every text can be written without an error', (locale) => {
    for (const [key, text] of texts[locale]) {
      const values = Object.fromEntries([...text.matchAll(/\{(\w+)\}/g)].map((m) => [m[1], '7']));
      const written = t(key, values, { locale });
      expect(written, key).not.toMatch(/[{}]/);
      expect(written, key).not.toBe(key);
    }
  });

  test('English has no Chinese in it, save the name of the other language', () => {
    for (const [key, text] of texts.en) {
      if (key !== 'header.otherLanguage') expect(text, key).not.toMatch(/[\u4e00-\u9fff]/);
    }
  });

  test('报警 is never called 预警', () => {
    for (const [key, text] of texts['zh-CN']) expect(text, key).not.toContain('预警');
  });

  test('every text that the console names exists', () => {
    for (const source of sources()) {
      for (const match of source.matchAll(/\bt\('([\w.-]+)'/g))
        expect(te(match[1] ?? ''), match[1]).toBe(true);
    }
  });
});

describe('codes that the platform sends have a text', () => {
  test('what a gateway’s packets go through, why one is refused, and why a row of the registry is', () => {
    for (const step of STEP_NAMES) expect(te(`step.${step}`), step).toBe(true);
    for (const reason of REJECTION_REASONS) expect(te(`rejection.${reason}`), reason).toBe(true);
    for (const code of REGISTRY_ERROR_CODES) expect(te(`problem.${code}`), code).toBe(true);
  });

  test('reasons why a change rang or did not', () => {
    for (const reason of [...RINGING_REASONS, ...SILENT_REASONS]) {
      expect(te(`reason.${reason}`), reason).toBe(true);
      expect(te(`quiet.${reason}`), reason).toBe(true);
    }
    for (const reason of RINGING_REASONS) expect(te(`rang.${reason}`), reason).toBe(true);
  });

  test('changes, states, suppressions, verdicts of the contract', () => {
    const contract = readFileSync(join(ROOT, 'domain/alarm.ts'), 'utf8');
    const union = (name: string) =>
      [...(contract.match(new RegExp(`type ${name} =([^;]+);`))?.[1] ?? '').matchAll(/'([\w-]+)'/g)].map(
        (m) => m[1],
      );
    const groups = {
      change: 'AlarmChange',
      state: 'AlarmState',
      suppression: 'Suppression',
      verdict: 'Verdict',
    };
    for (const [group, type] of Object.entries(groups)) {
      expect(union(type).length, type).toBeGreaterThan(3);
      for (const code of union(type)) expect(te(`${group}.${code}`), `${group}.${code}`).toBe(true);
    }
  });

  test('why an alarm belongs to an incident, and as what', () => {
    for (const code of INCIDENT_REASONS) expect(te(`explanation.${code}`), code).toBe(true);
    for (const role of ['cause', 'symptom', 'related']) expect(te(`incident.${role}`), role).toBe(true);
  });

  test('explanations that the engine writes', () => {
    for (const code of explanationCodes()) expect(te(`explanation.${code}`), code).toBe(true);
  });

  test('refusals of an order', () => {
    const refusals = readFileSync(join(ROOT, 'rules/commands.ts'), 'utf8').matchAll(/refuse\(\s*'([\w-]+)'/g);
    const codes = [...refusals]
      .map((m) => m[1] ?? '')
      .filter((code) => !/review|maintenance|service|role/.test(code));
    expect(codes.length).toBeGreaterThan(5);
    for (const code of codes) expect(te(`problem.${code}`), code).toBe(true);
    expect(Object.keys(PROBLEMS)).toEqual(expect.arrayContaining(['locked', 'bad-credentials', 'pending']));
  });

  test.each(['stale-on-call', 'invalid-on-call', 'holding', 'flows-off', 'history-unavailable'] as const)(
    'the server’s refusal `%s` is explained in words',
    (code) => {
      expect(PROBLEMS[code][0]).toBeGreaterThanOrEqual(400);
      expect(te(`problem.${code}`)).toBe(true);
    },
  );

  test('rules and system alarms carry their names, or the console knows them', () => {
    const rules = parseCatalogue(shippedCatalogue()).rules;
    for (const rule of rules.values()) {
      expect(rule.name !== null || te(`rule.${rule.id}`), rule.id).toBe(true);
    }
    for (const name of systemNames()) {
      expect(te(`rule.${name}`), name).toBe(true);
      expect(te(`explanation.system.${name}`), name).toBe(true);
    }
  });
});

describe('the shipped rules are told in words', () => {
  test('every field, word, attribute, season and named level of every rule in the catalogue', () => {
    const missing = new Set<string>();
    const needs = (...keys: string[]) => {
      if (!keys.some((key) => te(key))) missing.add(keys.join(' or '));
    };
    const rules = shippedCatalogue().rules.filter(isRecord);
    expect(rules.length).toBeGreaterThan(50);
    for (const rule of rules) {
      const kind = kindOfRule(rule);
      needs(`ruleKind.${kind}`);
      for (const field of [...ruleFields(kind), ...RULE_TEXT_FIELDS])
        if (rule[field.name] !== undefined) wordsOfField(field, rule[field.name], needs);
    }
    expect([...missing]).toEqual([]);
  });

  test('and the walk over them sees what has no words', () => {
    const asked: string[] = [];
    const limit = { ifTrue: 'noSuchMark', yes: 1, no: 2 };
    const rule = {
      binds: { quantities: ['any'], kinds: 'any' },
      levels: [{ name: 'x-marks', limit }],
      confidence: 'PD/Q',
    };
    for (const field of [...ruleFields('limit'), ...RULE_TEXT_FIELDS]) {
      const given: unknown = Object.entries(rule).find(([name]) => name === field.name)?.[1];
      if (given !== undefined)
        wordsOfField(field, given, (...keys) => asked.push(...keys.filter((key) => !te(key))));
    }
    expect(asked).toEqual(['limit.x-marks', 'ruleAttribute.noSuchMark', 'ruleConfidence.Q']);
  });
});

describe('an explanation', () => {
  const words = {
    translate: (key: string, values: Record<string, string>) => t(key, values),
    knows: te,
    name: () => null,
  };

  test('has its numbers filled in, with units', () => {
    const params = { rule: 'r', value: 2.6, limit: 2.5, unit: '%{LEL}', colour: 'orange', onDelayMs: 0 };
    const text = explain({ code: 'limit-high', params }, 'zh-CN', words);
    expect(text).toContain('2.6 %LEL');
    expect(text).toContain('2.5 %LEL');
  });

  test('names the delay when there was one', () => {
    const params = { rule: 'r', value: 1, limit: 1, unit: '%', colour: 'yellow', onDelayMs: 120_000 };
    expect(explain({ code: 'limit-high', params }, 'zh-CN', words)).toContain('2 分钟');
  });

  test('tells of another rule that lifted the level only when it did', () => {
    const params = { rule: 'r', value: 6, limit: 5, unit: 'cm', of: 'other', liftedBy: 1, onDelayMs: 0 };
    const told = (ownColour: string, colour: string) =>
      explain({ code: 'limit-high-promoted', params: { ...params, ownColour, colour } }, 'en', words);
    expect(told('blue', 'yellow')).toContain('other');
    expect(told('red', 'red')).not.toContain('other');
    expect(told('red', 'red')).toContain('6 cm');
  });

  test('of a fault of the platform tells all that was seen of it', () => {
    const params = { rule: 'disk-full', subject: '', owner: 'system-admin', colour: 'red', freeMb: 12 };
    expect(explain({ code: 'system.disk-full', params }, 'zh-CN', words)).toBe(
      '磁盘已满，仅保留规则、账本和系统报警（freeMb = 12）',
    );
  });

  test('with an unknown code stays legible', () => {
    expect(explain({ code: 'new-thing', params: { depth: 3, place: 'x' } }, 'en', words)).toBe(
      'new-thing: depth = 3, place = x',
    );
  });
});

const CALLED = new Set([...QUANTITIES, ...FACILITY_KINDS, ...EDGE_KINDS].map(({ id }) => id));

/** Asks for the keys that a field and what lies in it are written with (rules/rule-words.ts). */
function wordsOfField(field: RuleField, given: unknown, needs: (...keys: string[]) => void): void {
  needs(`ruleField.${field.name}`);
  wordsOfValue(field.shape, given, field.name, needs);
}

function wordsOfValue(
  shape: FieldShape,
  given: unknown,
  name: string,
  needs: (...keys: string[]) => void,
): void {
  const written = String(given);
  if (shape.is === 'word') needs(`ruleWord.${name}-${written}`, `ruleWord.${written}`, `level.${written}`);
  if (shape.is === 'one' && shape.from === 'seasons') needs(`ruleSeason.${written}`);
  if (shape.is === 'many' && Array.isArray(given))
    for (const id of given.map(String))
      if (id !== 'any' && !CALLED.has(id)) needs(`no catalogue calls ${id}`);
  if (shape.is === 'text') {
    if (['attribute', 'ifTrue', 'pairBy'].includes(name)) needs(`ruleAttribute.${written}`);
    if (name === 'name' && /[a-z]{3}/.test(written)) needs(`limit.${written}`);
    if (name === 'confidence') for (const mark of written.split('/')) needs(`ruleConfidence.${mark}`);
  }
  if (shape.is === 'list' && Array.isArray(given))
    for (const item of given) wordsOfValue(shape.of, item, name, needs);
  if (shape.is === 'either') {
    const way = shape.ways.find((one) => fits(one.shape, given));
    if (way !== undefined) wordsOfValue(way.shape, given, name, needs);
  }
  if (shape.is === 'group' && isRecord(given))
    for (const one of shape.fields)
      if (given[one.name] !== undefined) wordsOfField(one, given[one.name], needs);
}

/** Literal codes in the engine's sources, and those of the catalogue's system alarms. */
function explanationCodes(): string[] {
  const codes = new Set<string>();
  for (const file of readdirSync(join(ROOT, 'rules')).filter((name) => name.endsWith('.ts'))) {
    const source = readFileSync(join(ROOT, 'rules', file), 'utf8');
    for (const m of source.matchAll(
      /(?<!ok: false, )\bcode: (?:[^'\n]*\? )?'([\w.-]+)'(?: : '([\w.-]+)')?/g,
    )) {
      for (const code of [m[1], m[2]]) if (code !== undefined) codes.add(code);
    }
    for (const m of source.matchAll(/close\([^;']+, '([\w-]+)'\)/g)) codes.add(m[1] ?? '');
  }
  for (const code of ['limit-high', 'limit-low', 'window-sum', 'window-mean', 'window-rise', 'window-fall'])
    for (const counted of ['', '-continuous', '-total']) codes.add(code + counted);
  for (const code of ['rate-theil-sen', 'rate-difference', 'eta-high', 'eta-low']) codes.add(code);
  for (const code of ['frozen-still', 'frozen-repeated', 'deviation-cusum', 'deviation-ewma', 'composite'])
    codes.add(code);
  for (const code of [...Object.values(RAISED_RULES), 'raised-after-call', 'raised-on-patrol'])
    codes.add(code);
  return [...codes];
}

function shippedCatalogue(): { rules: unknown[]; system: unknown } {
  const folder = join(ROOT, 'rules/catalogue');
  const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const read = (name: string): unknown => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const rules = files.filter((name) => name !== 'system.json' && name !== 'settings.json');
  return { rules: rules.map(read), system: files.includes('system.json') ? read('system.json') : [] };
}

function systemNames(): string[] {
  const { system } = shippedCatalogue();
  if (!Array.isArray(system)) return [];
  return system.flatMap((rule: unknown) =>
    typeof rule === 'object' && rule !== null && 'name' in rule && typeof rule.name === 'string'
      ? [rule.name]
      : [],
  );
}
