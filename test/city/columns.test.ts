/** Columns give back what they were made of, to the bit and to the hole. */
import { isDeepStrictEqual } from 'node:util';
import { deserialize, serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Column, columnOf, rowsOf } from '../../city/columns.ts';

const back = (rows: readonly unknown[]): unknown[] =>
  rowsOf(deserialize(serialize(columnOf(rows))) as Column);

/** 1, 2, 3 without what stood at that place. */
function withHole(place: number): number[] {
  const list = [1, 2, 3];
  delete list[place];
  return list;
}

const ROWS: readonly (readonly [string, readonly unknown[]])[] = [
  ['nothing', []],
  ['numbers of every kind', [1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 0.1, Infinity, -Infinity, NaN, 0, -0]],
  ['zeros of both signs', [0, -0, 0]],
  ['null, nothing, yes and no among others', [null, undefined, true, false, 1, 'a', null, 'true', 'null']],
  ['words that repeat', ['a', 'b', 'a', 'a', 'b', '']],
  ['lists in lists', [[[1], []], [], [[2, 3]]]],
  ['lists with holes', [withHole(0), withHole(1), [undefined]]],
  ['objects of other shapes', [{ a: 1, b: 2 }, { b: 2, a: 1 }, { a: 1 }, {}, { a: undefined }]],
  ['objects in objects', [{ at: { lat: 1, lon: 2 } }, { at: { lat: 1, lon: 3 } }, { at: null }]],
  ['maps, sets and bytes', [new Map([[1, { a: 1 }]]), new Set(['x']), Uint8Array.of(1, 2)]],
  ['a name that is none', [JSON.parse('{"__proto__":{"a":1},"b":2}')]],
  ['more kinds than are told apart', Array.from({ length: 200 }, (_, n) => ({ [`n${n % 150}`]: n }))],
];

describe('rows in columns', () => {
  for (const [what, rows] of ROWS)
    it(`come back as they were: ${what}`, () => {
      expect(isDeepStrictEqual(back(rows), rows)).toBe(true);
      expect(back(rows).map(namesIn)).toEqual(rows.map(namesIn));
    });

  it('come back as they were, whatever plain data they are', () => {
    const plain = fc.anything({ withMap: true, withSet: true, withTypedArray: true, withSparseArray: true });
    fc.assert(
      fc.property(fc.array(plain), (rows) => isDeepStrictEqual(back(rows), rows)),
      { numRuns: 500 },
    );
  });

  it('have the names of alike objects once', () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => ({ effectiveTime: n, quality: 'good', value: 0.5 }));
    expect(serialize(columnOf(rows)).length).toBeLessThan(serialize(rows).length / 8);
  });
});

const namesIn = (row: unknown): unknown => (typeof row === 'object' && row !== null ? Object.keys(row) : row);
