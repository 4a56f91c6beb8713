/** Tennessee Eastman: a simulated plant with known faults from the eighth hour on. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from './bench-city.ts';
import { deviationRule, twoAtOnce } from './settings.ts';
import { numbers, readTable } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

const INTERVAL_MS = 180_000;
const FAULT_FROM_MIN = 480;
/** Analysers and valves are all shares of a whole here; what counts is the interval. */
const POINT = { quantity: 'pressure', unit: 'kPa', intervalMs: INTERVAL_MS } as const;

/** Delay of two variables unusual at once after the fault, and alarms before it or without one. */
export function scoreTep(folder: string): ScoreLine[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('_te.csv.gz'))
    .sort();
  let falseAlarms = 0;
  let normalHours = 0;
  const delays: string[] = [];
  for (const file of files) {
    const table = readTable(join(folder, file));
    const names = table.columns.filter((name) => /^xme?a?s?v?_\d+$/.test(name));
    const columns = names.map((name) => numbers(table, name));
    const minutes = numbers(table, 't_min');
    const rows = minutes.flatMap((minute, row) =>
      columns.map((column, point) => ({ time: minute * 60_000, point, value: column[row] ?? NaN })),
    );
    const rules = [deviationRule('pressure', INTERVAL_MS, 'process'), twoAtOnce(['pressure'])];
    const { episodes } = runBench(
      names.map(() => POINT),
      rules,
      rows,
    );
    const onsets = episodes
      .filter(({ rule }) => rule === 'two-unusual')
      .map(({ onsetAt }) => onsetAt / 60_000);
    const healthy = file.startsWith('d00') ? Infinity : FAULT_FROM_MIN;
    falseAlarms += onsets.filter((minute) => minute < healthy).length;
    normalHours += Math.min(healthy, minutes.at(-1) ?? 0) / 60;
    if (healthy === Infinity) continue;
    const first = onsets.find((minute) => minute >= FAULT_FROM_MIN);
    delays.push(
      `${file.slice(1, 3)}: ${first === undefined ? 'not found' : `${first - FAULT_FROM_MIN} min`}`,
    );
  }
  return [
    {
      set: 'TEP, delay by fault',
      figure: delays.join(', '),
      reference: 'no published table at hand',
      reached: null,
    },
    {
      set: 'TEP, false alarms',
      figure: `${falseAlarms} in ${Math.round(normalHours)} healthy hours`,
      reference: 'none',
      reached: falseAlarms === 0,
    },
  ];
}
