/** The values around each difference of a back-test, so that a person sees why it is one. */
import type { BacktestEpisode, Difference, TrendPoint } from '#domain/contract/backtest.ts';
import type { RunOutcome } from '#domain/contract/rules.ts';
import type { Timestamp } from '#domain/time.ts';
import { walkHistory } from '#store/embedded/history-walk.ts';
import type { BacktestRequest } from './backtest-run.ts';

const HOUR_MS = 3_600_000;
/** Differences that get a trend, the first ones; steps of a trend; time before and after the alarm. */
const TRENDS_MAX = 100;
const STEPS = 60;
const AROUND_MS = HOUR_MS / 2;
/** Of an alarm that stands longer only the beginning is shown. */
const LONGEST_MS = 24 * HOUR_MS;

type Trend = {
  readonly point: number;
  readonly from: Timestamp;
  readonly stepMs: number;
  readonly min: Float64Array;
  readonly max: Float64Array;
};

export function withTrends(request: BacktestRequest, outcome: RunOutcome): RunOutcome {
  const { added, removed, changed } = outcome;
  const shown = [...added, ...removed, ...changed.flatMap(({ before, after }) => [before, after])];
  const trends = new Map<BacktestEpisode, Trend>();
  for (const one of shown.slice(0, TRENDS_MAX)) {
    const point = request.registry.points.get(one.point ?? '')?.index;
    if (point !== undefined) trends.set(one, emptyTrend(one, point, request.to));
  }
  if (trends.size === 0) return outcome;
  fill(request, [...trends.values()]);
  const withTrend = (one: Difference): Difference => {
    const trend = trends.get(one);
    return trend === undefined ? one : { ...one, trend: stepsOf(trend) };
  };
  return {
    ...outcome,
    added: added.map(withTrend),
    removed: removed.map(withTrend),
    changed: changed.map(({ before, after }) => ({ before: withTrend(before), after: withTrend(after) })),
  };
}

function emptyTrend({ onsetAt, returnedAt }: BacktestEpisode, point: number, to: Timestamp): Trend {
  const from = onsetAt - AROUND_MS;
  const end = Math.min(returnedAt ?? to, onsetAt + LONGEST_MS) + AROUND_MS;
  return {
    point,
    from,
    stepMs: (end - from) / STEPS,
    min: new Float64Array(STEPS).fill(Infinity),
    max: new Float64Array(STEPS).fill(-Infinity),
  };
}

function fill({ measurements }: BacktestRequest, trends: readonly Trend[]): void {
  const ofPoint = Map.groupBy(trends, ({ point }) => point);
  const endOf = ({ from, stepMs }: Trend): Timestamp => from + stepMs * STEPS;
  const walk = {
    from: Math.min(...trends.map(({ from }) => from)),
    to: Math.max(...trends.map(endOf)),
    wanted: (point: number) => ofPoint.has(point),
    passes: (point: number, { time }: { time: Float64Array }, start: number, end: number) => {
      const [first = 0, last = 0] = [time[start], time[end - 1]];
      return !(ofPoint.get(point) ?? []).some((one) => last >= one.from && first < endOf(one));
    },
  };
  walkHistory(measurements, walk, {
    row({ pointIndex, time, value }) {
      if (Number.isNaN(value)) return;
      for (const { from, stepMs, min, max } of ofPoint.get(pointIndex) ?? []) {
        const step = Math.floor((time - from) / stepMs);
        if (step < 0 || step >= STEPS) continue;
        min[step] = Math.min(min[step] ?? value, value);
        max[step] = Math.max(max[step] ?? value, value);
      }
    },
  });
}

/** Steps without a value are left out. */
function stepsOf({ from, stepMs, min, max }: Trend): TrendPoint[] {
  return Array.from(min, (low, step) => ({
    ...{ from: Math.round(from + step * stepMs), min: low, max: max[step] ?? low },
  })).filter((one) => Number.isFinite(one.min));
}
