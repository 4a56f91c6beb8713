/** Messages to people as they stand now, one row each. */
import type { DatabaseSync } from 'node:sqlite';
import type { NotificationEvent, NotificationItem } from '#domain/notification.ts';
import { canonicalJson } from './canonical-json.ts';
import { textOf, wholeMs, type Row } from './database.ts';

/** The largest number of one alarm's messages one call gives, the newest. */
const NOTIFICATIONS_MAX = 1_000;

export function notificationTable(db: DatabaseSync) {
  const upsert = db.prepare(
    `INSERT INTO notifications (id, alarm, created_at, document) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET document = excluded.document`,
  );
  const one = db.prepare('SELECT document FROM notifications WHERE id = ?');
  const ofAlarm = db.prepare(
    'SELECT document FROM notifications WHERE alarm = ? ORDER BY created_at DESC, id DESC LIMIT ?',
  );

  const apply = ({ item }: NotificationEvent): void =>
    void upsert.run(item.id, item.alarm, wholeMs(item.createdAt), canonicalJson(item));

  function notification(id: string): NotificationItem | null {
    const row = one.get(id);
    return row === undefined ? null : itemOf(row);
  }

  /** Oldest first. */
  const notifications = (alarm: string): NotificationItem[] =>
    ofAlarm.all(alarm, NOTIFICATIONS_MAX).map(itemOf).reverse();

  return { apply, notification, notifications };
}

/** Documents are ours, written whole from this type and never edited. */
const itemOf = (row: Row): NotificationItem => JSON.parse(textOf(row, 'document'));
