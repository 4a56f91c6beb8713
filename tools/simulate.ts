/**
 * `npm run simulate -- --seed N`: a whole city for six hours on a virtual clock and a failing disk, judged by its oracles.
 * `--seeds K --first N` runs K of them from N on, in `--jobs` processes (2). Ends 1 at the first breach and prints the
 * command that repeats it. `--hours H` makes the city's day shorter or longer; `--size street` is a small place where
 * somebody dies every minute.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  addFigures,
  CITY_HOURS,
  figuresLine,
  noFigures,
  repeatOf,
  runSeed,
  type SimFigures,
  sizeOf,
} from '#test/simulation/sim-run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    first: { type: 'string', default: '1' },
    hours: { type: 'string', default: String(CITY_HOURS) },
    size: { type: 'string', default: 'city' },
    jobs: { type: 'string', default: '2' },
    /** Of a child: takes each seed from its parent. */
    child: { type: 'boolean', default: false },
  },
});
const hours = Number(values.hours);
const size = sizeOf(values.size);

/** Null = breaches, which have been printed. */
async function run(seed: number): Promise<SimFigures | null> {
  const { breaches, figures } = await runSeed(seed, hours, {}, size).catch((cause: unknown) => ({
    breaches: [`the city does not run: ${cause instanceof Error ? cause.stack : String(cause)}`],
    figures: noFigures(),
  }));
  if (breaches.length === 0) return figures;
  console.log(breaches.slice(0, 20).join('\n'));
  console.log(`${breaches.length} breaches; repeat with: ${repeatOf(seed, hours, size)}`);
  return null;
}

function child(): void {
  process.on('message', (seed: number) => {
    void run(seed).then((figures) => process.send?.(figures));
  });
}

/** Each child takes the next seed when it is done with one; the first breach ends them all. */
function runMany(first: number, count: number, jobs: number): void {
  const totals = noFigures();
  let next = first;
  const children = Array.from({ length: Math.min(jobs, count) }, () =>
    fork(fileURLToPath(import.meta.url), ['--child', '--hours', String(hours), '--size', values.size]),
  );
  const stop = (code: number): void => {
    process.exitCode = code;
    for (const one of children) one.kill();
  };
  for (const one of children) {
    const give = (): void => {
      if (next < first + count) one.send(next++);
    };
    one.on('message', (figures: SimFigures | null) => {
      if (figures === null) return stop(1);
      addFigures(totals, figures);
      if (totals.seeds < count) return give();
      console.log(`from ${first}, ${figuresLine(totals)}, 0 breaches`);
      stop(0);
    });
    one.on('exit', (code) => {
      if (totals.seeds < count && code !== null && code !== 0) stop(1);
    });
    give();
  }
}

if (values.child) child();
else if (values.seed === undefined) runMany(Number(values.first), Number(values.seeds), Number(values.jobs));
else {
  const figures = await run(Number(values.seed));
  if (figures === null) process.exitCode = 1;
  else console.log(`seed ${values.seed}, ${figuresLine(figures)}, 0 breaches`);
}
