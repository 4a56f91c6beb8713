/** Which stretches of which points received late data and were not judged again since. Part of the fold's state. */
import { FLAG, type Measurement } from '#domain/measurement.ts';
import type { EngineTime, Timestamp } from '#domain/time.ts';

export type LateWindow = {
  /** Effective times of the earliest and latest late sample. */
  readonly from: Timestamp;
  readonly to: Timestamp;
  /** When the last of them came. */
  readonly touchedAt: EngineTime;
};

/** Late data this quiet is complete enough to judge. */
export const LATE_QUIET_MS = 60_000;

/** Widens the point's window by `m` when it is late. */
export function noteLate(windows: Map<number, LateWindow>, m: Measurement, now: EngineTime): void {
  if ((m.flags & FLAG.late) === 0) return;
  const known = windows.get(m.pointIndex);
  windows.set(m.pointIndex, {
    from: Math.min(known?.from ?? m.time, m.time),
    to: Math.max(known?.to ?? m.time, m.time),
    touchedAt: now,
  });
}

/**
 * The point's window was judged through `to`: what is left of it stays, and all of it when late data came meanwhile
 * (the judgement, made on a quiet window, did not see them).
 */
export function settleLate(
  windows: Map<number, LateWindow>,
  pointIndex: number,
  to: Timestamp,
  now: EngineTime,
): void {
  const known = windows.get(pointIndex);
  if (known === undefined || now - known.touchedAt < LATE_QUIET_MS) return;
  if (known.to <= to) windows.delete(pointIndex);
  else windows.set(pointIndex, { ...known, from: Math.max(known.from, to) });
}

/** Points whose late data has been quiet for LATE_QUIET_MS at `now`, in order of index. */
export function quietWindows(
  windows: ReadonlyMap<number, LateWindow>,
  now: EngineTime,
): [number, LateWindow][] {
  return [...windows]
    .filter(([, window]) => now - window.touchedAt >= LATE_QUIET_MS)
    .toSorted(([a], [b]) => a - b);
}
