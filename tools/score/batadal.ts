/** BATADAL: attacks on the SCADA of a water network; the official score on the half year with attacks. */
import { join } from 'node:path';
import { type BenchPoint, type BenchRow, runBench } from './bench-city.ts';
import { deviationRule, twoAtOnce } from './settings.ts';
import { instant, numbers, readTable, type Table, times } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

const HOUR_MS = 3_600_000;
const TARGET = 0.75;
const QUANTITIES = [
  { prefix: 'L_', quantity: 'sewer-level', unit: 'm' },
  { prefix: 'F_', quantity: 'flow', unit: 'm3/h' },
  { prefix: 'P_', quantity: 'pressure', unit: 'kPa' },
] as const;

/** Levels, flows and pressures; the year without attacks is learned, then both go on learning as live. */
export function scoreBatadal(folder: string): ScoreLine[] {
  const normal = readTable(join(folder, 'dataset03_normal_year.csv.gz'));
  const attacked = readTable(join(folder, 'dataset04_attacks.csv.gz'));
  const columns = normal.columns.flatMap((column) => {
    const kind = QUANTITIES.find(({ prefix }) => column.startsWith(prefix));
    return kind === undefined ? [] : [{ column, ...kind }];
  });
  const points = columns.map(
    ({ quantity, unit }): BenchPoint => ({ quantity, unit, intervalMs: HOUR_MS, kind: 'pump-station' }),
  );
  const names = columns.map(({ column }) => column);
  const quantities = QUANTITIES.map(({ quantity }) => quantity);
  const rules = [...quantities.map((one) => deviationRule(one, HOUR_MS, 'weekly')), twoAtOnce(quantities)];
  const rows = [...rowsOf(normal, names), ...rowsOf(attacked, names)];
  const { episodes } = runBench(points, rules, rows);
  const alarms = episodes.filter(({ rule }) => rule === 'two-unusual');
  const hours = times(attacked, 'time');
  const flagged = hours.map((time) => alarms.some((one) => one.onsetAt <= time && time < one.returnedAt));
  const attacks = readTable(join(folder, 'attacks.csv')).rows.filter(([set]) => set === 'dataset04');
  const spans = attacks.map((row) => [instant(`${row[2]}:00`), instant(`${row[3]}:00`)] as const);
  const { score, time, match, found } = official(hours, flagged, spans);
  return [
    {
      set: 'BATADAL, open part',
      figure: `S ${score.toFixed(3)} (time ${time.toFixed(3)}, classification ${match.toFixed(3)}), ${found} of ${spans.length} attacks found`,
      reference: `at least ${TARGET}; published 0.534 to 0.970, always safe 0.25`,
      reached: score >= TARGET,
    },
  ];
}

/** S = (S_TTD + S_CM) / 2, as the organisers score it. */
export function official(
  hours: readonly number[],
  flagged: readonly boolean[],
  spans: readonly (readonly [number, number])[],
): { score: number; time: number; match: number; found: number } {
  let late = 0;
  let found = 0;
  for (const [from, to] of spans) {
    const at = hours.findIndex((time, hour) => time >= from && time <= to && flagged[hour] === true);
    if (at >= 0) found += 1;
    late += at < 0 ? 1 : Math.min(1, ((hours[at] ?? to) - from) / (to - from));
  }
  const attacked = hours.map((time) => spans.some(([from, to]) => time >= from && time <= to));
  const share = (truth: boolean): number => {
    const of = attacked.flatMap((is, hour) => (is === truth ? [flagged[hour] === truth] : []));
    return of.filter(Boolean).length / of.length;
  };
  const time = 1 - late / spans.length;
  const match = (share(true) + share(false)) / 2;
  return { score: (time + match) / 2, time, match, found };
}

function rowsOf(table: Table, names: readonly string[]): BenchRow[] {
  const columns = names.map((name) => numbers(table, name));
  return times(table, 'time').flatMap((time, row) =>
    columns.map((column, point) => ({ time, point, value: column[row] ?? NaN })),
  );
}
