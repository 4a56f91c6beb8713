/** Everything runs on the Node that the product asks for. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('runs on Node 24 or newer, as package.json asks', () => {
  const wanted = /"node": ">=(\d+)"/.exec(
    readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
  )?.[1];
  expect(Number(wanted)).toBe(24);
  expect(Number(process.versions.node.split('.')[0])).toBeGreaterThanOrEqual(24);
});
