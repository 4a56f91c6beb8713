/** Who is being held to a rate, and when that is worth a person's look: a backlog sent in haste after an outage is not. */
import type { EngineTime } from '#domain/time.ts';

export type LimitWatch = {
  /** `subject` (gateway or address) met its limit just now; `lost` = something of it was refused, not only delayed. */
  met(subject: string, lost: boolean, now: EngineTime): void;
  sweep(now: EngineTime): void;
  /** Subjects that met their limit within the last seconds. */
  size(): number;
};

type Watched = { since: EngineTime; lastAt: EngineTime; lost: number; active: boolean };

/** Delayed for this long without a pause: the gateway sends more than it is allowed, always. */
const LASTING_MS = 30_000;
/** Limits met further apart are two occasions. */
const PAUSE_MS = 5_000;
const QUIET_MS = 60_000;
/** Addresses are anybody's; beyond it the one that met its limit least lately is forgotten. */
const SUBJECTS_MAX = 10_000;

/** `condition` begins at the first loss or after half a minute of delay, and ends after a quiet minute. */
export function createLimitWatch(
  condition: (subject: string, active: boolean, detail: Record<string, number>) => void,
): LimitWatch {
  const subjects = new Map<string, Watched>();

  function forget(subject: string, { active, lost }: Watched): void {
    subjects.delete(subject);
    if (active) condition(subject, false, { lost });
  }

  return {
    met(subject, lost, now) {
      const known = subjects.get(subject);
      const watched = known ?? { since: now, lastAt: now, lost: 0, active: false };
      if (!watched.active && now - watched.lastAt > PAUSE_MS) watched.since = now;
      watched.lastAt = now;
      if (lost) watched.lost += 1;
      if (known !== undefined) subjects.delete(subject);
      subjects.set(subject, watched);
      const [oldest] = subjects;
      if (subjects.size > SUBJECTS_MAX && oldest !== undefined) forget(...oldest);
      if (watched.active || (watched.lost === 0 && now - watched.since < LASTING_MS)) return;
      watched.active = true;
      condition(subject, true, { lost: watched.lost, forMs: Math.round(now - watched.since) });
    },
    sweep(now) {
      for (const [subject, watched] of subjects) {
        if (now - watched.lastAt < QUIET_MS) return;
        forget(subject, watched);
      }
    },
    size: () => subjects.size,
  };
}
