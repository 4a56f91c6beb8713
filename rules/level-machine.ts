/**
 * The limits of one rule at one point, level by level: on-delay, deadband, off-delay, hold.
 * Engine time alone drives the delays. Only a trusted sample may stop a delay that leads to an alarm or start one that
 * leads out of it: silence, a bad value or a stray one never makes things look better than they are.
 */
import type { EngineTime } from '#domain/time.ts';
import { agreed, beginRun, countSample, type SampleSpan } from './sample-count.ts';
import type { Level } from './state.ts';

/** What a step did; bits. */
export const STEP = { nothing: 0, changed: 1, timer: 2 } as const;

/**
 * Feeds one level with its signal. `reached` and `stays` say how the value stands to limit and clear limit. A stray
 * sample in a counted delay (sample-count.ts) is only counted; on the way out one at the limit itself starts it anew.
 */
export function stepLevel(
  level: Level,
  reached: boolean,
  stays: boolean,
  trusted: boolean,
  now: EngineTime,
): number {
  return level.active
    ? stepActive(level, reached, stays, trusted, now)
    : stepIdle(level, reached, trusted, now);
}

function stepIdle(level: Level, reached: boolean, trusted: boolean, now: EngineTime): number {
  const { overSince, onSpan, run } = level;
  if (!reached) {
    if (trusted && overSince !== null && !tolerates(level, onSpan)) level.overSince = level.run = null;
    return STEP.nothing;
  }
  if (level.onDelayMs === 0) return activate(level);
  if (overSince === null) {
    level.overSince = now;
    level.run = onSpan === null ? null : beginRun();
    return STEP.timer;
  }
  if (onSpan === null || run === null) return STEP.nothing;
  countSample(run, onSpan, true);
  return run.strays.length === 0 ? STEP.nothing : overdueOr(level, now);
}

function stepActive(
  level: Level,
  reached: boolean,
  stays: boolean,
  trusted: boolean,
  now: EngineTime,
): number {
  const { clearSince, offSpan, run } = level;
  if (stays) {
    if (clearSince !== null && (reached || !tolerates(level, offSpan))) level.clearSince = level.run = null;
    return STEP.nothing;
  }
  if (!trusted) return STEP.nothing;
  if (level.offDelayMs === 0) return deactivate(level);
  if (clearSince === null) {
    level.clearSince = now;
    level.run = offSpan === null ? null : beginRun();
    return STEP.timer;
  }
  if (offSpan === null || run === null) return STEP.nothing;
  countSample(run, offSpan, true);
  return overdueOr(level, now);
}

/** Whether the delay that runs goes on after a sample that disagrees. */
const tolerates = ({ run }: Level, span: SampleSpan | null): boolean =>
  span !== null && run !== null && countSample(run, span, false);

/** The time was over and only samples were missing: now. Else a timer, for the run may have become long enough. */
function overdueOr(level: Level, now: EngineTime): number {
  const due = dueOf(level);
  if (due === null) return STEP.nothing;
  if (due > now) return STEP.timer;
  return level.active ? deactivate(level) : activate(level);
}

/** A worse level that became active carries the milder ones it includes: their own delays no longer matter. */
export function carryMilder(levels: readonly Level[]): void {
  for (let at = levels.length - 1; at > 0; at -= 1) {
    const worse = levels[at];
    if (worse === undefined || !worse.active) continue;
    for (let below = at - 1; below >= 0; below -= 1) {
      const milder = levels[below];
      if (milder !== undefined && milder.side === worse.side && milder.overSince !== null) activate(milder);
    }
  }
}

/**
 * When this level next changes by itself, or null. Silence does not stop a way into alarm: without a stray its time
 * alone counts. On the way out only samples that came count. Nothing changes on a stray: while the newest sample
 * disagrees the level waits for one that agrees.
 */
export function dueOf(level: Level): EngineTime | null {
  const { run } = level;
  if (run !== null && run.strays.at(-1) === run.samples) return null;
  if (level.active) {
    if (level.clearSince === null || !hasEnough(level, level.offSpan)) return null;
    return level.clearSince + level.offDelayMs;
  }
  if (level.overSince === null) return null;
  if (run !== null && run.strays.length > 0 && !hasEnough(level, level.onSpan)) return null;
  return level.overSince + level.onDelayMs;
}

const hasEnough = ({ run }: Level, span: SampleSpan | null): boolean =>
  span === null || run === null || agreed(run, span) >= span.need;

/** Earliest instant at which one of `levels` changes by itself; Infinity when none does. */
export function nextDue(levels: readonly Level[]): EngineTime {
  let next = Infinity;
  for (const level of levels) next = Math.min(next, dueOf(level) ?? Infinity);
  return next;
}

/** Lets every delay that is over at `now` take effect; true when a level changed. */
export function fireDue(levels: readonly Level[], now: EngineTime): boolean {
  let changed = false;
  for (const level of levels) {
    const due = dueOf(level);
    if (due === null || due > now) continue;
    if (level.active) deactivate(level);
    else activate(level);
    changed = true;
  }
  return changed;
}

/** The sensor is silent or bad: a running off-delay proves nothing and starts again with the next trusted value. */
export function stopClearing(levels: readonly Level[]): void {
  for (const level of levels) {
    if (!level.active || level.clearSince === null) continue;
    level.clearSince = null;
    level.run = null;
  }
}

/** Worst level that is active, or held by its latch; undefined when there is none. */
export function worstLevel(levels: readonly Level[]): Level | undefined {
  for (let at = levels.length - 1; at >= 0; at -= 1) {
    const level = levels[at];
    if (level !== undefined && (level.active || level.held)) return level;
  }
  return undefined;
}

export function anyActive(levels: readonly Level[]): boolean {
  for (const level of levels) if (level.active) return true;
  return false;
}

export function anyHeld(levels: readonly Level[]): boolean {
  for (const level of levels) if (level.held) return true;
  return false;
}

function activate(level: Level): number {
  level.active = true;
  level.held = level.latch;
  level.overSince = null;
  level.clearSince = null;
  level.run = null;
  return STEP.changed;
}

function deactivate(level: Level): number {
  level.active = false;
  level.overSince = null;
  level.clearSince = null;
  level.run = null;
  return STEP.changed;
}
