/**
 * `npm run destroy`: what can befall a city befalls it, again and again, and afterwards everything acknowledged must be
 * there once, every alarm too, and somebody must have been told. Prints one line an act; ends 1 on any breach with the
 * command that repeats it. docs/destroy.md says what each act does.
 *
 * `--seed N` · `--only act,act` · `--full` (half an hour) · `--quick` (what `npm test` runs) · `--<act> count`.
 */
import { parseArgs } from 'node:util';
import { runActs } from './destroy/run-acts.ts';
import { ACTS } from './destroy/acts.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
    full: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
    ...Object.fromEntries(ACTS.map(({ name }) => [name, { type: 'string' as const }])),
  },
});

function countOf(name: string): number | null {
  const given: unknown = Reflect.get(values, name);
  if (given === undefined) return null;
  const count = Number(given);
  if (!Number.isInteger(count) || count < 1)
    throw new RangeError(`--${name} ${given}: a whole number from 1`);
  return count;
}

if (values.help) {
  for (const { name, does, counts } of ACTS)
    console.log(`--${name.padEnd(18)} ${does} (${counts.usual}; with --full ${counts.full})`);
} else {
  const names = values.only?.split(',') ?? ACTS.map(({ name }) => name);
  const unknown = names.find((name) => !ACTS.some((act) => act.name === name));
  if (unknown !== undefined)
    throw new RangeError(`--only ${unknown}: ${ACTS.map(({ name }) => name).join(', ')}`);
  const breached = await runActs({
    acts: ACTS.filter(({ name }) => names.includes(name)),
    size: values.full ? 'full' : values.quick ? 'test' : 'usual',
    seed: Number(values.seed),
    countOf,
    print: (line) => console.log(line),
  });
  process.exitCode = breached ? 1 : 0;
}
