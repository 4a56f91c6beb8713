/**
 * `npm run simulate -- --seed N`: a whole city on a virtual clock and a failing disk, judged by its oracles.
 * `--seeds K --first N` runs K of them from N on. Ends 1 at the first breach and prints the command that repeats it.
 */
import { parseArgs } from 'node:util';
import { simulateCity } from '#test/simulation/sim-city.ts';
import { judgeCity } from '#test/simulation/sim-oracles.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '12' },
  },
});
const first = Number(values.seed ?? values.first);
const count = values.seed === undefined ? Number(values.seeds) : 1;
const totals = { kills: 0, powerCuts: 0, acknowledged: 0, spans: 0, alarmEvents: 0, told: 0, repeated: 0 };

for (let seed = first; seed < first + count; seed++) {
  const outcome = await simulateCity(seed, Number(values.minutes) * 60_000);
  const verdict = await judgeCity(outcome);
  totals.kills += outcome.kills;
  totals.powerCuts += outcome.powerCuts;
  totals.acknowledged += verdict.acknowledged;
  totals.spans += verdict.spans;
  totals.alarmEvents += verdict.alarmEvents;
  totals.told += verdict.told;
  totals.repeated += verdict.repeated;
  if (verdict.breaches.length === 0) continue;
  console.log(verdict.breaches.slice(0, 20).join('\n'));
  console.log(
    `${verdict.breaches.length} breaches; repeat with: npm run simulate -- --seed ${seed} --minutes ${values.minutes}`,
  );
  process.exit(1);
}
console.log(
  `${count} seeds from ${first}: ${totals.kills} kills, ${totals.powerCuts} power cuts, ` +
    `${totals.acknowledged} acknowledged records, ${totals.spans} alarm spans, ${totals.alarmEvents} alarm events, ` +
    `${totals.told} messages to people (${totals.repeated} twice at a vendor), 0 breaches`,
);
