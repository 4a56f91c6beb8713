/**
 * One limit of the second model: deadband, delays, and the count of samples where a delay is longer than the report
 * interval: of the m = floor(delay / interval) + 1 samples it spans, two thirds must agree. Imports nothing of the product.
 */
export type NaiveLevel = {
  readonly colour: string;
  readonly limit: number;
  readonly clearBelow: number;
  readonly onDelayMs: number;
  readonly offDelayMs: number;
  /** Looks at the sum of the values in (newest - windowMs, newest] instead of at the value. */
  readonly windowMs?: number;
};

export type LevelState = {
  on: boolean;
  overSince: number | null;
  underSince: number | null;
  /** What each sample said since the delay began: true = as the first. */
  votes: boolean[];
};

export const freshState = (): LevelState => ({ on: false, overSince: null, underSince: null, votes: [] });

type Count = { readonly of: number; readonly need: number };

function counted(delayMs: number, intervalMs: number): Count | null {
  if (delayMs <= intervalMs) return null;
  const of = 1 + Math.floor(delayMs / intervalMs);
  return { of, need: Math.ceil((of * 2) / 3) };
}

const lastVotes = (state: LevelState, { of }: Count): boolean[] => state.votes.slice(-of);
const yes = (votes: readonly boolean[]): number => votes.filter(Boolean).length;

export function stepNaive(
  state: LevelState,
  rule: NaiveLevel,
  intervalMs: number,
  value: number,
  inOrder: boolean,
  now: number,
): void {
  if (state.on) stepOn(state, rule, counted(rule.offDelayMs, intervalMs), value, inOrder, now);
  else stepOff(state, rule, counted(rule.onDelayMs, intervalMs), value, inOrder, now);
  const due = dueOf(state, rule, intervalMs);
  if (due !== null && due <= now && state.votes.length > 1) switchTo(state, !state.on);
}

function stepOn(
  state: LevelState,
  rule: NaiveLevel,
  count: Count | null,
  value: number,
  inOrder: boolean,
  now: number,
): void {
  if (value >= rule.clearBelow) {
    if (state.underSince !== null && (value >= rule.limit || !goesOn(state, count))) stop(state);
    return;
  }
  if (!inOrder) return;
  if (rule.offDelayMs === 0) switchTo(state, false);
  else if (state.underSince === null) begin(state, 'underSince', now);
  else state.votes.push(true);
}

function stepOff(
  state: LevelState,
  rule: NaiveLevel,
  count: Count | null,
  value: number,
  inOrder: boolean,
  now: number,
): void {
  if (value < rule.limit) {
    if (inOrder && state.overSince !== null && !goesOn(state, count)) stop(state);
    return;
  }
  if (rule.onDelayMs === 0) switchTo(state, true);
  else if (state.overSince === null) begin(state, 'overSince', now);
  else state.votes.push(true);
}

/** Notes a sample that disagrees; false when there were too many of them, or one is too many. */
function goesOn(state: LevelState, count: Count | null): boolean {
  if (count === null) return false;
  state.votes.push(false);
  const votes = lastVotes(state, count);
  return votes.length - yes(votes) <= count.of - count.need;
}

function begin(state: LevelState, since: 'overSince' | 'underSince', now: number): void {
  state[since] = now;
  state.votes = [true];
}

function stop(state: LevelState): void {
  state.overSince = null;
  state.underSince = null;
  state.votes = [];
}

/** A way out that was begun proves nothing any more. */
export function stopUnder(state: LevelState): void {
  if (state.underSince !== null) stop(state);
}

export function switchTo(state: LevelState, on: boolean): void {
  stop(state);
  state.on = on;
}

/** When the level changes by itself; null while it does not. */
export function dueOf(state: LevelState, rule: NaiveLevel, intervalMs: number): number | null {
  const { on, overSince, underSince } = state;
  const count = counted(on ? rule.offDelayMs : rule.onDelayMs, intervalMs);
  const since = on ? underSince : overSince;
  if (since === null) return null;
  if (count !== null) {
    const votes = lastVotes(state, count);
    if (votes.at(-1) !== true) return null;
    // Into the alarm silence does not stop the time; out of it only samples count.
    const unanimous = !on && votes.every(Boolean);
    if (!unanimous && yes(votes) < count.need) return null;
  }
  return since + (on ? rule.offDelayMs : rule.onDelayMs);
}
