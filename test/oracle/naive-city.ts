/**
 * A second model of the city, written without looking at the first: it walks the journaled inputs in order with the
 * plainest data structures, knows only limits with deadband and delays on a value or on the sum of a window, and says
 * when each point's alarm was on.
 * It imports nothing of the product.
 */
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
  | { readonly kind: 'other'; readonly receivedAt: number; readonly engineTime: number };

export type NaiveLevel = {
  readonly colour: string;
  readonly limit: number;
  readonly clearBelow: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Looks at the sum of the values in (newest - windowMs, newest] instead of at the value. */
  readonly windowMs?: number;
};
/** `levels` from the mildest to the worst. */
export type NaivePoint = {
  readonly id: string;
  readonly intervalMs: number;
  readonly levels: readonly NaiveLevel[];
};
/** One stretch during which the alarm was on, and the worst colour seen in it. */
export type NaiveSpan = {
  readonly point: string;
  readonly colour: string;
  readonly from: number;
  readonly to: number | null;
};

type LevelState = { on: boolean; overSince: number | null; underSince: number | null };
type PointState = {
  readonly point: NaivePoint;
  readonly levels: LevelState[];
  newest: number;
  /** Values for the window sums, and since when no pause of more than three intervals came between them. */
  readonly kept: { readonly time: number; readonly value: number }[];
  steadySince: number;
  lastDataAt: number;
  span: { from: number; worst: number } | null;
};

const LIVE_MS = 60_000;
/** A sensor silent for three intervals proves nothing any more: a running off-delay starts again. */
const LOST_INTERVALS = 3;

/** Every span of every point, in order of its beginning. `seen` counts what was taken, for the test to report. */
export function naiveSpans(
  points: readonly NaivePoint[],
  inputs: readonly NaiveInput[],
): { spans: NaiveSpan[]; taken: number } {
  const states = new Map(points.map((point) => [point.id, fresh(point)]));
  const ids = new Set<string>();
  const spans: NaiveSpan[] = [];
  let taken = 0;
  for (const input of inputs) {
    const wallOf = (engine: number): number => input.receivedAt - (input.engineTime - engine);
    if (input.kind === 'resumed') {
      settleAll(states, input.from, wallOf, spans);
      const gap = input.to - input.from;
      for (const state of states.values()) {
        state.lastDataAt += gap;
        for (const level of state.levels) if (level.underSince !== null) level.underSince += gap;
      }
      settleAll(states, input.to, wallOf, spans);
      continue;
    }
    settleAll(states, input.engineTime, wallOf, spans);
    if (input.kind !== 'publish') continue;
    for (const { device, time, seq, values } of recordsOf(input.text)) {
      const id = `${device}|${seq}|${time}`;
      if (ids.has(id)) continue;
      ids.add(id);
      taken += 1;
      for (const [channel, value] of Object.entries(values)) {
        const state = states.get(`${device}/${channel}`);
        if (state !== undefined) take(state, time, value, input, spans);
      }
    }
  }
  for (const state of states.values()) close(state, null, spans);
  return { spans: spans.toSorted((a, b) => a.from - b.from || (a.point < b.point ? -1 : 1)), taken };
}

const fresh = (point: NaivePoint): PointState => ({
  point,
  levels: point.levels.map(() => ({ on: false, overSince: null, underSince: null })),
  newest: Number.NEGATIVE_INFINITY,
  kept: [],
  steadySince: Number.NEGATIVE_INFINITY,
  lastDataAt: 0,
  span: null,
});

function take(
  state: PointState,
  time: number,
  value: number | null,
  input: { readonly receivedAt: number; readonly engineTime: number },
  spans: NaiveSpan[],
): void {
  const late = input.receivedAt - time > Math.max(LIVE_MS, 3 * state.point.intervalMs);
  const inOrder = time > state.newest;
  const pause = time - state.newest;
  if (inOrder) state.newest = time;
  if (late) return;
  if (value === null) {
    for (const level of state.levels) level.underSince = null;
    return;
  }
  const now = input.engineTime;
  if (pause > LOST_INTERVALS * state.point.intervalMs) state.steadySince = time;
  state.kept.push({ time, value });
  state.levels.forEach((level, i) => {
    const rule = state.point.levels[i];
    if (rule === undefined) return;
    const { windowMs } = rule;
    const seen = windowMs === undefined ? value : sumOf(state, windowMs);
    // A low sum with a hole in its window is no dry weather.
    const whole = windowMs === undefined || state.steadySince <= state.newest - windowMs;
    stepNaive(level, rule, seen, inOrder && whole, now);
  });
  if (inOrder) state.lastDataAt = now;
  else state.lastDataAt = Math.max(state.lastDataAt, now);
  review(state, time, spans);
}

