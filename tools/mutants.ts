/**
 * `node tools/mutants.ts [--write] [--from n] [--count n]`: breaks the alarm machine in one place at a time and says
 * which tests notice. `--write` puts the table of all of them into docs/mutants.md. Ends with 1 when one lives.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startVitest } from 'vitest/node';
import { type Mutant, MUTANTS } from './mutants/machine-mutants.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/mutants.md';
/** The quickest to notice first. */
const TESTS = [
  ...['isa-life', 're-alarm', 'alarm-life', 'suppression', 'counted-delays', 'orders', 'by-design', 'raised'],
  ...['over-range', 'rule-changes', 'own-limits', 'silence', 'history', 'seasons', 'joins'],
].map((name) => `test/rules/${name}.test.ts`);

type Outcome = Mutant & { readonly caughtBy: string | null };

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: String(MUTANTS.length) },
  },
});

function broken({ file, from, to }: Mutant): string {
  const parts = readFileSync(join(ROOT, file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file}: stands ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}

/** The first test that fails with this file in the place of the true one; null when none does. */
async function firstFailure(mutant: Mutant | null): Promise<string | null> {
  const code = mutant === null ? '' : broken(mutant);
  const vitest = await startVitest(
    'test',
    TESTS,
    {
      root: ROOT,
      config: false,
      include: ['test/**/*.test.ts'],
      watch: false,
      // Kept from the run before, the true file would stand for the broken one.
      fsModuleCache: false,
      isolate: false,
      bail: 1,
      maxWorkers: 1,
      reporters: [{}],
      testTimeout: 20_000,
    },
    {
      plugins: [
        {
          name: 'mutant',
          enforce: 'pre',
          load: (id) => (mutant !== null && id === join(ROOT, mutant.file) ? code : null),
        },
      ],
    },
  );
  const modules = vitest.state.getTestModules();
  const failed = modules.find((module) => !module.ok());
  const test = failed === undefined ? undefined : [...failed.children.allTests('failed')][0];
  const name =
    failed === undefined ? null : `${failed.relativeModuleId}: ${test?.fullName ?? 'does not load'}`;
  await vitest.close();
  return name;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function page(outcomes: readonly Outcome[]): string {
  const caught = outcomes.filter(({ caughtBy }) => caughtBy !== null).length;
  const rows = outcomes.map(
    ({ file, what, caughtBy }) => `| ${cell(file)} | ${cell(what)} | ${cell(caughtBy ?? '**not caught**')} |`,
  );
  return [
    '# Mutants of the alarm machine',
    '',
    'Written by `npm run mutants -- --write`. Each row breaks one decision of the alarm machine, of the end of an',
    'acknowledgement or of the level machine, and names the first test that notices. Tried one at a time on the tests of the rules.',
    '',
    `**${outcomes.length} tried, ${caught} caught.**`,
    '',
    '| file | what is broken | caught by |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

const first = Number(values.from);
const chosen = MUTANTS.slice(first, first + Number(values.count));
const sound = await firstFailure(null);
if (sound !== null) throw new Error(`fails without any mutant: ${sound}`);
const outcomes: Outcome[] = [];
for (const mutant of chosen) {
  const caughtBy = await firstFailure(mutant);
  outcomes.push({ ...mutant, caughtBy });
  console.log(`${first + outcomes.length - 1} ${caughtBy === null ? 'LIVES ' : 'caught'} ${mutant.what}`);
}
if (values.write) writeFileSync(join(ROOT, PAGE), page(outcomes));
process.exitCode = outcomes.every(({ caughtBy }) => caughtBy !== null) ? 0 : 1;
