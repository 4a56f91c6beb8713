/**
 * `node tools/mutants.ts [--write] [--lives] [--from n] [--count n]`: breaks the alarm machine in one place at a time and says
 * which test notices. `--write` puts their rows into docs/mutants.md and leaves those of the others. Ends with 1 when one
 * lives. `--lives` tries only those that the page does not have as caught.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BaseSequencer, createVitest, type TestSpecification } from 'vitest/node';
import { type Mutant, MUTANTS } from './mutants/machine-mutants.ts';

const ROOT = join(import.meta.dirname, '..');
const PAGE = 'docs/mutants.md';
/** The quickest to notice first. */
const TESTS = [
  ...[
    'machine-edges',
    'isa-life',
    're-alarm',
    'alarm-life',
    'suppression',
    'counted-delays',
    'orders',
    'by-design',
    'raised',
  ],
  ...['over-range', 'rule-changes', 'own-limits', 'silence', 'history', 'seasons', 'joins'],
].map((name) => `test/rules/${name}.test.ts`);

/** In the order of the list: vitest itself would begin with the longest. */
class Quickest extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number =>
      TESTS.findIndex((test) => moduleId.endsWith(test));
    return files.toSorted((a, b) => place(a) - place(b));
  }
}

type Outcome = Mutant & { readonly caughtBy: string | null };

const { values } = parseArgs({
  options: {
    write: { type: 'boolean', default: false },
    lives: { type: 'boolean', default: false },
    from: { type: 'string', default: '0' },
    count: { type: 'string', default: String(MUTANTS.length) },
  },
});

function broken({ file, from, to }: Mutant): string {
  const parts = readFileSync(join(ROOT, file), 'utf8').split(from);
  if (parts.length !== 2) throw new Error(`${file}: stands ${parts.length - 1} times: ${from}`);
  return parts.join(to);
}

let current: { readonly path: string; readonly code: string } | null = null;
const vitest = await createVitest(
  'test',
  {
    root: ROOT,
    config: false,
    include: TESTS,
    watch: false,
    // Kept on disk, the true file would stand for the broken one.
    fsModuleCache: false,
    isolate: false,
    maxWorkers: 1,
    bail: 1,
    reporters: [{}],
    sequence: { sequencer: Quickest },
    testTimeout: 20_000,
  },
  {
    plugins: [{ name: 'mutant', enforce: 'pre', load: (id) => (id === current?.path ? current.code : null) }],
  },
);
await vitest.standalone();
const specifications = await vitest.globTestSpecifications();

/** The first test that fails with this file in the place of the true one; null when none does. */
async function firstFailure(mutant: Mutant | null): Promise<string | null> {
  const before = current;
  current = mutant === null ? null : { path: join(ROOT, mutant.file), code: broken(mutant) };
  for (const one of [before, current]) if (one !== null) vitest.invalidateFile(one.path);
  const { testModules } = await vitest.runTestSpecifications(specifications);
  const failed = testModules.find((module) => module.state() === 'failed');
  if (failed === undefined) return null;
  const [test] = failed.children.allTests('failed');
  return `${failed.relativeModuleId}: ${test?.fullName ?? 'does not load'}`;
}

const NOT_CAUGHT = '**not caught**';
const cell = (text: string): string => text.replaceAll('|', '\\|');

/** What the page says of a mutant that was not tried this time. */
function keptOutcome(mutant: Mutant, old: string): Outcome {
  const row = old.split('\n').find((line) => line.startsWith(`| ${mutant.file} | ${cell(mutant.what)} | `));
  const last = row?.split(' | ').at(-1)?.replace(/ \|$/, '');
  return { ...mutant, caughtBy: last === undefined || last === NOT_CAUGHT ? null : last };
}

function page(outcomes: readonly Outcome[]): string {
  const caught = outcomes.filter(({ caughtBy }) => caughtBy !== null).length;
  const rows = outcomes.map(
    ({ file, what, caughtBy }) => `| ${cell(file)} | ${cell(what)} | ${cell(caughtBy ?? NOT_CAUGHT)} |`,
  );
  return [
    '# Mutants of the alarm machine',
    '',
    'Written by `npm run mutants -- --write`. Each row breaks one decision of the alarm machine, of the end of an',
    'acknowledgement or of the level machine, and names the first test that notices (yes: the name was not kept). Tried one at a',
    'time on the tests of the rules.',
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
const path = join(ROOT, PAGE);
const old = existsSync(path) ? readFileSync(path, 'utf8') : '';
const range = MUTANTS.slice(first, first + Number(values.count));
const chosen = values.lives ? range.filter((one) => keptOutcome(one, old).caughtBy === null) : range;
const sound = await firstFailure(null);
if (sound !== null) throw new Error(`fails without any mutant: ${sound}`);
const outcomes: Outcome[] = [];
for (const mutant of chosen) {
  const caughtBy = await firstFailure(mutant);
  outcomes.push({ ...mutant, caughtBy });
  console.log(`${caughtBy === null ? 'LIVES ' : 'caught'} ${mutant.what}`);
}
if (values.write) {
  const tried = new Map(outcomes.map((one) => [`${one.file} ${one.what}`, one]));
  const all = MUTANTS.map((one) => tried.get(`${one.file} ${one.what}`) ?? keptOutcome(one, old));
  writeFileSync(path, page(all));
}
await vitest.close();
process.exitCode = outcomes.every(({ caughtBy }) => caughtBy !== null) ? 0 : 1;
