/** The short form of `npm run fuzz`: a few thousand damaged inputs for everything that reads bytes of others. */
import { expect, test } from 'vitest';
import { openHouse } from '#test/server/house.ts';
import { seededRandom } from '#test/simulation/random.ts';
import { tryRequests } from './requests.ts';
import { TARGETS, tryTarget } from './targets.ts';

const INPUTS = 400;

test.each(TARGETS)(`$name: ${INPUTS} inputs`, (target) => {
  expect(() => tryTarget(target, seededRandom(1), INPUTS)).not.toThrow();
});

test('what breaks its promise is found and named', () => {
  const careless = {
    name: 'careless',
    seeds: [Uint8Array.of(1, 2, 3)],
    try(bytes: Uint8Array) {
      if (bytes[1] !== 2) throw new Error('a crash');
    },
  };
  expect(() => tryTarget(careless, seededRandom(1), 100)).toThrow(/careless, input \d+: [0-9a-f]*/);
});

test('every address answers bodies made from its own schema, right and wrong, without a crash', async () => {
  const house = await openHouse();
  const statuses = await tryRequests(house, seededRandom(5), 6);
  await house.close();
  const tried = [...statuses.values()].reduce((sum, count) => sum + count, 0);
  expect(tried).toBeGreaterThan(200);
  expect([...statuses.keys()].some((status) => status < 300)).toBe(true);
  expect(statuses.get(422)).toBeGreaterThan(0);
});
