/**
 * A second model of the city, written without looking at the first: it walks the journaled inputs in order with the
 * plainest data structures, knows limits with deadband and delays on a value or on the sum of a window, a rise that makes
 * the colours of the limits worse, and wells that stand close together; it says when each alarm was on.
 * It imports nothing of the product.
 */
import {
  dueOf,
  freshState,
  type LevelState,
  type NaiveLevel,
  stepNaive,
  stopUnder,
  switchTo,
} from './naive-level.ts';
import { Gateways } from './naive-gateways.ts';
import { recordsOf } from './naive-records.ts';
import { type NaiveWells, Wells } from './naive-wells.ts';

export type { NaiveLevel } from './naive-level.ts';
export type { NaiveWells } from './naive-wells.ts';

export type NaiveInput =
  | {
      readonly kind: 'publish';
      readonly gateway: string;
      readonly text: string;
      readonly receivedAt: number;
      readonly engineTime: number;
    }
  | {
      readonly kind: 'resumed';
      readonly from: number;
      readonly to: number;
      readonly receivedAt: number;
      readonly engineTime: number;
    }
  | {
      readonly kind: 'presence';
      readonly gateway: string;
      readonly connected: boolean;
      readonly receivedAt: number;
      readonly engineTime: number;
    }
  | { readonly kind: 'other'; readonly receivedAt: number; readonly engineTime: number };

/** While the value has risen by `limit` within `windowMs`, every colour is one worse. */
export type NaiveRise = NaiveLevel & { readonly rule: string; readonly windowMs: number };
/** `levels` from the mildest to the worst. */
export type NaivePoint = {
  readonly id: string;
  /** Whose absence is the loss of this sensor at once. */
  readonly gateway?: string;
  readonly intervalMs: number;
  readonly levels: readonly NaiveLevel[];
  readonly rise?: NaiveRise;
};
/** One stretch during which the alarm was on, and the worst colour seen in it. `rule`: not one of the point's levels. */
export type NaiveSpan = {
  readonly rule?: string;
  readonly point: string;
  readonly colour: string;
  readonly from: number;
  readonly to: number | null;
};

type PointState = {
  readonly point: NaivePoint;
  readonly levels: LevelState[];
  readonly rise: LevelState;
  riseFrom: number;
  newest: number;
  /** Values for the windows, the newest of their times, and since when no pause of more than three intervals came. */
  readonly kept: { readonly time: number; readonly value: number }[];
  keptNewest: number;
  steadySince: number;
  lastDataAt: number;
  /** Whether the loss of this sensor since its last data was dealt with. */
  lostDone: boolean;
  span: { from: number; worst: number } | null;
};

const LIVE_MS = 60_000;
/** A sensor silent for three intervals proves nothing any more: a running off-delay starts again. */
const LOST_INTERVALS = 3;

/** Every span of every point, in order of its beginning. `seen` counts what was taken, for the test to report. */
export function naiveSpans(
  points: readonly NaivePoint[],
  inputs: readonly NaiveInput[],
  close?: NaiveWells,
): { spans: NaiveSpan[]; taken: number } {
  const states = new Map(points.map((point) => [point.id, fresh(point)]));
  const wells = new Wells(close ?? NO_WELLS);
  const gateways = new Gateways();
  const ids = new Set<string>();
  const spans: NaiveSpan[] = [];
  let taken = 0;
  for (const input of inputs) {
    const wallOf = (engine: number): number => input.receivedAt - (input.engineTime - engine);
    if (input.kind === 'resumed') {
      settleAll(states, wells, gateways, input.from, wallOf, spans);
      const gap = input.to - input.from;
      for (const state of states.values()) {
        state.lastDataAt += gap;
        for (const level of [...state.levels, state.rise])
          if (level.underSince !== null) level.underSince += gap;
      }
      wells.resume(gap);
      gateways.resume(gap, input.to);
      settleAll(states, wells, gateways, input.to, wallOf, spans);
      continue;
    }
    settleAll(states, wells, gateways, input.engineTime, wallOf, spans);
    if (input.kind === 'presence') gateways.presence(input.gateway, input.connected, input.engineTime);
    if (input.kind !== 'publish') continue;
    gateways.heard(input.gateway, input.engineTime);
    for (const { device, time, seq, values } of recordsOf(input.text)) {
      const id = `${device}|${seq}|${time}`;
      if (ids.has(id)) continue;
      ids.add(id);
      taken += 1;
      for (const [channel, value] of Object.entries(values)) {
        const state = states.get(`${device}/${channel}`);
        if (state === undefined) continue;
        const { inOrder, live } = take(state, time, value, input, spans);
        if (!live) continue;
        if (value === null) wells.bad(state.point.id);
        else {
          const isFresh = (id: string): boolean => input.engineTime <= lostAtOf(states.get(id));
          wells.take(state.point.id, value, inOrder, { time, now: input.engineTime }, isFresh);
        }
      }
    }
  }
  for (const state of states.values()) {
    end(state, null, spans);
    endRise(state, null, spans);
  }
  for (const span of wells.finish())
    spans.push({ ...span, rule: wells.rule.rule, colour: wells.rule.colour });
  return { spans: spans.toSorted((a, b) => a.from - b.from || (a.point < b.point ? -1 : 1)), taken };
}

