/**
 * When to sound what. Red repeats until taken, orange sounds every 30 s, yellow once, blue never; a late record and a lost
 * line have tones of their own. Silence lasts 60 s and is not 接警: a new red or orange ends it.
 */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import { isWaiting } from './alarm-order.ts';

export const TONE_NAMES = ['red', 'orange', 'yellow', 'late', 'lost'] as const;
export type Tone = (typeof TONE_NAMES)[number];

export const SILENCE_MS = 60_000;
const REPEAT_MS: Readonly<Record<Tone, number | null>> = {
  red: 3_000,
  orange: 30_000,
  yellow: null,
  late: null,
  lost: 30_000,
};
/** In a burst one tone speaks for all of its kind. */
const BURST_MS = 1_500;

export type Ring = {
  /** Local monotonic time of each tone's last sounding; absent = never. */
  readonly soundedAt: Map<Tone, number>;
  silencedUntil: number;
};

export const createRing = (): Ring => ({ soundedAt: new Map(), silencedUntil: 0 });

/** The tone an event asks for, or null: the server decided whether it rings at all. */
export function toneOf(message: AlarmMessage): Tone | null {
  if (!message.event.ring) return null;
  if (message.event.change === 'late-ring' || message.alarm.historical) return 'late';
  return message.alarm.colour === 'blue' ? null : message.alarm.colour;
}

/** A tone asked for by an event: sounds now unless silenced or just sounded. */
export function ringNow(ring: Ring, tone: Tone, now: number): boolean {
  if (tone === 'red' || tone === 'orange') ring.silencedUntil = 0;
  if (now < ring.silencedUntil) return false;
  return sound(ring, tone, now, BURST_MS);
}

/** What repeats: untaken reds and oranges that nothing suppresses or folds, and a lost line. */
export type Owing = { readonly red: boolean; readonly orange: boolean; readonly lost: boolean };

export function owing(alarms: Iterable<Alarm>, lost: boolean): Owing {
  let red = false;
  let orange = false;
  for (const alarm of alarms) {
    if (!isWaiting(alarm) || alarm.incident?.folded === true) continue;
    if (alarm.highestColour === 'red') red = true;
    if (alarm.highestColour === 'orange') orange = true;
  }
  return { red, orange, lost };
}

/** The repeating tone due now, most urgent first; null when all is quiet or silenced. */
export function dueTone(ring: Ring, owed: Owing, now: number): Tone | null {
  for (const tone of ['red', 'lost', 'orange'] as const) if (!owed[tone]) ring.soundedAt.delete(tone);
  if (now < ring.silencedUntil) return null;
  for (const tone of ['red', 'lost', 'orange'] as const) {
    const every = REPEAT_MS[tone];
    if (owed[tone] && every !== null && sound(ring, tone, now, every)) return tone;
  }
  return null;
}

export function silence(ring: Ring, now: number): void {
  ring.silencedUntil = now + SILENCE_MS;
}

function sound(ring: Ring, tone: Tone, now: number, quietMs: number): boolean {
  const last = ring.soundedAt.get(tone);
  if (last !== undefined && now - last < quietMs) return false;
  ring.soundedAt.set(tone, now);
  return true;
}
