/** The story of one alarm: what the ledger holds and what came since, each event once. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';

/** One event as the API lists it (`GET /alarms/{id}/events`): the words of the socket's message, flat. */
export type StoryEvent = AlarmMessage['event'] & { readonly sequence: number; readonly alarm: Alarm };

/** Newest first, by sequence. */
export function mergeEvents(...lists: readonly (readonly StoryEvent[])[]): StoryEvent[] {
  const bySequence = new Map<number, StoryEvent>();
  for (const list of lists) for (const event of list) bySequence.set(event.sequence, event);
  return [...bySequence.values()].sort((a, b) => b.sequence - a.sequence);
}

/** A live message as the API will list it later. */
export const eventOf = ({ event, sequence, alarm }: AlarmMessage): StoryEvent => ({
  ...event,
  sequence,
  alarm,
});
