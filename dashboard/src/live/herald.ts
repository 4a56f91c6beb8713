/** Everything that tells people of an event by itself: voice, screen reader, and notices. */
import type { AlarmMessage } from '#domain/contract/socket.ts';
import type { Announcer } from './announcer.ts';
import type { Bell } from './bell.ts';
import type { Notices } from './notices.ts';

/** `now` is local monotonic milliseconds. */
export function herald(
  to: { readonly announcer: Announcer; readonly notices: Notices; readonly bell: Bell },
  message: AlarmMessage,
  now: number,
): void {
  to.announcer.hear(message);
  if (message.event.change === 'late-ring') {
    const values = { colour: message.alarm.colour };
    to.notices.add({ code: 'late-ring', values, alarm: message.alarm.id, sticky: true }, now);
  }
  const others = to.bell.onEvent(message, now);
  if (others > 0)
    to.notices.add({ code: 'burst', values: { n: String(others) }, alarm: null, sticky: false }, now);
}
