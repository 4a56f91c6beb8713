/** Joins what is owed a sound to the voice: told by the socket's handler and every second, never by drawing. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import type { Annunciator } from '../sound/annunciator.ts';
import { createRing, dueTone, owing, ringNow, silence, toneOf } from '../store/ring.ts';

export type Bell = {
  /** An event came: its tone, at once. In a burst one tone speaks for all: answers how many it spoke for beside its own. */
  onEvent(message: AlarmMessage, now: number): number;
  /** What repeats, when it is due. */
  onTick(open: readonly Alarm[], lost: boolean, now: number): void;
  silence(now: number): void;
  silencedForMs(now: number): number;
};

/** So long without a ring, and a burst is over. */
const BURST_OVER_MS = 5_000;

/** All times are local monotonic milliseconds. */
export function createBell(voice: Pick<Annunciator, 'play'>): Bell {
  const ring = createRing();
  let unheard = 0;
  let lastAt = Number.NEGATIVE_INFINITY;
  return {
    onEvent(message, now) {
      const tone = toneOf(message);
      if (tone === null) return 0;
      if (now - lastAt > BURST_OVER_MS) unheard = 0;
      lastAt = now;
      if (ringNow(ring, tone, now)) voice.play(tone);
      else if (now >= ring.silencedUntil) unheard++;
      return unheard;
    },
    onTick(open, lost, now) {
      const tone = dueTone(ring, owing(open, lost), now);
      if (tone !== null) voice.play(tone);
    },
    silence: (now) => silence(ring, now),
    silencedForMs: (now) => Math.max(0, ring.silencedUntil - now),
  };
}
