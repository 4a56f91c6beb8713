/**
 * `npm run fuzz -- [--minutes n] [--seed n] [--only part-of-a-name]`: damaged inputs for everything that reads bytes of
 * others (docs/fuzz.md). Prints the inputs tried of each target; ends with 1 at the first that breaks its promise.
 */
import { parseArgs } from 'node:util';
import { tryRequests } from '#test/fuzz/requests.ts';
import { TARGETS, tryTarget } from '#test/fuzz/targets.ts';
import { openHouse } from '#test/server/house.ts';
import { seededRandom } from '#test/simulation/random.ts';

const ROUND = 500;
const REQUEST_ROUNDS = 10;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
  },
});
const until = performance.now() + Number(values.minutes) * 60_000;
const targets = TARGETS.filter(({ name }) => name.includes(values.only));
let seed = Number(values.seed);
const first = seed;
const askApi = 'api requests'.includes(values.only);
let requests = 0;
do {
  for (const target of targets) {
    try {
      tryTarget(target, seededRandom(seed), ROUND);
    } catch (error) {
      console.error(`broken with --seed ${seed} --only '${target.name}'`, error);
      process.exit(1);
    }
  }
  if (askApi) {
    const house = await openHouse();
    try {
      const statuses = await tryRequests(house, seededRandom(seed), REQUEST_ROUNDS);
      for (const count of statuses.values()) requests += count;
    } catch (error) {
      console.error(`broken with --seed ${seed} --only 'api requests'`, error);
      process.exit(1);
    } finally {
      await house.close();
    }
  }
  seed += 1;
} while (performance.now() < until);
for (const { name } of targets) console.log(`${name}: ${(seed - first) * ROUND} inputs`);
if (askApi) console.log(`api requests: ${requests} inputs`);
