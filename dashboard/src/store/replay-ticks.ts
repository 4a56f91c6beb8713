/** Marks on the axis of the replay: many events at one place are one mark with their worst level. */
import { worseColour, type Colour } from '#domain/colour.ts';
import type { Timestamp } from '#domain/time.ts';

export type PastEvent = {
  readonly sequence: number;
  readonly alarm: string;
  readonly at: Timestamp;
  readonly change: string;
  readonly colour: Colour;
  readonly by: string | null;
  readonly ring: boolean;
  readonly facility: string | null;
};
/** `place`: 0 at the beginning of the axis to 1 at its end. */
export type Tick = { readonly place: number; readonly colour: Colour | null; readonly people: number };

const TICKS_MAX = 240;

/** Rising levels and what people did; the rest (values coming back, notes of the engine) stays off the axis. */
export function ticksOf(events: readonly PastEvent[], from: Timestamp, to: Timestamp): Tick[] {
  const ticks = new Map<number, { colour: Colour | null; people: number }>();
  for (const { at, ring, by, colour } of events) {
    if (at < from || at >= to || (!ring && by === null)) continue;
    const slot = Math.floor(((at - from) / (to - from)) * TICKS_MAX);
    const tick = ticks.get(slot) ?? { colour: null, people: 0 };
    if (ring) tick.colour = tick.colour === null ? colour : worseColour(tick.colour, colour);
    if (by !== null) tick.people++;
    ticks.set(slot, tick);
  }
  return [...ticks].map(([slot, tick]) => ({ place: (slot + 0.5) / TICKS_MAX, ...tick }));
}

/** The next event after a time, or the last one before it; whole seconds apart. Null when there is none. */
export function eventBeside(events: readonly PastEvent[], at: Timestamp, by: 1 | -1): PastEvent | null {
  const second = (ms: Timestamp) => Math.floor(ms / 1_000);
  const found =
    by > 0
      ? events.find((event) => second(event.at) > second(at))
      : events.findLast((event) => second(event.at) < second(at));
  return found ?? null;
}
