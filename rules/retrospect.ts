/**
 * Judging stored data again (design §6): the same levels run over effective time, and what they find is compared with
 * what is known. Ids follow from the onset, so any order of arrival ends in the same set of historical alarms.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { RejudgedEpisode } from '#domain/input.ts';
import { type Colour, worseColour } from '#domain/colour.ts';
import { FLAG, type Measurement, type Quality } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { instanceAt } from './at-rest.ts';
import { ownBindingOf } from './binding.ts';
import { stepRule } from './judge.ts';
import { anyActive, carryMilder, fireDue, nextDue, STEP, stopClearing, worstLevel } from './level-machine.ts';
import { lifted, liftOf } from './promotion.ts';
import { createSlot, type History, type Level, type RuleInstance, type RulesState } from './state.ts';
import type { Registry } from '#domain/registry.ts';
import { isData, isTrusted } from './trust.ts';
import { createHistory, remember } from './window.ts';

export type StoredRow = {
  readonly time: Timestamp;
  readonly value: number;
  readonly quality: Quality;
  readonly flags: number;
};

type Run = {
  readonly instance: RuleInstance;
  open: { onsetAt: Timestamp; level: Level; colour: Colour; value: number } | null;
};

/** Why a stored sample came late or out of order says nothing once all are sorted. */
const ARRIVAL = FLAG.late | FLAG.backfill | FLAG.outOfOrder | FLAG.approved;

/**
 * Episodes in `rows` (any order) of one point, by onset then rule. `until` is how far the rows are known to be all there
 * are: delays that run after the last one end by then. Pure: the engine's state is only read.
 */
export function judgeSeries(
  state: RulesState,
  registry: Registry,
  pointIndex: number,
  rows: readonly StoredRow[],
  until: Timestamp = -Infinity,
): RejudgedEpisode[] {
  const judge = beginSeries(state, registry, pointIndex);
  judge.take(rows.toSorted((a, b) => a.time - b.time));
  return judge.finish(until);
}

/** Judges one point's series piece by piece, by the rules as they bind now; nothing of the engine's state is changed. */
export type SeriesJudge = {
  /** The next rows, by time. */
  take(rows: readonly StoredRow[]): void;
  /** As `judgeSeries`. Call it once, at the end. */
  finish(until: Timestamp): RejudgedEpisode[];
};

export function beginSeries(state: RulesState, registry: Registry, pointIndex: number): SeriesJudge {
  const entry = registry.pointsByIndex[pointIndex];
  if (entry === undefined || entry.retired) return { take: () => {}, finish: () => [] };
  const own = ownBindingOf(state.bindings, registry, entry).rules;
  // What is usual now was not so then, and weeks are not at hand: deviations are judged live and by back-test.
  const { interlocks } = state.catalogue.suppression;
  const judged = own.filter(({ rule, signal }) => signal !== 'deviation' && !interlocks.has(rule));
  const runs = judged.map(
    (bound, place): Run => ({
      instance: instanceAt(bound, place, createSlot('point', pointIndex, bound.rule)),
      open: null,
    }),
  );
  const history = historyOf(runs, entry.quantity === 'rain-total');
  const lostMs = entry.reportIntervalMs * state.catalogue.settings.sensorLostIntervals;
  const found: RejudgedEpisode[] = [];
  let dataAt = -Infinity;
  const goOn = (to: Timestamp): void => {
    runDelays(runs, Math.min(to, dataAt + lostMs), found);
    if (to - dataAt >= lostMs) for (const { instance } of runs) stopClearing(instance.levels);
    runDelays(runs, to, found);
  };
  return {
    take(rows) {
      for (const row of rows) {
        // A sample that was only ever in the future of its own arrival is never judged.
        if ((row.flags & FLAG.future) !== 0) continue;
        const m = measurement(pointIndex, row);
        goOn(m.time);
        if (take(runs, history, m, entry.reportIntervalMs, found)) dataAt = m.time;
      }
    },
    finish(until) {
      goOn(until);
      for (const run of runs) if (run.open !== null) found.push(episode(run, run.open, null));
      return found.sort((a, b) => a.onsetAt - b.onsetAt || (a.rule < b.rule ? -1 : 1));
    },
  };
}

