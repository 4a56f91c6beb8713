/**
 * The demo's own duty officer. An alarm that is over waits until somebody takes it, so a demo nobody attends would fill
 * its list for ever: this one takes what has been over for a while, never what is still going on.
 */
import type { Alarm } from '#domain/alarm.ts';

/** How long an alarm that is over waits for a visitor first. */
export const PATIENCE_MS = 4 * 60_000;
const LOOK_EVERY_MS = 20_000;

/** Calls the API with somebody's session. */
export type Call = (
  method: 'GET' | 'POST',
  path: string,
  body?: unknown,
) => Promise<{ readonly status: number; readonly body: unknown }>;

/** Looks again and again until it is stopped; what it cannot take now, it tries again next time. */
export function startOfficer(call: Call, say: (line: string) => void): { stop(): void } {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void takeWhatIsOver(call, Date.now(), say)
      .catch((cause: unknown) => say(`the demo's officer could not look: ${String(cause)}`))
      .finally(() => (looking = false));
  }, LOOK_EVERY_MS);
  return { stop: () => clearInterval(timer) };
}

/** Takes every alarm that was over for long at `nowMs`; how many those were. */
export async function takeWhatIsOver(
  call: Call,
  nowMs: number,
  say: (line: string) => void,
): Promise<number> {
  const { body } = await call('GET', '/api/v1/alarms?state=open&limit=500');
  const over = alarmsIn(body).filter(
    ({ state, returnedAt }) =>
      state === 'returned-unacknowledged' && returnedAt !== null && nowMs - returnedAt >= PATIENCE_MS,
  );
  let taken = 0;
  for (const { id, revision, rule, facility } of over) {
    const { status } = await call('POST', `/api/v1/alarms/${id}/acknowledge`, { revision });
    // Whatever changed meanwhile is looked at next time.
    if (status >= 300) continue;
    taken += 1;
    say(`took ${rule} ${facility ?? ''}, over for ${Math.round(PATIENCE_MS / 60_000)} min`);
  }
  return taken;
}

function alarmsIn(answer: unknown): readonly Alarm[] {
  const { items } = Object(answer);
  return Array.isArray(items) ? items : [];
}
