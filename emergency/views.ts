/** What others read of the outbox: the sender, the server. */
import type { NotificationItem, OnCallPerson } from '#domain/notification.ts';
import { personOf } from './coverage.ts';
import { episodeOfAlarm, everyEpisode, findItem } from './episodes.ts';
import type { EmergencyState } from './state.ts';

const everyItem = (state: EmergencyState): NotificationItem[] =>
  everyEpisode(state).flatMap(({ deliveries }) => deliveries.map(({ item }) => item));

/** What is to be sent, oldest alarm first. */
export const queuedItems = (state: EmergencyState): NotificationItem[] =>
  everyItem(state).filter((item) => item.state === 'queued');

/** What a vendor took and has not yet reported on. */
export const acceptedItems = (state: EmergencyState): NotificationItem[] =>
  everyItem(state).filter((item) => item.state === 'accepted');

/** Messages about an alarm that are in memory, oldest first. */
export const itemsOfAlarm = (state: EmergencyState, alarm: string): NotificationItem[] =>
  episodeOfAlarm(state, alarm)?.deliveries.map(({ item }) => item) ?? [];

/** The person a message is for, as the list has them now. */
export function personNow(state: EmergencyState, id: string): OnCallPerson | undefined {
  const found = findItem(state, id);
  return found === undefined ? undefined : personOf(state, found.episode, found.delivery.item.person);
}
