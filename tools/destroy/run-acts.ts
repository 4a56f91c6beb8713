/** Runs acts one after another and prints what came of each. */
import { seededRandom } from '#test/simulation/random.ts';
import { account, type Account, type Act, boundBreaches } from './act.ts';

export type Plan = {
  readonly acts: readonly Act[];
  readonly size: 'test' | 'usual' | 'full';
  readonly seed: number;
  /** How often, when it was asked for; null = as the size has it. */
  readonly countOf: (name: string) => number | null;
  readonly print: (line: string) => void;
};

const BREACHES_SHOWN = 20;
const SAY_EVERY_MS = 10_000;

/** True when anything was breached; each breach has been printed, with the command that repeats its act. */
export async function runActs({ acts, size, seed, countOf, print }: Plan): Promise<boolean> {
  const rows: string[][] = [];
  let breached = false;
  for (const act of acts) {
    const count = countOf(act.name) ?? act.counts[size];
    if (count === 0) continue;
    const from = performance.now();
    let saidAt = from;
    const say = (line: string): void => {
      if (performance.now() - saidAt < SAY_EVERY_MS) return;
      saidAt = performance.now();
      print(`  ${act.name}: ${line}`);
    };
    const random = seededRandom(seed);
    const found = await act
      .run({ count, seed, random, say })
      .catch((cause: unknown) =>
        account({ breaches: [cause instanceof Error ? (cause.stack ?? cause.message) : String(cause)] }),
      );
    const seconds = Math.round((performance.now() - from) / 1_000);
    const breaches = [...boundBreaches(found, size !== 'test'), ...found.breaches];
    rows.push(rowOf(act.name, count, seconds, found, breaches.length));
    print(
      `${act.name}: ${found.did || `${count} times`}; ${seconds} s; told: ${found.told.join(', ') || '-'}`,
    );
    if (breaches.length === 0) continue;
    breached = true;
    for (const line of breaches.slice(0, BREACHES_SHOWN)) print(`  BREACH ${line}`);
    print(`  ${breaches.length} breaches; repeat: ${repeatOf(act, seed, count)}`);
  }
  for (const line of table(rows)) print(line);
  print(breached ? 'BREACHED' : 'nothing lost, nothing doubled');
  return breached;
}

const repeatOf = ({ name }: Act, seed: number, count: number): string =>
  `npm run destroy -- --seed ${seed} --only ${name} --${name} ${count}`;

const HEAD = [
  ...['act', 'times', 'seconds', 'acknowledged', 'lost', 'doubled', 'alarms', 'missing', 'twice'],
  ...['worst restart', 'peak RSS', 'breaches'],
];

function rowOf(name: string, count: number, seconds: number, found: Account, breaches: number): string[] {
  const { worstRestartMs, peakRssMb } = found;
  const figures = [
    ...[count, seconds, found.acknowledged, found.lost, found.doubled],
    ...[found.alarms, found.alarmsLost, found.alarmsDoubled],
  ];
  return [
    name,
    ...figures.map(String),
    worstRestartMs === null ? '-' : `${(worstRestartMs / 1_000).toFixed(1)} s`,
    peakRssMb === null ? '-' : `${peakRssMb} MB`,
    String(breaches),
  ];
}

function table(rows: readonly string[][]): string[] {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)));
  return all.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}
