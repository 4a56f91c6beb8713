/** A customer's own endpoint: JSON, signed with HMAC-SHA256 over time and body, one key for all attempts of a message. */
import { createHmac } from 'node:crypto';
import { accepted, type Channel, JSON_HEADERS, post } from './driver.ts';
import type { WebhookSettings } from './settings.ts';

export const webhook = (settings: WebhookSettings, wallMs: () => number): Channel => ({
  id: settings.id,
  kind: 'webhook',
  perMinute: settings.perMinute ?? 600,
  send(message, signal) {
    const timestamp = `${Math.floor(wallMs() / 1_000)}`;
    const body = JSON.stringify(message);
    const mac = createHmac('sha256', settings.secret).update(`${timestamp}.${body}`).digest('hex');
    const headers = {
      ...JSON_HEADERS,
      'x-lifeline-timestamp': timestamp,
      'x-lifeline-signature': `sha256=${mac}`,
      'idempotency-key': message.id,
    };
    return post({ url: settings.url, body, headers, signal }, () => accepted());
  },
});
