/**
 * Tells a wrong clock from a backlog (invariants 5 and 6).
 *
 * Lag = our receivedAt - the newest device time of a publish. A clock that is wrong lags by the same amount for ever;
 * a backlog that is being replayed catches up, so its lag shrinks as fast as it is replayed. We accept a lag as the
 * clock's offset once it has stood for 5 publishes and 30 s of engine time
 *   - within a band of 10 s, or of a tenth of the time it was watched when that is more: a gateway that stamps at the
 *     start of a slow polling round scatters by the length of the round, and must be watched ten rounds; a backlog
 *     replayed more than 10 % faster or slower than it was recorded leaves the band, however long it lasts;
 *   - and without sinking steadily: a fall of more than 1 s in which four steps of five go down is a backlog replayed
 *     a little faster than it was recorded.
 * A backlog replayed at the very pace it was recorded (within 3 %) looks like a wrong clock from outside, and is taken
 * for one: ringing for old gas beats silence about new. Its lag then leaves the offset, and the offset is let go.
 *
 * The offset is the smallest lag seen: what exceeds it is time spent on the way, and no record lands in the future.
 * A track belongs to a gateway or to one device, because one box may carry sensors that keep time themselves.
 */
import type { EngineTime, Timestamp } from '#domain/time.ts';

/** A clock may run ahead of ours by this before it is wrong. */
export const AHEAD_MAX_MS = 60_000;
/** A record is live at least this long. */
export const LIVE_MIN_MS = 60_000;
const PUBLISHES_MIN = 5;
const WATCH_MIN_MS = 30_000;
const BAND_MS = 10_000;
const BAND_OF_WATCH = 0.1;
const FALL_MIN_MS = 1000;
const FALLING_SHARE = 0.8;

/** A lag being watched. */
export type Candidate = {
  startedAt: EngineTime;
  publishes: number;
  minLagMs: number;
  maxLagMs: number;
  firstLagMs: number;
  lastLagMs: number;
  /** Steps down from one publish to the next. */
  falls: number;
};

export type ClockTrack = {
  /** Accepted: effective time = device time + offset. Null while the clock is right or not yet known to be wrong. */
  offsetMs: number | null;
  candidate: Candidate | null;
};

export const createTrack = (): ClockTrack => ({ offsetMs: null, candidate: null });

/** Live window of points that report every `reportIntervalMs` (invariant 5). */
export const liveWindowMs = (reportIntervalMs: number): number => Math.max(LIVE_MIN_MS, 3 * reportIntervalMs);

/** Whether a record that lags so much is live. */
export const isFresh = (lagMs: number, windowMs: number): boolean =>
  lagMs >= -AHEAD_MAX_MS && lagMs <= windowMs;

/** Whether the offset explains the lag better than a right clock would. */
export function fitsOffset(offsetMs: number | null, lagMs: number, windowMs: number): offsetMs is number {
  if (offsetMs === null || !isFresh(lagMs - offsetMs, windowMs)) return false;
  return !isFresh(lagMs, windowMs) || Math.abs(lagMs - offsetMs) <= Math.abs(lagMs);
}

/**
 * Takes the lag of one publish. Answers when the watched lag began that is now accepted as the clock's offset;
 * null when nothing was accepted. A fresh record drops offset and candidate.
 */
export function observeLag(
  track: ClockTrack,
  deviceTime: Timestamp,
  receivedAt: Timestamp,
  engineTime: EngineTime,
  windowMs: number,
): EngineTime | null {
  const lagMs = receivedAt - deviceTime;
  if (fitsOffset(track.offsetMs, lagMs, windowMs)) {
    // A slow drift ahead is followed, so that it never leads out of the window.
    track.offsetMs = Math.min(track.offsetMs, lagMs);
    track.candidate = null;
    return null;
  }
  if (isFresh(lagMs, windowMs)) {
    track.offsetMs = null;
    track.candidate = null;
    return null;
  }
  const candidate = watched(track.candidate, lagMs, engineTime, windowMs);
  track.candidate = candidate;
  if (!isSteady(candidate, engineTime)) return null;
  track.offsetMs = candidate.minLagMs;
  track.candidate = null;
  return candidate.startedAt;
}

/** The candidate with this lag added; a new one when the lag has left every band that could still be accepted. */
function watched(
  candidate: Candidate | null,
  lagMs: number,
  engineTime: EngineTime,
  windowMs: number,
): Candidate {
  if (candidate === null) return firstLag(lagMs, engineTime);
  const minLagMs = Math.min(candidate.minLagMs, lagMs);
  const maxLagMs = Math.max(candidate.maxLagMs, lagMs);
  if (maxLagMs - minLagMs > windowMs) return firstLag(lagMs, engineTime);
  candidate.publishes += 1;
  if (lagMs < candidate.lastLagMs) candidate.falls += 1;
  candidate.minLagMs = minLagMs;
  candidate.maxLagMs = maxLagMs;
  candidate.lastLagMs = lagMs;
  return candidate;
}

function firstLag(lagMs: number, engineTime: EngineTime): Candidate {
  return {
    startedAt: engineTime,
    publishes: 1,
    minLagMs: lagMs,
    maxLagMs: lagMs,
    firstLagMs: lagMs,
    lastLagMs: lagMs,
    falls: 0,
  };
}

function isSteady(candidate: Candidate, engineTime: EngineTime): boolean {
  const { publishes, minLagMs, maxLagMs, firstLagMs, lastLagMs, falls, startedAt } = candidate;
  const watchedMs = engineTime - startedAt;
  if (publishes < PUBLISHES_MIN || watchedMs < WATCH_MIN_MS) return false;
  if (maxLagMs - minLagMs > Math.max(BAND_MS, watchedMs * BAND_OF_WATCH)) return false;
  const sinking = firstLagMs - lastLagMs > FALL_MIN_MS && falls >= (publishes - 1) * FALLING_SHARE;
  return !sinking;
}
