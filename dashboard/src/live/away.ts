/** 离开期间: after a log-in or a break of over five minutes, tells how much changed meanwhile and offers the list. */
import { watch } from 'vue';
import { readPast } from '../api/past.ts';
import type { App } from '../context.ts';
import type { DutyConsole } from './console.ts';

const AWAY_MS = 5 * 60_000;
/** Further back nobody wants every change: the shift's list tells of it. */
const BACK_MAX_MS = 24 * 3_600_000;

/** Returns a function that ends it. */
export function startAway(app: App, duty: DutyConsole): () => void {
  const key = `lifeline.seen.${app.session.user.value?.username ?? ''}`;
  let seenAt = Number(localStorage.getItem(key) ?? Number.NaN);
  return watch(
    () => [duty.second.value.now, duty.second.value.stale === null && duty.picture.value.ready] as const,
    ([now, live]) => {
      if (!live) return;
      const from = Math.max(seenAt, now - BACK_MAX_MS);
      seenAt = now;
      localStorage.setItem(key, String(now));
      if (now - from > AWAY_MS) void tell(from, now);
    },
  );

  async function tell(from: number, to: number): Promise<void> {
    const events = await readPast(app.session.call, from, to);
    if (events === null || events.length === 0) return;
    const values = { n: String(events.length) };
    duty.notices.add(
      { code: 'away', values, alarm: null, sticky: true, away: { from, to } },
      performance.now(),
    );
  }
}
