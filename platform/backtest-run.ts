/** One back-test from end to end on stored history: judged by both catalogues, share by share, and compared. */
import type { Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { byOnset } from '#rules/backtest.ts';
import type { RunOutcome } from '#domain/contract/rules.ts';
import { compareEpisodes, type LabelledEvent } from '#rules/backtest-report.ts';
import { parseCatalogue } from '#rules/engine.ts';
import { judgeShare, type ShareOutcome } from './backtest-share.ts';

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
  /** Judge also what cannot change anything: to see that passing over it is right, and what it spares. */
  readonly everyRow?: boolean;
  /** Told how far it is, 0 to 1. */
  readonly progress?: (share: number) => void;
};

export type BacktestOutcome = RunOutcome;

/** A catalogue that does not parse; the message names the place. */
export class CatalogueRefused extends Error {}

/** Throws CatalogueRefused for a catalogue that does not parse, SQLite's error for files that cannot be read. */
export function runBacktest(request: BacktestRequest): BacktestOutcome {
  checkCatalogues(request);
  return joinShares(request, [judgeShare(request, { index: 0, of: 1 })]);
}

/** Throws CatalogueRefused. */
export function checkCatalogues(request: Pick<BacktestRequest, 'before' | 'after'>): void {
  for (const { catalogue, revision } of [request.before, request.after]) {
    const parsed = parseCatalogue(catalogue, revision);
    if (!parsed.ok) throw new CatalogueRefused(parsed.error);
  }
}

/** The report over all shares of one back-test. */
export function joinShares(
  request: Pick<BacktestRequest, 'from' | 'shiftMs' | 'labels' | 'listedMax'>,
  shares: readonly ShareOutcome[],
): BacktestOutcome {
  const all = (of: 'before' | 'after') => shares.flatMap((share) => share[of]).sort(byOnset);
  const sum = (of: 'rows' | 'damagedChunks' | 'cpuMs') =>
    shares.reduce((total, share) => total + share[of], 0);
  return {
    ...compareEpisodes(all('before'), all('after'), request),
    rows: sum('rows'),
    coveredThrough: Math.max(...shares.map(({ coveredThrough }) => coveredThrough)),
    damagedChunks: sum('damagedChunks'),
    cpuMs: sum('cpuMs'),
  };
}
