/**
 * The retrospective lane's edge: once late data has been quiet, the stored window is read, judged by the same machine
 * on effective time, and the episodes found re-enter as one journaled `rejudged` input. Nothing here rings.
 */
import type { Clock } from '#domain/clock.ts';
import type { RawRow } from '#domain/contract/history.ts';
import type { Input, RejudgedEpisode } from '#domain/input.ts';
import { FLAG } from '#domain/measurement.ts';
import type { Timestamp } from '#domain/time.ts';
import type { OutputStore } from '#store/ports.ts';
import { judgeSeries } from '#rules/engine.ts';
import type { City } from './city.ts';
import type { EngineClock } from './engine-clock.ts';
import { type LateWindow, quietWindows } from './late-windows.ts';

const LOOK_EVERY_MS = 5_000;
/** Longest rule window of the catalogue (rain over 12 h) and the delays around it. */
const LOOK_BACK_MS = 13 * 3_600_000;
const LOOK_AHEAD_MS = 3_600_000;
/** Rows of one point judged at once; a longer window waits for the next look with what is left. */
const ROWS_MAX = 500_000;

export type LateLane = { look(): Promise<void>; stop(): void };

export function watchLateData(parts: {
  readonly city: City;
  readonly clock: Clock;
  readonly engineClock: EngineClock;
  readonly outputs: OutputStore;
  readonly submit: (input: Input) => void;
}): LateLane {
  const { city, clock, engineClock, outputs } = parts;
  const asked = new Map<number, LateWindow>();
  let cancel = clock.after(LOOK_EVERY_MS, lookAgain);
  let stopped = false;

  function lookAgain(): void {
    void look().finally(() => {
      if (!stopped) cancel = clock.after(LOOK_EVERY_MS, lookAgain);
    });
  }

  async function look(): Promise<void> {
    for (const [pointIndex, window] of quietWindows(city.lateWindows, engineClock.now().engineTime)) {
      if (stopped || asked.get(pointIndex) === window) continue;
      asked.set(pointIndex, window);
      const rows = await outputs.raw(
        pointIndex,
        window.from - LOOK_BACK_MS,
        window.to + LOOK_AHEAD_MS,
        ROWS_MAX,
      );
      const episodes = lateEpisodes(city, pointIndex, window, rows);
      parts.submit({ kind: 'rejudged', pointIndex, from: window.from, to: window.to, episodes });
    }
    for (const pointIndex of asked.keys()) if (!city.lateWindows.has(pointIndex)) asked.delete(pointIndex);
  }

  return {
    look,
    stop() {
      stopped = true;
      cancel();
    },
  };
}

/** Episodes that begin in late data; those that live data began are the live lane's own. */
function lateEpisodes(
  city: City,
  pointIndex: number,
  window: LateWindow,
  rows: readonly RawRow[],
): RejudgedEpisode[] {
  const intervalMs = city.registry.pointsByIndex[pointIndex]?.reportIntervalMs ?? 0;
  const liveMs = Math.max(60_000, 3 * intervalMs);
  const isLate = (row: RawRow): boolean => row.receivedAt - row.time > liveMs;
  const series = rows.map((row) => ({
    time: row.time,
    value: row.value ?? Number.NaN,
    quality: row.quality,
    flags: isLate(row) ? FLAG.late : 0,
  }));
  const lateTimes = rows.filter(isLate).map((row) => row.time);
  return judgeSeries(city.rules, city.registry, pointIndex, series).filter(
    (episode) => episode.onsetAt >= window.from && begunLate(episode.onsetAt, rows, lateTimes, isLate),
  );
}

function begunLate(
  onsetAt: Timestamp,
  rows: readonly RawRow[],
  lateTimes: readonly Timestamp[],
  isLate: (row: RawRow) => boolean,
): boolean {
  if (lateTimes.length === rows.length) return true;
  const before = rows.findLast((row) => row.time <= onsetAt);
  return before !== undefined && isLate(before);
}
