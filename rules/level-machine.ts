/**
 * The limits of one rule at one point, level by level: on-delay, deadband, off-delay, hold.
 * Engine time alone drives the delays. Only a trusted sample may stop a delay that leads to an alarm or start one that
 * leads out of it: silence, a bad value or a stray one never makes things look better than they are.
 */
import type { EngineTime } from '#domain/time.ts';
import type { Level } from './state.ts';

/** What a step did; bits. */
export const STEP = { nothing: 0, changed: 1, timer: 2 } as const;

/** Feeds one level with its signal. `reached` and `stays` say how the value stands to limit and clear limit. */
export function stepLevel(
  level: Level,
  reached: boolean,
  stays: boolean,
  trusted: boolean,
  now: EngineTime,
): number {
  return level.active ? stepActive(level, stays, trusted, now) : stepIdle(level, reached, trusted, now);
}

function stepIdle(level: Level, reached: boolean, trusted: boolean, now: EngineTime): number {
  if (!reached) {
    if (trusted) level.overSince = null;
    return STEP.nothing;
  }
  if (level.onDelayMs === 0) return activate(level);
  if (level.overSince !== null) return STEP.nothing;
  level.overSince = now;
  return STEP.timer;
}

function stepActive(level: Level, stays: boolean, trusted: boolean, now: EngineTime): number {
  if (stays) {
    level.clearSince = null;
    return STEP.nothing;
  }
  if (!trusted) return STEP.nothing;
  if (level.offDelayMs === 0) return deactivate(level);
  if (level.clearSince !== null) return STEP.nothing;
  level.clearSince = now;
  return STEP.timer;
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

/** When this level next changes by itself, or null. */
export function dueOf(level: Level): EngineTime | null {
  if (level.active) return level.clearSince === null ? null : level.clearSince + level.offDelayMs;
  return level.overSince === null ? null : level.overSince + level.onDelayMs;
}

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
  for (const level of levels) level.clearSince = null;
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
  return STEP.changed;
}

function deactivate(level: Level): number {
  level.active = false;
  level.overSince = null;
  level.clearSince = null;
  return STEP.changed;
}
