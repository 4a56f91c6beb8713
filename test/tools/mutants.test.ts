import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MUTANTS } from '#tools/mutants/machine-mutants.ts';

test('every mutant still has its one place in the code, and a name of its own', () => {
  const places = MUTANTS.map(({ file, from }) => {
    const code = readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
    return { file, from, times: code.split(from).length - 1 };
  });
  expect(places.filter(({ times }) => times !== 1)).toEqual([]);
  expect(new Set(MUTANTS.map(({ file, what }) => `${file} ${what}`)).size).toBe(MUTANTS.length);
});
