/** Consoles hear of messages to people's phones, each audience of those about alarms it sees. */
import type { NotificationEvent } from '#domain/notification.ts';
import type { CityPort } from '../ports.ts';
import { audienceSeesAlarm, type Audience } from './audience.ts';
import type { Delivery } from './delivery.ts';

/** A notice is about no alarm: the consoles are not told of it. */
export function tellOfMessage(
  delivery: Delivery,
  city: CityPort,
  audiences: ReadonlyMap<string, Audience>,
  { item }: NotificationEvent,
): void {
  const alarm = item.alarm === null ? undefined : city.alarm(item.alarm);
  if (alarm === undefined) return;
  for (const audience of audiences.values()) {
    if (!audienceSeesAlarm(audience, city.registry(), alarm)) continue;
    delivery.to(audience.room, (to) => to.emit('notification', { alarm: alarm.id, item }));
  }
}