const NO_WELLS: NaiveWells = {
  rule: '',
  colour: '',
  points: [],
  atLeast: 0,
  limit: 0,
  clearBelow: 0,
  offDelayMs: 0,
};

const fresh = (point: NaivePoint): PointState => ({
  point,
  levels: point.levels.map(freshState),
  rise: freshState(),
  riseFrom: 0,
  newest: Number.NEGATIVE_INFINITY,
  kept: [],
  keptNewest: Number.NEGATIVE_INFINITY,
  steadySince: Number.NEGATIVE_INFINITY,
  lastDataAt: 0,
  lostDone: false,
  span: null,
});

const lostAtOf = (state: PointState | undefined): number =>
  state === undefined ? 0 : state.lastDataAt + LOST_INTERVALS * state.point.intervalMs;

function take(
  state: PointState,
  time: number,
  value: number | null,
  input: { readonly receivedAt: number; readonly engineTime: number },
  spans: NaiveSpan[],
): { inOrder: boolean; live: boolean } {
  const { intervalMs, rise } = state.point;
  const late = input.receivedAt - time > Math.max(LIVE_MS, 3 * intervalMs);
  const inOrder = time > state.newest;
  if (inOrder) state.newest = time;
  if (late) return { inOrder, live: false };
  if (value === null) {
    for (const level of [...state.levels, state.rise]) stopUnder(level);
    return { inOrder, live: true };
  }
  const now = input.engineTime;
  if (time - state.keptNewest > LOST_INTERVALS * intervalMs) state.steadySince = time;
  state.kept.push({ time, value });
  state.keptNewest = Math.max(state.keptNewest, time);
  // A low sum, or no rise, with a hole in its window is no dry weather.
  const whole = (windowMs: number): boolean => state.steadySince <= state.keptNewest - windowMs;
  state.levels.forEach((level, i) => {
    const rule = state.point.levels[i];
    if (rule === undefined) return;
    const { windowMs } = rule;
    const seen = windowMs === undefined ? value : sumOf(state, windowMs);
    const proves = inOrder && (windowMs === undefined || whole(windowMs));
    stepNaive(level, rule, intervalMs, seen, proves, now);
  });
  if (rise !== undefined) {
    const proves = inOrder && whole(rise.windowMs);
    const risen = withoutTail(value - lowest(state, rise.windowMs));
    stepNaive(state.rise, rise, intervalMs, risen, proves, now);
  }
  state.lastDataAt = now;
  state.lostDone = false;
  review(state, time, spans);
  return { inOrder, live: true };
}

/** 8.081 - 5.081 is 3 and reaches a limit of 3. */
const withoutTail = (value: number): number => Math.round(value * 1e6) / 1e6;

/** Samples come in order of time here; hundredths add up without a tail. */
function sumOf({ kept, keptNewest }: PointState, windowMs: number): number {
  let sum = 0;
  for (let at = kept.length - 1; at >= 0; at--) {
    const sample = kept[at];
    if (sample === undefined || sample.time <= keptNewest - windowMs) break;
    sum += sample.value;
  }
  return withoutTail(sum);
}

