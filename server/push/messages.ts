/** Consoles hear of gateways and of messages to people's phones, each audience of what it sees. */
import type { NotificationEvent } from '#domain/notification.ts';
import type { CityPort } from '../ports.ts';
import { audienceSeesAlarm, audienceSeesGateway, type Audience } from './audience.ts';
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

/** That one came or went, and what it sent late, once judged. */
export function tellOfGateways(
  delivery: Delivery,
  city: CityPort,
  audiences: ReadonlyMap<string, Audience>,
): void {
  const seers = (gateway: string): Audience[] =>
    [...audiences.values()].filter((audience) => audienceSeesGateway(audience, city.registry(), gateway));
  city.onGateway((gateway, connected, at) => {
    for (const { room } of seers(gateway))
      delivery.to(room, (to) => to.emit('gateway', { gateway, connected, at }));
  });
  city.onBackfill((backfill) => {
    for (const { room } of seers(backfill.gateway))
      delivery.to(room, (to) => to.emit('backfill', { backfill }));
  });
}
