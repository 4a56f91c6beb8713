/**
 * A catalogue judged on stored history by the very engine that runs live (design: rule time machine). Rows come in order
 * of effective time, as if each had arrived at once; an officer who never sleeps takes every alarm as it rises and resets
 * what is latched as soon as that is possible, so that one episode never hides the next. Absence is left out: connections
 * are not part of the stored measurements.
 */
import type { Alarm, AlarmEvent } from '#domain/alarm.ts';
import type { BacktestEpisode } from '#domain/contract/backtest.ts';
import { worseColour } from '#domain/colour.ts';
import type { AlarmAction } from '#domain/input.ts';
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { Registry } from '#domain/registry.ts';
import type { Moment, Timestamp } from '#domain/time.ts';
import type { Person } from '#domain/user.ts';
import {
  advance,
  createRules,
  onCatalogue,
  onCommand,
  onMeasurement,
  onRegistry,
  pagesOf,
  restOf,
  restoreRules,
  type RulesState,
} from './engine.ts';

export type { BacktestEpisode } from '#domain/contract/backtest.ts';

export type Backtest = {
  /** Rows by effective time, never going back; throws a RangeError for an unknown point. */
  take(m: Measurement): void;
  /** Lets every delay that ends by `to` run; the episodes with an onset in the asked stretch, by onset, rule, point. */
  finish(to: Timestamp): BacktestEpisode[];
  /** Episodes so far, of any time. */
  size(): number;
  /** Episodes so far that began or stood at or after `from`; lets nothing run. In the order of `finish`. */
  episodes(): BacktestEpisode[];
  /** The registry it judges by was changed; `time` as of rows. */
  registryChanged(touched: Touched, time: Timestamp): void;
  /** Everything it knows. Shares objects with it: serialise it before the next row. */
  save(): SavedBacktest;
  /** As it stands, for what can be told without judging (backtest-quiet.ts); read only. Rules bind with `start`. */
  readonly state: RulesState;
};

type Touched = { readonly points: readonly number[]; readonly gateways: readonly number[] };

/** A back-test between two rows, written and read by one ENGINE_REVISION. */
export type SavedBacktest = {
  readonly base: Timestamp | null;
  readonly newest: Timestamp;
  readonly open: readonly (readonly [id: string, episode: BacktestEpisode])[];
  readonly done: readonly BacktestEpisode[];
  readonly pages: Readonly<Record<string, unknown[][]>>;
  readonly rest: unknown;
};

const OFFICER: Person = { username: 'back-test', roles: ['duty-leader'], address: 'back-test' };
/** Why a stored row came late or out of order says nothing once all are in order. */
const ARRIVAL = FLAG.late | FLAG.backfill | FLAG.outOfOrder | FLAG.approved;
/** They need connections, which no stored measurement tells. */
const LEFT_OUT = new Set(['no-data', 'sensor-lost', 'gateway-absent']);

const NEVER_INTERVALS = 1e9;

type Open = { -readonly [K in keyof BacktestEpisode]: BacktestEpisode[K] };

