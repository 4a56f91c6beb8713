/** What a back-test says of the past is what the city was told then: the same alarms, value by value. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { haveSets, RECORDED_SETS } from './recorded-sets.ts';
import { bothWays } from './two-ways.ts';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'two-ways-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

beforeAll(() => {
  if (process.env['CI'] === 'true') expect(haveSets, 'the recordings must be there in CI').toBe(true);
});

describe.skipIf(!haveSets)('a back-test of a recording', () => {
  for (const { name, points } of RECORDED_SETS) {
    it(`finds the alarms that rang live: ${name}`, () => {
      const { live, judged, rows } = bothWays(directory, points());
      const rules = [...new Set(live.map(({ rule }) => rule))];
      console.log(`${name}: ${rows} rows, ${live.length} alarms of ${rules.join(', ')}`);
      expect(judged).toEqual(live);
      expect(live.length).toBeGreaterThan(0);
    });
  }
});
