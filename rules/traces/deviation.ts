/**
 * Deviation from what is usual, by CUSUM or EWMA over residuals. The baseline learns from trusted values only and stands
 * still while the rule is in alarm, at most `relearnAfterMs`: then the new ways are the usual ones. Residuals that hang
 * together (lag-1 autocorrelation above 0.3) are pre-whitened, or every slow wave would be a shift. Values in doubt may
 * raise the statistic but never lower it: one chart is drawn of the trusted values and one of all; the worse one counts.
 */
import type { Timestamp } from '#domain/time.ts';
import { digits12 } from '../limit-value.ts';
import { type Baseline, type BaselineTerms, freshBaseline, learn, residual } from './baseline.ts';
import {
  type CusumState,
  type EwmaState,
  ewmaStatistic,
  startCusum,
  startEwma,
  stepCusum,
  stepEwma,
} from './control-charts.ts';

const WHITEN_FROM = 0.3;
/** Nearer to 1 a residual of the residuals says nothing about a level any more. */
const WHITEN_MOST = 0.95;
/** Residuals that the autocorrelation remembers, and at least needs. */
const LAG_MEMORY = 512;
const LAG_LEAST = 64;
/** More a single residual does not count: one wild reading rings nothing, and does not decide what hangs together. */
const CLIP = 4;

export type DeviationTerms = BaselineTerms & {
  readonly side: 'high' | 'low' | 'both';
  readonly chart:
    | {
        readonly by: 'cusum';
        readonly slack: number;
        /** Head start of both sums, and the most they keep. */
        readonly start: number;
        readonly cap: number;
      }
    | { readonly by: 'ewma'; readonly lambda: number };
  readonly relearnAfterMs: number;
  /** Residuals further apart than this do not follow one another. */
  readonly followMs: number;
};

type Charts = { readonly cusum: CusumState; readonly ewma: EwmaState };

export type Deviation = {
  readonly baseline: Baseline;
  readonly trusted: Charts;
  readonly all: Charts;
  /** The last trusted residual and its time; sums for the lag-1 autocorrelation. */
  lastZ: number;
  lastAt: Timestamp;
  lagged: number;
  squared: number;
  pairs: number;
  /** Effective time since when the rule is in alarm; NaN while it is not. */
  alarmFrom: Timestamp;
};

export const freshDeviation = ({ chart }: DeviationTerms): Deviation => ({
  baseline: freshBaseline(),
  trusted: startCharts(chart),
  all: startCharts(chart),
  lastZ: NaN,
  lastAt: NaN,
  lagged: 0,
  squared: 0,
  pairs: 0,
  alarmFrom: NaN,
});

const startCharts = (chart: DeviationTerms['chart']): Charts => ({
  cusum: startCusum(chart.by === 'cusum' ? chart.start : 0),
  ewma: startEwma(),
});

/** Takes in one value; the chart's statistic on the watched side, NaN while nothing is known of what is usual. */
export function takeDeviation(
  state: Deviation,
  terms: DeviationTerms,
  sample: {
    readonly time: Timestamp;
    readonly value: number;
    readonly trusted: boolean;
    readonly inAlarm: boolean;
  },
): number {
  const { time, value, trusted, inAlarm } = sample;
  if (!inAlarm) state.alarmFrom = NaN;
  else if (Number.isNaN(state.alarmFrom)) state.alarmFrom = time;
  const learns = trusted && (!inAlarm || time - state.alarmFrom > terms.relearnAfterMs);
  const z = residual(state.baseline, terms, time, value);
  if (learns) learn(state.baseline, terms, time, value);
  if (Number.isNaN(z)) return NaN;
  const follows = time - state.lastAt <= terms.followMs;
  const e = clipped(whitened(state, z, follows));
  const worst = stepChart(state.all, terms, e);
  if (!trusted) return digits12(Math.max(worst, statisticOf(state.trusted, terms)));
  if (learns && follows) noteLag(state, z);
  state.lastZ = z;
  state.lastAt = time;
  return digits12(Math.max(worst, stepChart(state.trusted, terms, e)));
}

/** Lag-1 autocorrelation of the residuals; 0 while there are too few. */
export const autocorrelation = ({ lagged, squared, pairs }: Deviation): number =>
  pairs < LAG_LEAST || squared === 0 ? 0 : lagged / squared;

function whitened(state: Deviation, z: number, follows: boolean): number {
  const rho = Math.min(autocorrelation(state), WHITEN_MOST);
  if (!follows || rho <= WHITEN_FROM) return z;
  return (z - rho * state.lastZ) / Math.sqrt(1 - rho * rho);
}

function noteLag(state: Deviation, z: number): void {
  const [now, before] = [clipped(z), clipped(state.lastZ)];
  const keep = state.pairs < LAG_MEMORY ? 1 : 1 - 1 / LAG_MEMORY;
  state.lagged = state.lagged * keep + now * before;
  state.squared = state.squared * keep + (now * now + before * before) / 2;
  state.pairs += 1;
}

const clipped = (z: number): number => Math.max(-CLIP, Math.min(CLIP, z));

function stepChart(charts: Charts, terms: DeviationTerms, e: number): number {
  const { chart } = terms;
  if (chart.by === 'ewma') stepEwma(charts.ewma, e, chart.lambda);
  else stepCusum(charts.cusum, e, chart.slack, chart.cap);
  return statisticOf(charts, terms);
}

/** Where the chart stands on the watched side. */
function statisticOf({ cusum, ewma }: Charts, { chart, side }: DeviationTerms): number {
  if (chart.by === 'cusum') return side === 'both' ? Math.max(cusum.high, cusum.low) : cusum[side];
  const statistic = ewmaStatistic(ewma, chart.lambda);
  return side === 'both' ? Math.abs(statistic) : side === 'high' ? statistic : -statistic;
}
