/** Vendors' delivery reports, from the token they come under to the journal. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { NotificationItem } from '#domain/notification.ts';
import { readReceipts } from '#emergency/channels/receipts.ts';
import type { ChannelsFile } from '#emergency/channels/settings.ts';
import { acceptedItems, findItem, isReceiptNews } from '#emergency/outbox.ts';
import type { AlertsPort } from '#server/alerts-port.ts';
import type { Pipeline } from '../pipeline.ts';

/** Journals what is news of this channel's messages; repeats and what belongs to another channel change nothing. */
export function createReceipts(
  { city, report }: Pick<Pipeline, 'city' | 'report'>,
  channels: ChannelsFile['channels'],
): AlertsPort['receipts'] {
  const tokens = channels.flatMap((one) =>
    'receiptToken' in one && one.receiptToken !== undefined
      ? [{ channel: one.id, digest: digestOf(one.receiptToken) }]
      : [],
  );

  function byReference(channel: string): ReadonlyMap<string | null, NotificationItem> {
    const items = acceptedItems(city.emergency).filter((item) => item.channel === channel);
    return new Map(items.map((item) => [item.detail, item]));
  }

  return async (token, body) => {
    const given = digestOf(token);
    const channel = tokens.filter(({ digest }) => timingSafeEqual(digest, given))[0]?.channel;
    if (channel === undefined) return null;
    const { receipts, unread, reply } = readReceipts(body);
    const referenced = byReference(channel);
    let known = 0;
    for (const { id, reference, delivered, detail } of receipts) {
      const item =
        id !== null
          ? findItem(city.emergency, id)?.delivery.item
          : reference === null
            ? undefined
            : referenced.get(reference);
      if (item?.channel !== channel) continue;
      known += 1;
      if (!isReceiptNews(city.emergency, item.id, delivered)) continue;
      await report({ kind: 'notification', id: item.id, report: 'receipt', delivered, detail });
    }
    return { known, unread, reply };
  };
}

/** Of one length, so that tokens can be compared in constant time. */
const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