/** Samples come in order of time here; hundredths add up without a tail. */
function sumOf({ kept, newest }: PointState, windowMs: number): number {
  let sum = 0;
  for (let at = kept.length - 1; at >= 0; at--) {
    const sample = kept[at];
    if (sample === undefined || sample.time <= newest - windowMs) break;
    sum += sample.value;
  }
  return Math.round(sum * 1e6) / 1e6;
}

function stepNaive(level: LevelState, rule: NaiveLevel, value: number, inOrder: boolean, now: number): void {
  if (level.on) {
    if (value >= rule.clearBelow) level.underSince = null;
    else if (inOrder && rule.offDelayMs === 0) switchTo(level, false);
    else if (inOrder) level.underSince ??= now;
    return;
  }
  if (value >= rule.limit) {
    if (rule.onDelayMs === 0) switchTo(level, true);
    else level.overSince ??= now;
  } else if (inOrder) level.overSince = null;
}

function switchTo(level: LevelState, on: boolean): void {
  level.on = on;
  level.overSince = null;
  level.underSince = null;
}

/** Lets every delay that ends at or before `until` end, earliest first, over all points. */
function settleAll(
  states: ReadonlyMap<string, PointState>,
  until: number,
  wallOf: (engine: number) => number,
  spans: NaiveSpan[],
): void {
  for (const state of states.values()) {
    for (;;) {
      const lostAt = state.lastDataAt + LOST_INTERVALS * state.point.intervalMs;
      const due = earliestDue(state);
      if (lostAt <= Math.min(until, due ?? Number.POSITIVE_INFINITY)) {
        const waiting = state.levels.filter((level) => level.underSince !== null);
        if (waiting.length > 0) {
          for (const level of waiting) level.underSince = null;
          continue;
        }
      }
      if (due === null || due > until) break;
      state.levels.forEach((level, i) => {
        const rule = state.point.levels[i];
        if (rule === undefined) return;
        if (!level.on && level.overSince !== null && level.overSince + rule.onDelayMs <= due)
          switchTo(level, true);
        else if (level.on && level.underSince !== null && level.underSince + rule.offDelayMs <= due)
          switchTo(level, false);
      });
      review(state, wallOf(due), spans);
    }
  }
}

function earliestDue(state: PointState): number | null {
  const dues = state.levels.flatMap((level, i) => {
    const rule = state.point.levels[i];
    if (rule === undefined) return [];
    if (!level.on && level.overSince !== null) return [level.overSince + rule.onDelayMs];
    return level.on && level.underSince !== null ? [level.underSince + rule.offDelayMs] : [];
  });
  return dues.length === 0 ? null : Math.min(...dues);
}

/** A worse level that is on takes along the milder ones that were already waiting; then the span follows. */
function review(state: PointState, at: number, spans: NaiveSpan[]): void {
  for (let worse = state.levels.length - 1; worse > 0; worse--) {
    if (state.levels[worse]?.on !== true) continue;
    for (const milder of state.levels.slice(0, worse)) if (milder.overSince !== null) switchTo(milder, true);
  }
  const worst = state.levels.findLastIndex((level) => level.on);
  if (worst < 0) close(state, at, spans);
  else if (state.span === null) state.span = { from: at, worst };
  else state.span.worst = Math.max(state.span.worst, worst);
}

function close(state: PointState, at: number | null, spans: NaiveSpan[]): void {
  if (state.span === null) return;
  const colour = state.point.levels[state.span.worst]?.colour ?? '?';
  spans.push({ point: state.point.id, colour, from: state.span.from, to: at });
  state.span = null;
}

type NaiveRecord = { device: string; time: number; seq: number; values: Record<string, number | null> };

function recordsOf(text: string): NaiveRecord[] {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return [];
  }
  const list: unknown[] = Array.isArray(body) ? body : [body];
  return list.filter(isRecord);
}

const isRecord = (value: unknown): value is NaiveRecord =>
  typeof value === 'object' &&
  value !== null &&
  'device' in value &&
  'time' in value &&
  typeof value.time === 'number' &&
  'seq' in value &&
  'values' in value;
