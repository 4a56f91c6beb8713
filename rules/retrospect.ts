/**
 * Judging stored data again (design §6): the same levels run over effective time, and what they find is compared with
 * what is known. Ids follow from the onset, so any order of arrival ends in the same set of historical alarms.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { RejudgedEpisode } from '#domain/input.ts';
import { FLAG, type Measurement, type Quality } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import { bind } from './binding.ts';
import { stepRule } from './judge.ts';
import { anyActive, carryMilder, fireDue, nextDue, STEP, stopClearing, worstLevel } from './level-machine.ts';
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
  open: { onsetAt: Timestamp; level: Level; value: number } | null;
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
  const entry = registry.pointsByIndex[pointIndex];
  if (entry === undefined || entry.retired) return [];
  const runs = bind(state.catalogue, registry, entry).rules.map(
    (bound): Run => ({
      instance: { ...bound, slot: createSlot('point', pointIndex, bound.rule), late: null },
      open: null,
    }),
  );
  const history = historyOf(runs, entry.quantity === 'rain-total');
  const lostMs = entry.reportIntervalMs * state.catalogue.settings.sensorLostIntervals;
  const found: RejudgedEpisode[] = [];
  let dataAt = -Infinity;
  const goOn = (to: Timestamp): void => {
    for (const run of runs) runDelays(run, Math.min(to, dataAt + lostMs), found);
    if (to - dataAt >= lostMs) for (const { instance } of runs) stopClearing(instance.levels);
    for (const run of runs) runDelays(run, to, found);
  };
  for (const row of sorted(rows)) {
    const m = measurement(pointIndex, row);
    goOn(m.time);
    if (take(runs, history, m, entry.reportIntervalMs, found)) dataAt = m.time;
  }
  goOn(until);
  for (const run of runs) if (run.open !== null) found.push(episode(run, run.open, null));
  return found.sort((a, b) => a.onsetAt - b.onsetAt || (a.rule < b.rule ? -1 : 1));
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
  for (const run of runs) {
    const done = stepRule(run.instance, history, m, isTrusted(m), m.time);
    if ((done & STEP.changed) !== 0) note(run, m.time, found);
    if (run.open !== null) run.open.value = worse(run.open.level, run.open.value);
  }
  return true;
}

function runDelays(run: Run, to: Timestamp, found: RejudgedEpisode[]): void {
  const { levels } = run.instance;
  for (let due = nextDue(levels); due <= to; due = nextDue(levels)) {
    if (!fireDue(levels, due)) return;
    carryMilder(levels);
    note(run, due, found);
  }
}

/** Opens, worsens or ends the running episode after levels changed at `at`. */
function note(run: Run, at: Timestamp, found: RejudgedEpisode[]): void {
  const { levels } = run.instance;
  if (!anyActive(levels)) {
    if (run.open !== null) found.push(episode(run, run.open, at));
    run.open = null;
    for (const level of levels) level.held = false;
    return;
  }
  const level = worstLevel(levels);
  if (level === undefined) return;
  if (run.open === null) run.open = { onsetAt: at, level, value: level.seen };
  else if (levels.indexOf(level) > levels.indexOf(run.open.level)) run.open.level = level;
}

const episode = (
  run: Run,
  open: NonNullable<Run['open']>,
  returnedAt: Timestamp | null,
): RejudgedEpisode => ({
  rule: run.instance.rule,
  onsetAt: open.onsetAt,
  returnedAt,
  colour: open.level.colour,
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

/** By time; a sample that was only ever in the future of its own arrival is never judged. */
const sorted = (rows: readonly StoredRow[]): StoredRow[] =>
  rows.filter((row) => (row.flags & FLAG.future) === 0).sort((a, b) => a.time - b.time);

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
  alarm.limitValue === (Number.isNaN(found.limitValue) ? null : found.limitValue);
