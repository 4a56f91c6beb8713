/**
 * One share of a back-test: some points of the city with all their history, judged by both catalogues. Points that both
 * watch alike are judged once for both; rules across points keep their points in one share.
 */
import type { BacktestEpisode } from '#domain/contract/backtest.ts';
import { FLAG } from '#domain/measurement.ts';
import type { Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { type Backtest, createBacktest } from '#rules/backtest.ts';
import { anchorsOf, bindingText, isIdle, quietBand } from '#rules/backtest-quiet.ts';
import { type Passes, walkHistory, type WalkFigures } from '#store/embedded/history-walk.ts';
import type { BacktestRequest } from './backtest-run.ts';

export type Share = { readonly index: number; readonly of: number };

export type ShareOutcome = WalkFigures & {
  readonly before: readonly BacktestEpisode[];
  readonly after: readonly BacktestEpisode[];
  readonly cpuMs: number;
};

/** What changes nothing of how a value is judged once all are in order. */
const ARRIVAL = FLAG.late | FLAG.backfill | FLAG.outOfOrder | FLAG.approved;

/** Throws SQLite's error for files that cannot be read. */
export function judgeShare(request: BacktestRequest, share: Share): ShareOutcome {
  const { site, registry, from, to } = request;
  const cpuFrom = process.cpuUsage();
  const start = from - request.lookBackMs;
  const before = createBacktest({ site, registry, from, start, ...request.before });
  const after = createBacktest({ site, registry, from, start, ...request.after });
  const plan = planOf(request, share, before, after);
  const hour = (time: Timestamp): void => request.progress?.(Math.min(1, (time - start) / (to - start)));
  const walk = { from: start, to, wanted: (point: number) => plan.wanted[point] === 1 };
  const figures = walkHistory(
    request.measurements,
    request.everyRow === true ? walk : { ...walk, passes: passesIn(plan, before, after) },
    {
      row(row) {
        before.take(row);
        if (plan.differs[row.pointIndex] === 1) after.take(row);
      },
      hour,
    },
  );
  const end = Math.max(from, figures.coveredThrough);
  const first = before.finish(end);
  const alike = first.filter((one) => !differsAt(registry, plan, one));
  const { user, system } = process.cpuUsage(cpuFrom);
  const cpuMs = Math.round((user + system) / 1_000);
  return { ...figures, before: first, after: [...alike, ...after.finish(end)], cpuMs };
}

type Plan = {
  /** 1 = this share judges the point. */
  readonly wanted: Uint8Array;
  /** 1 = the catalogues watch it, or a point it is joined with, otherwise. */
  readonly differs: Uint8Array;
  /** Values between the two are quiet for both; NaN where none are. */
  readonly low: Float64Array;
  readonly high: Float64Array;
};

function planOf(
  { registry, facilities, before: { catalogue: one }, after: { catalogue: other } }: BacktestRequest,
  share: Share,
  before: Backtest,
  after: Backtest,
): Plan {
  const count = registry.pointsByIndex.length;
  const groups = groupsOf(count, [before, after]);
  const settingsDiffer = JSON.stringify(Object(one).settings) !== JSON.stringify(Object(other).settings);
  const groupDiffers = new Uint8Array(count);
  for (let point = 0; point < count; point += 1) {
    if (settingsDiffer || bindingText(before.state, point) !== bindingText(after.state, point))
      groupDiffers[groups[point] ?? point] = 1;
  }
  const plan: Plan = {
    wanted: new Uint8Array(count),
    differs: Uint8Array.from(groups, (group) => groupDiffers[group] ?? 0),
    low: new Float64Array(count).fill(NaN),
    high: new Float64Array(count).fill(NaN),
  };
  for (const { index, device, retired } of registry.pointsByIndex) {
    const facility = registry.devices.get(device)?.facility ?? '';
    const isAsked = retired !== true && (facilities === null || facilities.has(facility));
    if (isAsked && (groups[index] ?? index) % share.of === share.index) plan.wanted[index] = 1;
    const bands = [quietBand(before.state, index), quietBand(after.state, index)];
    if (bands.includes(null)) continue;
    plan.low[index] = Math.max(...bands.map((band) => band?.low ?? NaN));
    plan.high[index] = Math.min(...bands.map((band) => band?.high ?? NaN));
  }
  return plan;
}

/** The least point of each point's group: points of one group play in rules across points of either catalogue. */
function groupsOf(count: number, tests: readonly Backtest[]): Int32Array {
  const parent = Int32Array.from({ length: count }, (_, point) => point);
  const rootOf = (point: number): number => {
    let root = point;
    while ((parent[root] ?? root) !== root) root = parent[root] ?? root;
    parent[point] = root;
    return root;
  };
  for (let point = 0; point < count; point += 1) {
    for (const { state } of tests) {
      for (const anchor of anchorsOf(state, point)) {
        const [a, b] = [rootOf(point), rootOf(anchor)];
        parent[Math.max(a, b)] = Math.min(a, b);
      }
    }
  }
  return Int32Array.from({ length: count }, (_, point) => rootOf(point));
}

function passesIn(plan: Plan, before: Backtest, after: Backtest): Passes {
  return (point, rows, start, end) => {
    const low = plan.low[point] ?? NaN;
    const high = plan.high[point] ?? NaN;
    if (!(low < high) || !isIdle(before.state, point)) return false;
    if (plan.differs[point] === 1 && !isIdle(after.state, point)) return false;
    const { value, flags } = rows;
    for (let at = start; at < end; at += 1) {
      const v = value[at] ?? NaN;
      if (v >= high || v <= low || ((flags[at] ?? 0) & ~ARRIVAL) !== 0) return false;
    }
    return true;
  };
}

function differsAt(registry: Registry, { differs }: Plan, { point }: BacktestEpisode): boolean {
  const index = registry.points.get(point ?? '')?.index;
  return index !== undefined && differs[index] === 1;
}