function take(
  runs: readonly Run[],
  history: History | null,
  m: Measurement,
  intervalMs: number,
  found: RejudgedEpisode[],
): boolean {
  if (!isData(m) && (m.flags & (FLAG.overRange | FLAG.underRange)) === 0) {
    for (const { instance } of runs) stopClearing(instance.levels);
    return false;
  }
  if (history !== null && !Number.isNaN(m.value)) remember(history, m, intervalMs);
  const changed: Run[] = [];
  for (const run of runs) {
    const done = stepRule(run.instance, history, m, isTrusted(m), m.time);
    if ((done & STEP.changed) !== 0) changed.push(run);
  }
  noteAll(runs, changed, m.time, found);
  for (const run of runs) if (run.open !== null) run.open.value = worse(run.open.level, run.open.value);
  return true;
}

/** Delays of all rules in the order in which they end: one may lift the colour of another. */
function runDelays(runs: readonly Run[], to: Timestamp, found: RejudgedEpisode[]): void {
  for (;;) {
    const due = Math.min(...runs.map(({ instance }) => nextDue(instance.levels)));
    if (!(due <= to)) return;
    const changed = runs.filter(({ instance }) => fireDue(instance.levels, due));
    if (changed.length === 0) return;
    for (const { instance } of changed) carryMilder(instance.levels);
    noteAll(runs, changed, due, found);
  }
}

/** Notes the rules whose levels changed, and those whose colour hangs on one of them. */
function noteAll(
  runs: readonly Run[],
  changed: readonly Run[],
  at: Timestamp,
  found: RejudgedEpisode[],
): void {
  if (changed.length === 0) return;
  const rules = runs.map(({ instance }) => instance);
  for (const run of runs) {
    const hangs = run.instance.lifts.some((lift) =>
      changed.some(({ instance }) => instance.rule === lift.rule),
    );
    if (hangs || changed.includes(run)) note(run, rules, at, found);
  }
}

/** Opens, worsens or ends the running episode after levels changed at `at`. */
function note(run: Run, rules: readonly RuleInstance[], at: Timestamp, found: RejudgedEpisode[]): void {
  const { levels } = run.instance;
  if (!anyActive(levels)) {
    if (run.open !== null) found.push(episode(run, run.open, at));
    run.open = null;
    for (const level of levels) level.held = false;
    return;
  }
  const level = worstLevel(levels);
  if (level === undefined) return;
  const colour = lifted(level, liftOf(rules, run.instance));
  if (run.open === null) run.open = { onsetAt: at, level, colour, value: level.seen };
  else {
    if (levels.indexOf(level) > levels.indexOf(run.open.level)) run.open.level = level;
    run.open.colour = worseColour(run.open.colour, colour);
  }
}

const episode = (
  run: Run,
  open: NonNullable<Run['open']>,
  returnedAt: Timestamp | null,
): RejudgedEpisode => ({
  rule: run.instance.rule,
  onsetAt: open.onsetAt,
  returnedAt,
  colour: open.colour,
  limit: open.level.name,
  limitValue: open.level.limit,
  value: open.value,
});

function worse(level: Level, value: number): number {
  if (Number.isNaN(level.seen)) return value;
  return level.side === 'high' ? Math.max(value, level.seen) : Math.min(value, level.seen);
}

function historyOf(runs: readonly Run[], total: boolean): History | null {
  let keepMs = 0;
  for (const { instance } of runs)
    for (const level of instance.levels) keepMs = Math.max(keepMs, level.windowMs);
  return keepMs === 0 ? null : createHistory(keepMs, total);
}

const measurement = (pointIndex: number, row: StoredRow): Measurement => ({
  pointIndex,
  time: row.time,
  deviceTime: null,
  receivedAt: row.time,
  value: row.value,
  quality: row.quality,
  flags: row.flags & ~ARRIVAL,
});

/** Whether what is announced of `alarm` still says what was found. */
export const sameEpisode = (alarm: Alarm, found: RejudgedEpisode): boolean =>
  alarm.returnedAt === found.returnedAt &&
  alarm.colour === found.colour &&
  alarm.limit === found.limit &&
  alarm.limitValue === orNull(found.limitValue) &&
  // Its worst value: samples that fill a hole may hold a worse one.
  alarm.value === orNull(found.value);

const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
