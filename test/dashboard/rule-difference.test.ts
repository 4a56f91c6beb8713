import { describe, expect, test } from 'vitest';
import { shippedCatalogue } from '#rules/engine.ts';
import { ruleDifference } from '../../dashboard/src/rules/rule-difference.ts';
import { placed } from '../../dashboard/src/rules/rule-faults.ts';

type Plain = Readonly<Record<string, unknown>>;
const { rules } = shippedCatalogue().catalogue as { rules: Plain[] };
const well = rules.find(({ id }) => id === 'gas-well-ch4') ?? {};
const levels = (well['levels'] ?? []) as Plain[];
const told = (after: Plain) =>
  ruleDifference(well, after).map(({ path, before, after: now }) => [
    path.map((step) => ('field' in step ? step.field : `“${step.item}”`)).join(' '),
    before,
    now,
  ]);

describe('how a rule differs', () => {
  test('not at all: another version, another order of members', () => {
    const turned = Object.fromEntries(Object.entries(well).reverse());
    expect(told({ ...turned, version: 9 })).toEqual([]);
  });

  test('a level is known by its name, wherever it stands', () => {
    const changed = levels.map((one) =>
      one['name'] === '80%LEL' ? { ...one, limit: 4.5, latch: undefined } : one,
    );
    expect(told({ ...well, levels: changed.toReversed() })).toEqual([
      ['levels “80%LEL” limit', 4, 4.5],
      ['levels “80%LEL” latch', true, undefined],
    ]);
  });

  test('a level more, a level less', () => {
    const fresh = { name: '60%LEL', colour: 'red', limit: 3 };
    expect(told({ ...well, levels: [...levels.slice(1), fresh] })).toEqual([
      ['levels “10%LEL”', levels[0], undefined],
      ['levels “60%LEL”', undefined, fresh],
    ]);
  });

  test('levels of one name twice are told as a whole', () => {
    const twice = [levels[0], levels[0]];
    expect(told({ ...well, levels: twice })).toEqual([['levels', levels, twice]]);
  });

  test('the same levels in another order are a difference, for order decides among equals', () => {
    expect(told({ ...well, levels: levels.toReversed() })).toHaveLength(1);
  });

  test('what no form describes is told too', () => {
    expect(told({ ...well, examples: [] }).map(([path]) => path)).toEqual(['examples']);
  });
});

describe('the place of a fault', () => {
  test.each([
    ['gas-well-ch4.levels[0].limit: not a number', 'levels[0].limit', 'not a number'],
    ['rules[12].suppressedBy: no rule x', 'suppressedBy', 'no rule x'],
    ['gas-well-ch4: season or outsideSeason, not both', '', 'season or outsideSeason, not both'],
    ['10%LEL: stands twice', '', '10%LEL: stands twice'],
    ['gas-well-ch4x.levels: none', '', 'gas-well-ch4x.levels: none'],
    [
      'rule.levels[1].when: found no matching overload for `a: b`',
      'levels[1].when',
      'found no matching overload for `a: b`',
    ],
  ])('%s', (detail, path, said) => {
    const rule = detail.startsWith('rule.') ? 'rule' : 'gas-well-ch4';
    expect(placed({ rule, code: 'not-allowed', detail })).toMatchObject({ path, detail: said });
  });
});
