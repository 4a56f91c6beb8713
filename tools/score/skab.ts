/** SKAB: a water loop with labelled faults at 1 Hz; F1, false and missed alarm rates as its authors compute them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from './bench-city.ts';
import { deviationRule, twoAtOnce } from './settings.ts';
import { numbers, readTable, times } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

const INTERVAL_MS = 1_000;
/** The first rows of a file are for learning. */
const TRAINING_ROWS = 400;
const COLUMNS = [
  { column: 'Accelerometer1RMS', quantity: 'cover-tilt', unit: 'deg' },
  { column: 'Accelerometer2RMS', quantity: 'cover-tilt', unit: 'deg' },
  { column: 'Current', quantity: 'pump-current', unit: 'A' },
  { column: 'Pressure', quantity: 'pressure', unit: 'kPa' },
  { column: 'Temperature', quantity: 'temperature', unit: 'Cel' },
  { column: 'Thermocouple', quantity: 'temperature', unit: 'Cel' },
  { column: 'Voltage', quantity: 'battery', unit: '%' },
  { column: 'Volume Flow RateRMS', quantity: 'flow', unit: 'm3/h' },
] as const;

/** Two of eight sensors unusual at once say that something is wrong. */
export function scoreSkab(folder: string): ScoreLine[] {
  const files = readdirSync(folder).filter(
    (name) => name.endsWith('.csv.gz') && !name.startsWith('anomaly-free'),
  );
  const quantities = [...new Set(COLUMNS.map(({ quantity }) => quantity))];
  const rules = [
    ...quantities.map((one) => deviationRule(one, INTERVAL_MS, 'process')),
    twoAtOnce(quantities),
  ];
  const points = COLUMNS.map(({ quantity, unit }) => ({ quantity, unit, intervalMs: INTERVAL_MS }));
  const count = { hit: 0, missed: 0, false: 0, quiet: 0 };
  for (const file of files) {
    const table = readTable(join(folder, file));
    const at = times(table, 'datetime');
    const columns = COLUMNS.map(({ column }) => numbers(table, column));
    const rows = at.flatMap((time, row) =>
      columns.map((column, point) => ({ time, point, value: column[row] ?? NaN })),
    );
    const { episodes } = runBench(
      points,
      rules,
      rows.sort((a, b) => a.time - b.time),
    );
    const alarms = episodes.filter(({ rule }) => rule === 'two-unusual');
    const truth = numbers(table, 'anomaly');
    for (let row = TRAINING_ROWS; row < at.length; row += 1) {
      const time = at[row] ?? 0;
      const told = alarms.some((one) => one.onsetAt <= time && time < one.returnedAt);
      if (truth[row] === 1) count[told ? 'hit' : 'missed'] += 1;
      else count[told ? 'false' : 'quiet'] += 1;
    }
  }
  const f1 = (2 * count.hit) / (2 * count.hit + count.false + count.missed);
  const falseRate = (100 * count.false) / (count.false + count.quiet);
  const missedRate = (100 * count.missed) / (count.hit + count.missed);
  return [
    {
      set: `SKAB, ${files.length} files of 34`,
      figure: `F1 ${f1.toFixed(2)}, false ${falseRate.toFixed(1)} %, missed ${missedRate.toFixed(1)} %`,
      reference: 'all files: Conv-AE 0.78/13.6/28.0, T2 0.66/19.2/42.6, isolation forest 0.29/2.6/82.9',
      reached: null,
    },
  ];
}
