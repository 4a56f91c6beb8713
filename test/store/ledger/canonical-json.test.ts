import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { canonicalJson } from '#store/ledger/canonical-json.ts';

it('says the same of equal values whatever the order of their members', () => {
  const rows: readonly (readonly [unknown, string])[] = [
    [{ b: 1, a: [true, null, 'x'] }, '{"a":[true,null,"x"],"b":1}'],
    [{ a: undefined, b: { d: 1, c: 2 } }, '{"b":{"c":2,"d":1}}'],
    [[undefined, Number.NaN, -0], '[null,null,0]'],
    ['第一', '"第一"'],
  ];
  for (const [value, text] of rows) expect(canonicalJson(value)).toBe(text);
  expect(() => canonicalJson(undefined)).toThrow(TypeError);
});

it('reads back as what JSON itself would make of the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
    }),
    { numRuns: 300, seed: 11 },
  );
});
