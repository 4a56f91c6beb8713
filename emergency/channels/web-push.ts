/** Web Push to a browser's own push service; the person's address is the subscription as JSON text. */
import { Agent } from 'node:https';
import webpush from 'web-push';
import { accepted, type Channel, failed, type Message, type Sent, unreachable } from './driver.ts';
import { readSubscription } from './push-subscription.ts';
import type { WebPushSettings } from './settings.ts';

/** A push service keeps an alarm this long for a phone that is off; later it would only mislead. */
const KEEP_SECONDS = 3_600;
/** Gone, unknown: the browser threw the subscription away. */
const GONE = [404, 410];

/** `ca` = certificate of a push service of one's own. */
export const webPush = (settings: WebPushSettings, ca: string | null = null): Channel => {
  const agent = ca === null ? undefined : new Agent({ ca });
  const { subject, publicKey, privateKey, pushHosts } = settings;
  return {
    id: settings.id,
    kind: 'web-push',
    perMinute: settings.perMinute ?? 600,
    async send(message, signal) {
      const subscription = readSubscription(message.address, pushHosts);
      if (typeof subscription === 'string') return unreachable(subscription);
      const sending = webpush.sendNotification(subscription, payloadOf(message), {
        vapidDetails: { subject, publicKey, privateKey },
        TTL: KEEP_SECONDS,
        urgency: 'high',
        timeout: 10_000,
        ...(agent === undefined ? {} : { agent }),
      });
      const ended = new Promise<Sent>((resolve) => {
        signal.addEventListener('abort', () => resolve(failed('no answer in time')), { once: true });
      });
      return Promise.race([sending.then(() => accepted(), refusal), ended]);
    },
  };
};

const payloadOf = ({ id, title, text, link, colour }: Message): string =>
  JSON.stringify({ id, title, text, link, colour });

function refusal(cause: unknown): Sent {
  const status = typeof cause === 'object' && cause !== null ? Reflect.get(cause, 'statusCode') : undefined;
  const detail = cause instanceof Error ? cause.message : String(cause);
  if (typeof status === 'number' && GONE.includes(status)) return unreachable(`HTTP ${status}`);
  return failed(`${String(status ?? '')} ${detail}`, status === 429 ? 60_000 : undefined);
}
