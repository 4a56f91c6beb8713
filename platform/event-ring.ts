/** The last alarm events in memory, for consoles that come back and ask what they missed. */
import type { AlarmEvent } from '#domain/alarm.ts';

export type EventRing = {
  add(event: AlarmEvent): void;
  /** Events after `sequence`, oldest first; null when some of them are no longer held. */
  after(sequence: number): readonly AlarmEvent[] | null;
  lastSequence(): number;
};

/** Holds `max` events, beginning with those that the recovered city decided again. */
export function createEventRing(
  max: number,
  recovered: {
    readonly recoveredEvents: readonly AlarmEvent[];
    readonly city: { readonly rules: { readonly sequence: number } };
  },
): EventRing {
  let events: AlarmEvent[] = [...recovered.recoveredEvents];
  let last = recovered.city.rules.sequence;
  return {
    add(event) {
      // One that is not journaled has no place in the sequence yet.
      if (event.alarm.unjournaled === true || event.sequence <= last) return;
      last = event.sequence;
      events.push(event);
      if (events.length > max * 2) events = events.slice(-max);
    },
    after(sequence) {
      if (sequence > last) return null;
      const oldest = events[0]?.sequence ?? last + 1;
      return sequence < oldest - 1 ? null : events.filter((event) => event.sequence > sequence);
    },
    lastSequence: () => last,
  };
}
