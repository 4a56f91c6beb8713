/** Joins what is owed a sound to the voice: told by the socket's handler and every second, never by drawing. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import type { Annunciator } from '../sound/annunciator.ts';
import { createRing, dueTone, owing, ringNow, silence, toneOf } from '../store/ring.ts';

export type Bell = {
  /** An event came: its tone, at once. */
  onEvent(message: AlarmMessage, now: number): void;
  /** What repeats, when it is due. */
  onTick(open: readonly Alarm[], lost: boolean, now: number): void;
  silence(now: number): void;
  silencedForMs(now: number): number;
};

/** All times are local monotonic milliseconds. */
export function createBell(voice: Pick<Annunciator, 'play'>): Bell {
  const ring = createRing();
  return {
    onEvent(message, now) {
      const tone = toneOf(message);
      if (tone !== null && ringNow(ring, tone, now)) voice.play(tone);
    },
    onTick(open, lost, now) {
      const tone = dueTone(ring, owing(open, lost), now);
      if (tone !== null) voice.play(tone);
    },
    silence: (now) => silence(ring, now),
    silencedForMs: (now) => Math.max(0, ring.silencedUntil - now),
  };
}
