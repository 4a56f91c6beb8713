/**
 * The demo's own duty officer. An alarm that is over waits until somebody takes it, so a demo nobody attends would fill
 * its list for ever: this one takes what has been over for a while, never what is still going on.
 */
import type { Alarm } from '#domain/alarm.ts';

/** Its user; no log-in for visitors. */
export const STAND_IN = {
  username: 'stand-in',
  name: '模拟值班员',
  roles: ['duty-officer'],
  scope: {},
} as const;

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

/** Takes every alarm that was over for long at `nowMs`, and resets what it took before; how many those were. */
export async function takeWhatIsOver(
  call: Call,
  nowMs: number,
  say: (line: string) => void,
): Promise<number> {
  const { body } = await call('GET', '/api/v1/alarms?state=open&limit=500');
  let done = 0;
  for (const alarm of alarmsIn(body)) {
    const { id, revision, active, returnedAt, rule, facility } = alarm;
    const duty = dutyAt(alarm);
    if (active || returnedAt === null || nowMs - returnedAt < PATIENCE_MS || duty === null) continue;
    const { status } = await call('POST', `/api/v1/alarms/${id}/${duty}`, { revision });
    // Whatever changed meanwhile is looked at next time.
    if (status >= 300) continue;
    done += 1;
    say(`${duty === 'reset' ? 'reset' : 'took'} ${rule} ${facility ?? ''}, over for some minutes`);
  }
  return done;
}

/** What an alarm that is over still asks for. A latched one that a visitor took is the visitor's to reset. */
function dutyAt({ state, latched, acknowledgedBy }: Alarm): 'acknowledge' | 'reset' | null {
  if (state === 'unacknowledged' || state === 'returned-unacknowledged') return 'acknowledge';
  return state === 'acknowledged' && latched && acknowledgedBy === STAND_IN.username ? 'reset' : null;
}

function alarmsIn(answer: unknown): readonly Alarm[] {
  const { items } = Object(answer);
  return Array.isArray(items) ? items : [];
}
