/**
 * The alarm path's heartbeat, seen from outside: how long ago an input last went all the way from the journal through the
 * rules. An idle city sends none, so then a tick goes the same way; extra ticks change nothing (invariant 10).
 */
import type { Clock } from '#domain/clock.ts';
import type { Health } from '#domain/contract/health.ts';
import type { CommitFigures } from '../pipeline.ts';
import { createDelayWindow } from './delay-window.ts';

/** At rest, one tick in this time. */
const BEAT_MS = 5_000;
/** Longer without any: the path has stalled. */
export const STALLED_MS = 15_000;

export type Pulse = {
  /** A commit of inputs went all the way. */
  beat(commit: Pick<CommitFigures, 'publishes' | 'syncMs' | 'alarmDelaysMs'>): void;
  figures(): Pick<Health, 'quietMs' | 'dataQuietMs' | 'delayMs'>;
  stop(): void;
};

/** `recovered` is called once after a stall, with how long it was. */
export function startPulse(parts: {
  readonly clock: Clock;
  readonly tick: () => void;
  readonly recovered: (quietMs: number) => void;
}): Pulse {
  const { clock } = parts;
  let last = clock.monotonicMs();
  /** Since when a tick is on its way; null = none is. A clock that jumped while nothing was asked is no stall. */
  let askedAt: number | null = null;
  let lastData: number | null = null;
  const delays = createDelayWindow();
  let cancel = clock.after(BEAT_MS, look);

  function look(): void {
    cancel = clock.after(BEAT_MS, look);
    if (askedAt !== null || clock.monotonicMs() - last < BEAT_MS) return;
    askedAt = clock.monotonicMs();
    parts.tick();
  }

  return {
    beat({ publishes, syncMs, alarmDelaysMs }) {
      const now = clock.monotonicMs();
      if (publishes > 0) lastData = now;
      delays.add(
        alarmDelaysMs.reduce((most, one) => Math.max(most, one), syncMs),
        now,
      );
      const stalled = askedAt !== null && now - askedAt > STALLED_MS;
      const quiet = now - last;
      last = now;
      askedAt = null;
      if (stalled) parts.recovered(Math.round(quiet));
    },
    figures() {
      const now = clock.monotonicMs();
      const dataQuietMs = lastData === null ? null : Math.round(now - lastData);
      return { quietMs: Math.round(now - last), dataQuietMs, delayMs: delays.longest(now) };
    },
    stop: () => cancel(),
  };
}