/** `from`: episodes that begin earlier are judged, so that delays and windows are warm, but not reported. */
export function createBacktest(parts: {
  readonly site: string;
  readonly registry: Registry;
  readonly catalogue: unknown;
  readonly revision: string;
  readonly from: Timestamp;
  /** No row is earlier; by default the first row begins. */
  readonly start?: Timestamp;
  /**
   * Rows come as they were recorded, in order of arrival, and are judged at their arrival like live ones: what came late
   * counts as late. Otherwise they come by effective time, as if each had arrived at once.
   */
  readonly asArrived?: boolean;
  /** Goes on where it was saved, with the registry of then. */
  readonly saved?: SavedBacktest | null;
}): Backtest {
  const { registry, from, asArrived = false, saved = null } = parts;
  const state = saved === null ? createRules(parts.site) : restoreRules(parts.site, saved.pages, saved.rest);
  const open = new Map<string, Open>(saved?.open.map(([id, episode]) => [id, { ...episode }]));
  const done: BacktestEpisode[] = [...(saved?.done ?? [])];
  const due: Alarm[] = [];
  const sink = { alarm: (event: AlarmEvent) => note(event) };
  let base: Timestamp | null = saved?.base ?? null;
  let newest: Timestamp = saved?.newest ?? -Infinity;

  function note({ change, alarm }: AlarmEvent): void {
    if (!isCompared(alarm)) return;
    const known = open.get(alarm.id);
    if (known === undefined && alarm.active) open.set(alarm.id, episodeOf(alarm));
    if (known !== undefined) known.colour = worseColour(known.colour, alarm.colour);
    if (known !== undefined && !alarm.active && known.returnedAt === null)
      known.returnedAt = alarm.returnedAt;
    if (known !== undefined && (alarm.state === 'normal' || change === 'reactivated')) close(alarm, known);
    if (alarm.state !== 'normal') due.push(alarm);
  }

  /** A return that was taken back at once is an episode of its own, as it would be for an officer. */
  function close(alarm: Alarm, known: Open): void {
    done.push({ ...known, returnedAt: known.returnedAt ?? alarm.returnedAt });
    if (alarm.active) open.set(alarm.id, episodeOf(alarm));
    else open.delete(alarm.id);
  }

  function officerActs(at: Moment): void {
    for (let alarm = due.pop(); alarm !== undefined; alarm = due.pop()) {
      const action = actionFor(alarm);
      if (action === null) continue;
      const order = { kind: 'command', by: OFFICER, command: 'alarm', alarm: alarm.id } as const;
      onCommand(state, registry, { ...order, revision: alarm.revision, action }, at, sink);
    }
  }

  function begin(at: Moment): void {
    const points = registry.pointsByIndex.map(({ index }) => index);
    const gateways = registry.gatewaysByIndex.map(({ index }) => index);
    // In this order the points bind once.
    onCatalogue(state, registry, withoutAbsence(parts.catalogue), parts.revision, at, sink);
    onRegistry(state, registry, { points, gateways }, at, sink);
  }

  function momentOf(time: Timestamp): Moment {
    const start = (base ??= time);
    return { receivedAt: time, engineTime: time - start };
  }

  /** Time of the engine never goes back, whatever a wall clock did. */
  function arrival(time: Timestamp): Timestamp {
    newest = Math.max(newest, time);
    return newest;
  }

  if (parts.start !== undefined) begin(momentOf(parts.start));

  return {
    state,
    take(row) {
      const first = base === null;
      const at = momentOf(asArrived ? arrival(row.receivedAt) : row.time);
      if (first) begin(at);
      advance(state, registry, at.engineTime, at, sink);
      if (due.length > 0) officerActs(at);
      const keep = asArrived || (row.flags & ARRIVAL) === 0;
      const m = keep ? row : { ...row, flags: row.flags & ~ARRIVAL };
      onMeasurement(state, registry, m, at, sink);
      if (due.length > 0) officerActs(at);
    },
    finish(to) {
      if (base !== null) {
        const at = momentOf(to);
        advance(state, registry, at.engineTime, at, sink);
        officerActs(at);
      }
      const all = [...done, ...open.values()].filter(({ onsetAt }) => onsetAt >= from && onsetAt < to);
      return all.sort(byOnset);
    },
    size: () => done.length + open.size,
    episodes: () =>
      [...done, ...open.values()]
        .filter(({ returnedAt }) => returnedAt === null || returnedAt >= from)
        .sort(byOnset),
    registryChanged(touched, time) {
      // Before the first row nothing is bound: all of it will be, as it is then.
      if (base === null) return;
      const at = momentOf(arrival(time));
      advance(state, registry, at.engineTime, at, sink);
      onRegistry(state, registry, touched, at, sink);
      officerActs(at);
    },
    save: () => ({
      ...{ base, newest, open: [...open], done, rest: restOf(state) },
      pages: Object.fromEntries(Object.entries(pagesOf(state)).map(([name, { pages }]) => [name, pages])),
    }),
  };
}

/** Whether a back-test looks at alarms like this one at all. */
export const isCompared = ({ historical, rule }: Alarm): boolean => !historical && !LEFT_OUT.has(rule);

/** The watch for silence would wake for every point at every interval, and nothing it finds counts here. */
function withoutAbsence(catalogue: unknown): unknown {
  if (typeof catalogue !== 'object' || catalogue === null) return catalogue;
  const settings: unknown = 'settings' in catalogue ? catalogue.settings : {};
  return { ...catalogue, settings: { ...Object(settings), noDataIntervals: NEVER_INTERVALS } };
}

/** What the officer who never sleeps owes `alarm`, or null. */
function actionFor(alarm: Alarm): AlarmAction | null {
  if (alarm.state === 'unacknowledged' || alarm.state === 'returned-unacknowledged')
    return { action: 'acknowledge' };
  return alarm.latched && alarm.state === 'acknowledged' && !alarm.active ? { action: 'reset' } : null;
}

const episodeOf = (alarm: Alarm): Open => ({
  rule: alarm.rule,
  ruleVersion: alarm.ruleVersion,
  point: alarm.point,
  facility: alarm.facility,
  limit: alarm.limit,
  colour: alarm.colour,
  onsetAt: alarm.onsetAt,
  returnedAt: null,
  value: alarm.value,
  limitValue: alarm.limitValue,
  unit: alarm.unit,
});

/** The order of a list of episodes. */
export const byOnset = (a: BacktestEpisode, b: BacktestEpisode): number =>
  a.onsetAt - b.onsetAt ||
  (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0) ||
  ((a.point ?? '') < (b.point ?? '') ? -1 : 1);
