/**
 * A draft and the version in force on the same live data, block by block of the record log: two back-tests that take
 * rows as they arrive. What the log still holds from before the beginning warms both up. A function of the log alone,
 * so that one that goes on where it was saved finds what one that never stopped finds.
 */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { ShadowGap, ShadowOutcome } from '#domain/contract/shadow.ts';
import type { Measurement } from '#domain/measurement.ts';
import {
  applyRegistryChange,
  restoreRegistry,
  type SerializedRegistry,
  serializeRegistry,
} from '#domain/registry-change.ts';
import type { Registry } from '#domain/registry.ts';
import type { Timestamp } from '#domain/time.ts';
import { type Backtest, createBacktest, isCompared, type SavedBacktest } from '#rules/backtest.ts';
import { compareEpisodes } from '#rules/backtest-report.ts';
import type { KeyedEvent } from '#store/ports.ts';
import { FOLD_REVISION } from '../city/city.ts';
import type { NamedCatalogue } from './backtest-run.ts';

export type ShadowRequest = {
  readonly site: string;
  readonly before: NamedCatalogue;
  readonly after: NamedCatalogue;
  /** Number of the version in force, `before`. */
  readonly base: number;
  readonly startedAt: Timestamp;
  readonly shiftMs: number;
  readonly listedMax: number;
  /** Alarms of either side with which it ends. */
  readonly alarmsMax: number;
};

/** Position of the log through which a registry, whose changes up to there are in it already. */
export type KnownRegistry = { readonly registry: Registry; readonly position: number };

export type SavedShadow = {
  readonly engine: string;
  readonly registry: SerializedRegistry;
  /** Changes of the registry at or before it are applied. */
  readonly registryPosition: number;
  readonly tests: readonly [SavedBacktest, SavedBacktest];
  readonly rows: number;
  readonly judgedThrough: Timestamp | null;
  readonly liveAlarms: number;
  readonly gaps: readonly ShadowGap[];
  readonly gapFrom: Timestamp | null;
  readonly over: ShadowOver | null;
};

/** Why there is nothing more to judge. */
export type ShadowOver = 'stale-base' | 'too-many-alarms';

export type RecordedBlock = {
  readonly rows: readonly Measurement[];
  readonly events: readonly KeyedEvent[];
};

export type ShadowJudge = {
  take(block: RecordedBlock): void;
  /** What follows in the log is gone: the stretch up to the next row was not judged. */
  missed(): void;
  over(): ShadowOver | null;
  outcome(): ShadowOutcome;
  /** Shares objects with it: serialise it before the next block. */
  save(): SavedShadow;
};

/** In a shadow's folder: what it judges, and what it has found so far. */
export const REQUEST_FILE = 'request.json';
export const OUTCOME_FILE = 'outcome.json';
/** Gaps that are listed; further ones widen the last. */
const GAPS_MAX = 100;

export const isOfThisEngine = ({ engine }: SavedShadow): boolean => engine === FOLD_REVISION;

export function beginShadow(request: ShadowRequest, known: KnownRegistry): ShadowJudge {
  return createJudge(request, known, null);
}

/** `saved` must be of this engine. */
export function resumeShadow(request: ShadowRequest, saved: SavedShadow): ShadowJudge {
  const known = { registry: restoreRegistry(saved.registry), position: saved.registryPosition };
  return createJudge(request, known, saved);
}

function createJudge(
  request: ShadowRequest,
  { registry, position }: KnownRegistry,
  saved: SavedShadow | null,
): ShadowJudge {
  const { site, startedAt } = request;
  const create = (catalogue: NamedCatalogue, test: SavedBacktest | undefined): Backtest =>
    createBacktest({
      ...{ site, registry, from: startedAt, asArrived: true, saved: test ?? null },
      ...catalogue,
    });
  const before = create(request.before, saved?.tests[0]);
  const after = create(request.after, saved?.tests[1]);
  const gaps = [...(saved?.gaps ?? [])];
  let rows = saved?.rows ?? 0;
  let judgedThrough = saved?.judgedThrough ?? null;
  let liveAlarms = saved?.liveAlarms ?? 0;
  let gapFrom = saved?.gapFrom ?? null;
  let over = saved?.over ?? null;

  function follow({ position: at, event }: KeyedEvent): void {
    if (event.kind === 'alarm') return countLive(event);
    // From here on another version rings: beside it the draft says nothing any more.
    if (event.kind === 'rules' && event.version.number > request.base) over ??= 'stale-base';
    if (event.kind !== 'registry' || at <= position) return;
    const outcome = applyRegistryChange(registry, event.change);
    if (!outcome.ok)
      throw new Error(`the log holds a change that does not apply: ${outcome.errors[0]?.detail}`);
    for (const test of [before, after]) test.registryChanged(outcome.touched, event.at);
  }

  function countLive({ change, alarm, at }: AlarmEvent): void {
    if (at < startedAt || alarm.point === null || !isCompared(alarm)) return;
    if (change === 'raised' || change === 'reactivated') liveAlarms += 1;
  }

  function take(row: Measurement): void {
    if (gapFrom !== null && row.receivedAt >= startedAt) closeGap(gapFrom, row.receivedAt);
    before.take(row);
    after.take(row);
    if (row.receivedAt < startedAt) return;
    rows += 1;
    judgedThrough = Math.max(judgedThrough ?? 0, row.receivedAt);
  }

  function closeGap(from: Timestamp, to: Timestamp): void {
    gapFrom = null;
    const last = gaps.at(-1);
    if (gaps.length < GAPS_MAX || last === undefined) gaps.push({ from, to });
    else gaps[gaps.length - 1] = { from: last.from, to };
  }

  return {
    take(block) {
      if (over !== null) return;
      for (const event of block.events) follow(event);
      if (over !== null) return;
      for (const row of block.rows) take(row);
      if (Math.max(before.size(), after.size()) > request.alarmsMax) over = 'too-many-alarms';
    },
    missed() {
      // What was gone before it began was only to warm up.
      if (saved !== null || rows > 0) gapFrom ??= judgedThrough ?? startedAt;
    },
    over: () => over,
    outcome: () => ({
      ...compareEpisodes(before.episodes(), after.episodes(), {
        from: startedAt,
        shiftMs: request.shiftMs,
        labels: [],
        listedMax: request.listedMax,
      }),
      ...{ rows, judgedThrough, liveAlarms, gaps: [...gaps], registryRevision: registry.revision },
    }),
    save: () => ({
      ...{ engine: FOLD_REVISION, registry: serializeRegistry(registry), registryPosition: position },
      ...{ tests: [before.save(), after.save()], rows, judgedThrough, liveAlarms, gaps, gapFrom, over },
    }),
  };
}
