/**
 * Rolling sums, means and changes over effective time. Samples closer than the resolution are merged, so that a window
 * costs at most a fixed number of entries however fast its sensor sends; a merged entry leaves the window late, never early.
 */
import type { Measurement } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import type { Signal } from './catalogue.ts';
import { digits12 } from './limit-value.ts';
import type { History } from './state.ts';

/** Entries kept per point at most; a 12 h window of one is then 21 s fine. */
export const WINDOW_ENTRIES_MAX = 2_048;
/** A pause of more than this many report intervals breaks what a window may prove. */
const GAP_INTERVALS = 3;

export function createHistory(keepMs: number, total: boolean): History {
  return {
    times: [],
    sums: [],
    counts: [],
    mins: [],
    maxs: [],
    keepMs,
    resolutionMs: Math.floor(keepMs / (WINDOW_ENTRIES_MAX - 1)),
    total,
    lastTotal: NaN,
    coveredFrom: NaN,
  };
}

/** Takes in one live sample with a value. */
export function remember(history: History, m: Measurement, intervalMs: number): void {
  const newest = history.times.at(-1);
  const inOrder = newest === undefined || m.time >= newest;
  if (inOrder && !(m.time - (newest ?? -Infinity) <= GAP_INTERVALS * intervalMs))
    history.coveredFrom = m.time;
  if (!history.total) insert(history, m.time, m.value);
  else if (inOrder) insert(history, m.time, increment(history, m, newest));
  if (inOrder) forget(history, m.time - history.keepMs);
}

/**
 * The signal over the last `windowMs` of effective time; NaN when it says nothing yet. Sums leave out what lies
 * exactly one window back (an increment covers the time before it), changes take it in.
 */
export function signalOver(history: History, signal: Signal, windowMs: number, value: number): number {
  const { times } = history;
  const newest = times.at(-1);
  if (newest === undefined) return NaN;
  const from = newest - windowMs;
  switch (signal) {
    case 'value':
      return value;
    case 'sum':
      return sumAfter(history, from);
    case 'mean':
      return history.coveredFrom <= from ? meanFrom(history, from) : NaN;
    case 'rise':
      return digits12(value - extremeFrom(history.mins, times, from, Math.min));
    case 'fall':
      return digits12(extremeFrom(history.maxs, times, from, Math.max) - value);
    case 'rise-percent':
      return percentOf(value, extremeFrom(history.mins, times, from, Math.min));
    case 'fall-percent':
      return -percentOf(value, extremeFrom(history.maxs, times, from, Math.max));
  }
}

/** Change against `base` in per cent; from nothing there is no per cent. */
const percentOf = (value: number, base: number): number =>
  base > 0 ? digits12(((value - base) / base) * 100) : NaN;

/** Whether the samples at hand cover the whole window, so that a low sum is dry weather and not an outage. */
export function provesWindow(history: History, windowMs: number): boolean {
  const newest = history.times.at(-1);
  return newest !== undefined && (history.total || history.coveredFrom <= newest - windowMs);
}

/** A counter that went back was reset: what it shows now has fallen since. After a pause longer than every window it begins anew. */
function increment(history: History, m: Measurement, newest: Timestamp | undefined): number {
  const last = history.lastTotal;
  history.lastTotal = m.value;
  if (Number.isNaN(last) || (newest !== undefined && m.time - newest > history.keepMs)) return 0;
  return m.value >= last ? m.value - last : m.value;
}

function insert(history: History, time: Timestamp, value: number): void {
  const { times, sums, counts, mins, maxs, resolutionMs } = history;
  let at = times.length;
  while (at > 0 && (times[at - 1] ?? 0) > time) at -= 1;
  const before = times[at - 1];
  const merge =
    before !== undefined &&
    resolutionMs > 0 &&
    Math.floor(before / resolutionMs) === Math.floor(time / resolutionMs);
  if (merge) {
    times[at - 1] = time;
    sums[at - 1] = (sums[at - 1] ?? 0) + value;
    counts[at - 1] = (counts[at - 1] ?? 0) + 1;
    mins[at - 1] = Math.min(mins[at - 1] ?? value, value);
    maxs[at - 1] = Math.max(maxs[at - 1] ?? value, value);
    return;
  }
  times.splice(at, 0, time);
  sums.splice(at, 0, value);
  counts.splice(at, 0, 1);
  mins.splice(at, 0, value);
  maxs.splice(at, 0, value);
}

/** Drops entries wholly before `from`, many at a time so that each sample costs little. */
function forget(history: History, from: Timestamp): void {
  const { times } = history;
  let old = 0;
  while (old < times.length && (times[old] ?? 0) < from) old += 1;
  if (old === 0 || (old < 64 && old * 4 < times.length)) return;
  for (const row of [history.times, history.sums, history.counts, history.mins, history.maxs])
    row.splice(0, old);
}

function sumAfter({ times, sums }: History, from: Timestamp): number {
  let sum = 0;
  for (let at = times.length - 1; at >= 0 && (times[at] ?? 0) > from; at -= 1) sum += sums[at] ?? 0;
  return digits12(sum);
}

function meanFrom({ times, sums, counts }: History, from: Timestamp): number {
  let sum = 0;
  let count = 0;
  for (let at = times.length - 1; at >= 0 && (times[at] ?? 0) >= from; at -= 1) {
    sum += sums[at] ?? 0;
    count += counts[at] ?? 0;
  }
  return digits12(sum / count);
}

function extremeFrom(
  extremes: readonly number[],
  times: readonly Timestamp[],
  from: Timestamp,
  pick: (a: number, b: number) => number,
): number {
  let found = NaN;
  for (let at = times.length - 1; at >= 0 && (times[at] ?? 0) >= from; at -= 1) {
    const value = extremes[at] ?? NaN;
    found = Number.isNaN(found) ? value : pick(found, value);
  }
  return found;
}
