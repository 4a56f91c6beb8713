/** One back-test from end to end on stored history: reads it once, judges it by both catalogues, compares. Blocks its thread. */
import type { Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { createBacktest } from '#rules/backtest.ts';
import type { RunOutcome } from '#domain/contract/rules.ts';
import { compareEpisodes, type LabelledEvent } from '#rules/backtest-report.ts';
import { parseCatalogue } from '#rules/engine.ts';
import { walkHistory } from '#store/embedded/history-walk.ts';

export type NamedCatalogue = { readonly revision: string; readonly catalogue: unknown };

export type BacktestRequest = {
  /** The folder of the embedded store's month files. */
  readonly measurements: string;
  readonly site: string;
  readonly registry: Registry;
  readonly before: NamedCatalogue;
  readonly after: NamedCatalogue;
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** Judged before `from` without being counted: delays, windows and sums must be warm. */
  readonly lookBackMs: number;
  /** Only these facilities; null = all. */
  readonly facilities: ReadonlySet<string> | null;
  readonly labels: readonly LabelledEvent[];
  readonly shiftMs: number;
  readonly listedMax: number;
  /** Told how far it is, 0 to 1. */
  readonly progress?: (share: number) => void;
};

export type BacktestOutcome = RunOutcome;

/** A catalogue that does not parse; the message names the place. */
export class CatalogueRefused extends Error {}

/** Throws CatalogueRefused for a catalogue that does not parse, SQLite's error for files that cannot be read. */
export function runBacktest(request: BacktestRequest): BacktestOutcome {
  const { site, registry, from, to } = request;
  const cpuFrom = process.cpuUsage();
  for (const { catalogue, revision } of [request.before, request.after]) {
    const parsed = parseCatalogue(catalogue, revision);
    if (!parsed.ok) throw new CatalogueRefused(parsed.error);
  }
  const [before, after] = [request.before, request.after].map((named) =>
    createBacktest({ site, registry, from, ...named }),
  );
  if (before === undefined || after === undefined) throw new Error('two catalogues make two tests');
  const stretch = { from: from - request.lookBackMs, to, wanted: wantedOf(request) };
  const whole = to - stretch.from;
  const figures = walkHistory(request.measurements, stretch, {
    row(row) {
      before.take(row);
      after.take(row);
    },
    hour: (time) => request.progress?.(Math.min(1, (time - stretch.from) / whole)),
  });
  const end = Math.max(from, figures.coveredThrough);
  const report = compareEpisodes(before.finish(end), after.finish(end), request);
  const { user, system } = process.cpuUsage(cpuFrom);
  return { ...report, ...figures, cpuMs: Math.round((user + system) / 1_000) };
}

function wantedOf({ registry, facilities }: BacktestRequest): (pointIndex: number) => boolean {
  const wanted = registry.pointsByIndex.map((point) => {
    if (point.retired === true) return false;
    const facility = registry.devices.get(point.device)?.facility ?? '';
    return facilities === null || facilities.has(facility);
  });
  return (pointIndex) => wanted[pointIndex] === true;
}
