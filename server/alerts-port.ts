/** What the server needs of the notification outbox and its channels. */
import type { Alarm } from '#domain/alarm.ts';
import type { Answer } from '#domain/event.ts';
import type {
  AlarmFacts,
  ChannelHealth,
  NotificationEvent,
  NotificationItem,
  NotificationReport,
  OnCallList,
} from '#domain/notification.ts';

export type PageKey =
  | { readonly ok: true; readonly id: string }
  | { readonly ok: false; readonly reason: 'tampered' | 'expired' };

export interface AlertsPort {
  /** Revision 0 and null before the first list. */
  onCall(): { readonly revision: number; readonly list: OnCallList | null };
  channels(): readonly ChannelHealth[];
  /** Sends a test message; null when there is no such channel. */
  testChannel(
    channel: string,
    to: { readonly name: string; readonly phone: string; readonly address: string },
  ): Promise<{ readonly ok: boolean; readonly detail: string } | null>;
  /** Messages about an alarm that are still in memory; the ledger has all, a moment later. */
  notifications(alarm: string): readonly NotificationItem[];
  item(id: string): NotificationItem | undefined;
  onNotification(listener: (event: NotificationEvent) => void): void;
  /** Whom a phone page's key lets in. */
  readKey(token: string): PageKey;
  facts(alarm: Alarm): AlarmFacts;
  /** Journals what happened to a message. */
  report(id: string, report: NotificationReport): Promise<Answer>;
  /** Vendors' delivery reports under this channel's token; null for a wrong token. Gives what to answer the vendor. */
  receipts(
    token: string,
    body: unknown,
  ): Promise<{ readonly known: number; readonly unread: number; readonly reply: unknown } | null>;
}
