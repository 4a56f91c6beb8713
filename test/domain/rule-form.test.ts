/** The description of rules for people against the reader that decides: neither knows a field that the other does not. */
import { describe, expect, it, test } from 'vitest';
import { blank, blankFields, fits } from '#domain/rule-blank.ts';
import {
  kindOfRule,
  RULE_KINDS,
  RULE_TEXT_FIELDS,
  type FieldShape,
  type RuleField,
  ruleFields,
  type RuleKind,
} from '#domain/rule-form.ts';
import { parseCatalogue } from '#rules/catalogue-parse.ts';
import { shippedCatalogue } from '#rules/engine.ts';

type Plain = Record<string, unknown>;
const { settings, rules } = shippedCatalogue().catalogue as { settings: unknown; rules: Plain[] };

/** What a person types where a new rule is still empty. */
const SAID: Readonly<Record<string, unknown>> = {
  ...{
    quantities: ['pressure'],
    unit: 'kPa',
    in: 'kPa',
    as: 'x',
    name: 'one',
    when: 'x > 1.0',
    until: 'x < 1.0',
  },
  ...{ season: 'heating', outsideSeason: 'heating', rule: 'gas-well-ch4', attribute: 'wet', ifTrue: 'wet' },
  ...{
    along: ['gas-main'],
    pairBy: 'pump',
    source: 'a law',
    confidence: 'PD',
    from: 1,
    to: 2,
    leastPercent: 1,
  },
  ...{
    timeToRespondMs: 60_000,
    recentMs: 3_600_000,
    colours: 1,
    windowMs: 60_000,
    field: 'calibrationDueAt',
  },
};

function filled(shape: FieldShape, name: string): unknown {
  if (shape.is === 'group') return filledFields(shape.fields);
  if (shape.is === 'list')
    return Array.from({ length: Math.max(1, shape.least) }, () => itemOf(shape.of, name));
  if (shape.is === 'both') return { zh: '字', en: 'word' };
  if (name in SAID && fits(shape, SAID[name])) return SAID[name];
  return blank(shape);
}
/** A part's name may not be the rule's own. */
function itemOf(shape: FieldShape, name: string): unknown {
  const item = filled(shape, name);
  return typeof item === 'object' && item !== null && 'as' in item ? { ...item, as: 'other' } : item;
}
function filledFields(fields: readonly RuleField[]): Plain {
  const made: Plain = {};
  for (const field of fields) {
    if (field.optional === true || field.stands?.(made, made) === false) continue;
    made[field.name] = field.begins ?? filled(field.shape, field.name);
  }
  return made;
}
const newRule = (kind: RuleKind): Plain => ({
  ...{ id: 'new', version: 1, kind },
  ...blankFields(RULE_TEXT_FIELDS),
  name: { zh: '新', en: 'new' },
  ...filledFields(ruleFields(kind)),
  ...(kind === 'deviation' ? { leastPercent: 1 } : {}),
});
function refusal(rule: Plain): string | null {
  const { promotes: _promotes, suppressedBy: _by, ...alone } = rule;
  const parsed = parseCatalogue({ format: 1, settings, rules: [alone], system: [] }, 'x');
  return parsed.ok ? null : parsed.error;
}

describe.each(RULE_KINDS)('a rule of kind %s', (kind) => {
  it('filled in from its form is taken', () => {
    expect(refusal(newRule(kind))).toBe(null);
  });

  it('takes every field that the form offers, wherever it lies', () => {
    for (const [path, rule] of withEachOption(newRule(kind), ruleFields(kind)))
      expect([path, refusal(rule)?.includes('unknown field') ?? false]).toEqual([path, false]);
  });

  it('has no other field: one the form does not know is refused', () => {
    expect(refusal({ ...newRule(kind), colour: 'red' })).toContain('unknown field');
  });
});

test('every field of every shipped rule stands in the form of its kind', () => {
  for (const rule of rules) {
    const known = [...ruleFields(kindOfRule(rule)), ...RULE_TEXT_FIELDS];
    const { id, version: _version, kind: _kind, examples: _examples, ...rest } = rule;
    expect([id, strangers({ is: 'group', fields: known }, rest, '')]).toEqual([id, []]);
  }
});

/** The rule with each optional field added, alone, at each place the form has for it. */
function* withEachOption(rule: Plain, fields: readonly RuleField[], path = ''): Generator<[string, Plain]> {
  for (const { name, shape, optional, stands } of fields) {
    if (stands?.(rule, rule) === false) continue;
    const here = `${path}.${name}`;
    if (optional === true && rule[name] === undefined) yield [here, { ...rule, [name]: filled(shape, name) }];
    const value = rule[name] ?? filled(shape, name);
    if (shape.is === 'group')
      for (const [at, inner] of withEachOption(value as Plain, shape.fields, here))
        yield [at, { ...rule, [name]: inner }];
    if (shape.is === 'list' && shape.of.is === 'group')
      for (const [at, inner] of withEachOption((value as Plain[])[0] ?? {}, shape.of.fields, `${here}[0]`))
        yield [at, { ...rule, [name]: [inner] }];
    if (shape.is === 'either')
      for (const way of shape.ways)
        yield [`${here}:${way.name}`, { ...rule, [name]: filled(way.shape, name) }];
  }
}

function strangers(shape: FieldShape, value: unknown, path: string): string[] {
  if (shape.is === 'either') {
    const way = shape.ways.find((one) => fits(one.shape, value));
    return way === undefined ? [path] : strangers(way.shape, value, path);
  }
  if (shape.is === 'list')
    return (value as unknown[]).flatMap((item, at) => strangers(shape.of, item, `${path}[${at}]`));
  if (shape.is !== 'group') return fits(shape, value) || value === 'any' ? [] : [path];
  return Object.entries(value as Plain).flatMap(([name, inner]) => {
    const field = shape.fields.find((one) => one.name === name);
    return field === undefined ? [`${path}.${name}`] : strangers(field.shape, inner, `${path}.${name}`);
  });
}
