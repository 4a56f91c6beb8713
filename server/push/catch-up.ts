/** What a console that comes back has missed, and the message that tells it. */
import type { AlarmEvent } from '#domain/alarm.ts';
import type { AlarmMessage } from '#domain/contract/socket.ts';
import type { AlarmViewer } from '../alarm-view.ts';
import type { CityPort } from '../ports.ts';
import { audienceSeesAlarm, type Audience } from './audience.ts';
import { readCursor } from './cursor.ts';

/** Catching up on more than this costs more than a fresh picture. */
const CATCH_UP_MAX = 400;

/** `entitled`: the last event that the console had before these, all of which it is entitled to. */
export type Missed = { readonly entitled: number; readonly events: readonly AlarmEvent[] };

/** Null when the cursor is absent, foreign, from another picture, too old, or too far behind: send a snapshot. */
export function eventsToCatchUp(city: CityPort, audience: Audience, since: unknown): Missed | null {
  const cursor = readCursor(since);
  if (cursor === null || cursor.site !== city.site || cursor.view !== audience.picture.view) return null;
  if (cursor.sequence > city.lastSequence() || cursor.entitled > cursor.sequence) return null;
  const missed = city.eventsAfter(cursor.sequence);
  if (missed === null) return null;
  const events = missed.filter((event) => audienceSeesAlarm(audience, city.registry(), event.alarm));
  return events.length > CATCH_UP_MAX ? null : { entitled: cursor.entitled, events };
}

export function alarmMessage(
  event: AlarmEvent,
  sequence: number,
  previous: number,
  cursor: string,
  view: AlarmViewer,
): AlarmMessage {
  const { change, at, by, note, announce, alarm } = event;
  const { ring, reason } = announce;
  return {
    sequence,
    previous,
    cursor,
    event: { change, at, by, note, ring, reason },
    alarm: view(alarm),
  };
}
