/** What a screen reader hears: reds at once, the rest as one polite sum at most every five seconds. */
import { shallowRef, type ShallowRef } from 'vue';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import { levelNumber } from '../store/alarm-order.ts';
import { worseColour, type Colour } from '#domain/colour.ts';

export type Announcer = {
  readonly polite: ShallowRef<{ readonly count: number; readonly highest: Colour } | null>;
  /** Id of the red alarm to be told at once. */
  readonly assertive: ShallowRef<string | null>;
  hear(message: AlarmMessage): void;
  tick(now: number): void;
};

const EVERY_MS = 5_000;
const NEW: readonly string[] = ['raised', 'reactivated', 're-alarmed', 'colour', 'late-ring', 'resurfaced'];

export function createAnnouncer(): Announcer {
  const polite = shallowRef<{ count: number; highest: Colour } | null>(null);
  const assertive = shallowRef<string | null>(null);
  let waiting: { count: number; highest: Colour } | null = null;
  let toldAt = Number.NEGATIVE_INFINITY;
  return {
    polite,
    assertive,
    hear({ event, alarm }) {
      if (!event.ring || !NEW.includes(event.change)) return;
      if (levelNumber(alarm.colour) === 1) {
        assertive.value = alarm.id;
        return;
      }
      waiting = {
        count: (waiting?.count ?? 0) + 1,
        highest: waiting === null ? alarm.colour : worseColour(waiting.highest, alarm.colour),
      };
    },
    tick(now) {
      if (waiting === null || now - toldAt < EVERY_MS) return;
      polite.value = waiting;
      waiting = null;
      toldAt = now;
    },
  };
}
