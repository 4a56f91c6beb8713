/** NAB: streaming series with windows of anomalies; our alarms against Windowed Gaussian on the same files. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runBench } from './bench-city.ts';
import { deviationRule } from './settings.ts';
import { instant, numbers, readTable, times } from './table-file.ts';
import type { ScoreLine } from './score-line.ts';

/** NAB's standard profile. */
const WEIGHT = { truePositive: 1, falsePositive: 0.11, falseNegative: 1 } as const;
/** The first part of a file, at most 15 % of 5,000 rows, is for learning and is not scored. */
const PROBATION_SHARE = 0.15;
const PROBATION_ROWS_MAX = 5_000;
/** NAB's Windowed Gaussian; of these thresholds on its tail probability it gets the one that suits these files best. */
const GAUSSIAN = { rows: 6_400, step: 100 } as const;
const GAUSSIAN_TAILS = [1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-8, 1e-10, 1e-13, 1e-16];

type Series = { readonly name: string; readonly at: readonly number[]; readonly values: readonly number[] };
type Span = readonly [number, number];

/** The share of a perfect score in per cent, ours and that of Windowed Gaussian. */
export function scoreNab(folder: string): ScoreLine[] {
  const windows = JSON.parse(readFileSync(join(folder, 'combined_windows.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const series = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.csv.gz'))
    .sort()
    .map((name): Series => {
      const table = readTable(join(folder, name));
      return {
        name: name.replace(/\.gz$/, ''),
        at: times(table, 'timestamp'),
        values: numbers(table, 'value'),
      };
    });
  const spansOf = ({ name }: Series): Span[] =>
    (windows[name] ?? []).map(([from, to]) => [instant(from), instant(to)]);
  const total = (detect: (one: Series) => readonly number[]): number => {
    let score = 0;
    let perfect = 0;
    let nothing = 0;
    for (const one of series) {
      const spans = spansOf(one);
      score += scoreOf(one, spans, detect(one));
      perfect += spans.length * WEIGHT.truePositive;
      nothing -= spans.length * WEIGHT.falseNegative;
    }
    return (100 * (score - nothing)) / (perfect - nothing);
  };
  const own = total(ownDetections);
  const tails = new Map(series.map((one) => [one.name, gaussianTails(one)]));
  const below = (limit: number) => (one: Series) =>
    (tails.get(one.name) ?? []).flatMap((tail, row) => (tail <= limit ? [row] : []));
  const gaussian = Math.max(...GAUSSIAN_TAILS.map((limit) => total(below(limit))));
  return [
    {
      set: `NAB, ${series.length} files of 58`,
      figure: own.toFixed(1),
      reference: `Windowed Gaussian on the same files, at its best threshold for them ${gaussian.toFixed(1)}`,
      reached: own > gaussian,
    },
  ];
}

/** Rows at which an alarm began. */
function ownDetections({ at, values }: Series): number[] {
  const gaps = at
    .slice(1, 101)
    .map((time, row) => time - (at[row] ?? 0))
    .sort((a, b) => a - b);
  const intervalMs = Math.max(60_000, gaps[gaps.length >> 1] ?? 0);
  const rows = at.map((time, row) => ({ time, point: 0, value: values[row] ?? NaN }));
  const ordered = rows.toSorted((a, b) => a.time - b.time);
  const { episodes } = runBench(
    [{ quantity: 'flow', unit: 'm3/h', intervalMs }],
    [deviationRule('flow', intervalMs, 'weekly')],
    ordered,
  );
  return episodes.map(({ onsetAt }) => at.findIndex((time) => time >= onsetAt)).filter((row) => row >= 0);
}

/** NAB's numenta/NAB windowedGaussian: tail probability under mean and deviation of the last rows. */
function gaussianTails({ values }: Series): number[] {
  const window: number[] = [];
  const buffer: number[] = [];
  const tails: number[] = [];
  let mean = 0;
  let deviation = 1;
  const update = (): void => {
    mean = window.reduce((sum, one) => sum + one, 0) / window.length;
    const variance = window.reduce((sum, one) => sum + (one - mean) ** 2, 0) / window.length;
    deviation = Math.sqrt(variance) || 1e-6;
  };
  for (const value of values) {
    tails.push(window.length > 0 ? tail(value, mean, deviation) : 1);
    if (window.length < GAUSSIAN.rows) {
      window.push(value);
      update();
      continue;
    }
    buffer.push(value);
    if (buffer.length === GAUSSIAN.step) {
      window.splice(0, GAUSSIAN.step);
      window.push(...buffer.splice(0));
      update();
    }
  }
  return tails;
}

/** Probability of a normal value at least so far out, on either side. */
function tail(value: number, mean: number, deviation: number): number {
  const z = Math.abs(value - mean) / deviation;
  return 0.5 * erfc(z / Math.SQRT2);
}

/** Complementary error function; relative error below 1.2e-7 (Numerical Recipes, erfcc). */
function erfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const terms = [-1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806];
  const more = [0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277];
  const sum = [...terms, ...more].reduceRight((rest, one) => one + t * rest, 0);
  return t * Math.exp(-x * x + sum);
}

/** NAB's score of one file: each window by its earliest detection, each false one by how far it is behind a window. */
export function scoreOf({ at }: Series, spans: readonly Span[], detections: readonly number[]): number {
  const probation = Math.floor(PROBATION_SHARE * Math.min(at.length, PROBATION_ROWS_MAX));
  const rowsOf = ([from, to]: Span): Span => [
    at.findIndex((time) => time >= from),
    at.findLastIndex((time) => time <= to),
  ];
  const windows = spans.map(rowsOf);
  let score = 0;
  for (const [from, to] of windows) {
    const first = detections
      .filter((row) => row >= from && row <= to && row >= probation)
      .sort((a, b) => a - b)[0];
    if (first === undefined) score -= WEIGHT.falseNegative;
    // From -1 at the window's begin to 0 at its end.
    else score += (WEIGHT.truePositive * sigmoid(-(to - first + 1) / (to - from + 1))) / sigmoid(-1);
  }
  for (const row of detections) {
    if (row < probation || windows.some(([from, to]) => row >= from && row <= to)) continue;
    const before = windows.filter(([, to]) => to < row).at(-1);
    const weight =
      before === undefined ? -1 : sigmoid((row - before[1]) / Math.max(1, before[1] - before[0]));
    score += WEIGHT.falsePositive * weight;
  }
  return score;
}

/** NAB's scaled sigmoid: 0.98 at -1, 0 at 0, -1 far behind. */
const sigmoid = (y: number): number => (y > 3 ? -1 : 2 / (1 + Math.exp(5 * y)) - 1);