/** The lowest value of the window, both ends included; only the newest thousand samples can be in one. */
const lowest = ({ kept, keptNewest }: PointState, windowMs: number): number =>
  Math.min(
    ...kept
      .slice(-1_000)
      .filter(({ time }) => time >= keptNewest - windowMs)
      .map(({ value }) => value),
  );

/** Lets every delay that ends at or before `until` end, earliest first, over all points. */
function settleAll(
  states: ReadonlyMap<string, PointState>,
  wells: Wells,
  gateways: Gateways,
  until: number,
  wallOf: (engine: number) => number,
  spans: NaiveSpan[],
): void {
  for (const state of states.values()) {
    for (;;) {
      const lostAt = Math.min(lostAtOf(state), gateways.absentAt(state.point.gateway));
      const due = earliestDue(state);
      if (!state.lostDone && lostAt <= Math.min(until, due ?? Number.POSITIVE_INFINITY)) {
        state.lostDone = true;
        for (const level of [...state.levels, state.rise]) stopUnder(level);
        if (state.span !== null || wells.restsOn(state.point.id)) wells.lost(state.point.id, lostAt);
        continue;
      }
      if (due === null || due > until) break;
      for (const [level, rule] of watched(state))
        if ((dueOf(level, rule, state.point.intervalMs) ?? Number.POSITIVE_INFINITY) <= due)
          switchTo(level, !level.on);
      review(state, wallOf(due), spans);
    }
  }
  const before = wells.spans.length;
  wells.settle(until, wallOf, (id) => lostAtOf(states.get(id)));
  for (const span of wells.spans.slice(before))
    spans.push({ ...span, rule: wells.rule.rule, colour: wells.rule.colour });
  wells.spans.length = before;
}

/** Every limit of the point with its state. */
const watched = ({ levels, rise, point }: PointState): [LevelState, NaiveLevel][] => [
  ...levels.flatMap((level, i): [LevelState, NaiveLevel][] => {
    const rule = point.levels[i];
    return rule === undefined ? [] : [[level, rule]];
  }),
  ...(point.rise === undefined ? [] : [[rise, point.rise] as [LevelState, NaiveLevel]]),
];

function earliestDue(state: PointState): number | null {
  const dues = watched(state).flatMap(([level, rule]) => dueOf(level, rule, state.point.intervalMs) ?? []);
  return dues.length === 0 ? null : Math.min(...dues);
}

const COLOURS = ['blue', 'yellow', 'orange', 'red'];

/** A worse level that is on takes along the milder ones that were already waiting; then the spans follow. */
function review(state: PointState, at: number, spans: NaiveSpan[]): void {
  for (let worse = state.levels.length - 1; worse > 0; worse--) {
    if (state.levels[worse]?.on !== true) continue;
    for (const milder of state.levels.slice(0, worse)) if (milder.overSince !== null) switchTo(milder, true);
  }
  if (!state.rise.on) endRise(state, at, spans);
  else if (state.riseFrom === 0) state.riseFrom = at;
  const worst = state.levels.findLastIndex((level) => level.on);
  if (worst < 0) return end(state, at, spans);
  const rank = COLOURS.indexOf(state.point.levels[worst]?.colour ?? '');
  const colour = Math.min(rank + (state.rise.on ? 1 : 0), COLOURS.length - 1);
  if (state.span === null) state.span = { from: at, worst: colour };
  else state.span.worst = Math.max(state.span.worst, colour);
}

function end(state: PointState, at: number | null, spans: NaiveSpan[]): void {
  if (state.span === null) return;
  const colour = COLOURS[state.span.worst] ?? '?';
  const { from } = state.span;
  spans.push({ point: state.point.id, colour, from, to: notBefore(from, at) });
  state.span = null;
}

function endRise(state: PointState, at: number | null, spans: NaiveSpan[]): void {
  const { rise } = state.point;
  if (state.riseFrom === 0 || rise === undefined) return;
  const { riseFrom: from } = state;
  spans.push({ rule: rise.rule, point: state.point.id, colour: rise.colour, from, to: notBefore(from, at) });
  state.riseFrom = 0;
}

/** A delay that ran out began it by the clock; the sample that ends it may have been taken a moment before that. */
const notBefore = (from: number, to: number | null): number | null =>
  to === null ? null : Math.max(from, to);
