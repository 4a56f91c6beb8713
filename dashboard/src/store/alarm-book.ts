/**
 * Every alarm the officer may see, as the server last told it. Plain data: the page draws from it, sound and title follow it.
 *
 * Each message carries the whole alarm, so applying one is always safe; `previous` only tells whether one was missed.
 * A missed one is asked for once (`resync`), and the snapshot that answers replaces everything.
 */
import { isOpen, type Alarm } from '#domain/alarm.ts';
import type { AlarmMessage, SnapshotMessage } from '#domain/contract/socket.ts';

/** Closed and historical alarms kept for whoever is still reading them. */
const CLOSED_MAX = 200;

export type AlarmBook = {
  readonly open: Map<string, Alarm>;
  /** Recently closed ones, oldest first. */
  readonly closed: Map<string, Alarm>;
  /** Sequence of the last alarm event seen; null when the next one starts the chain (after a snapshot). */
  lastSequence: number | null;
  cursor: string | null;
  /** A resync was asked for and its snapshot has not come yet. */
  resyncing: boolean;
};

export const createBook = (): AlarmBook => ({
  open: new Map(),
  closed: new Map(),
  lastSequence: null,
  cursor: null,
  resyncing: false,
});

/** The snapshot replaces everything: what it does not name is gone. */
export function applySnapshot(book: AlarmBook, message: SnapshotMessage): void {
  book.open.clear();
  for (const alarm of message.alarms) if (isOpen(alarm)) book.open.set(alarm.id, alarm);
  book.lastSequence = null;
  book.cursor = message.cursor;
  book.resyncing = false;
}

/**
 * - `applied`: the alarm is as the message says.
 * - `repeated`: seen before, nothing changed.
 * - `gap`: applied, but something before it was missed: emit `resync` (told once per gap).
 */
export type Applied = 'applied' | 'repeated' | 'gap';

export function applyAlarm(book: AlarmBook, message: AlarmMessage): Applied {
  // 未入账 alarms come from a throw-away copy of the engine's state: their sequence is not part of the chain.
  if (message.alarm.unjournaled === true) {
    keepAlarm(book, message.alarm);
    return 'applied';
  }
  const last = book.lastSequence;
  if (last !== null && message.sequence <= last) return 'repeated';
  book.lastSequence = message.sequence;
  book.cursor = message.cursor;
  dropUnjournaledTwin(book, message.alarm);
  keepAlarm(book, message.alarm);
  if (last === null || message.previous === last || book.resyncing) return 'applied';
  book.resyncing = true;
  return 'gap';
}

/** Takes an alarm from an answer (an action's verdict, a 409, a single GET) unless a newer one is known. */
export function keepAlarm(book: AlarmBook, alarm: Alarm): void {
  const known = findAlarm(book, alarm.id);
  if (known !== undefined && isOlder(alarm, known)) return;
  if (isOpen(alarm) && alarm.withdrawn !== true) {
    book.closed.delete(alarm.id);
    book.open.set(alarm.id, alarm);
    return;
  }
  book.open.delete(alarm.id);
  book.closed.delete(alarm.id);
  book.closed.set(alarm.id, alarm);
  for (const oldest of book.closed.keys()) {
    if (book.closed.size <= CLOSED_MAX) break;
    book.closed.delete(oldest);
  }
}

export const findAlarm = (book: AlarmBook, id: string): Alarm | undefined =>
  book.open.get(id) ?? book.closed.get(id);

function isOlder(alarm: Alarm, known: Alarm): boolean {
  if (known.unjournaled === true && alarm.unjournaled !== true) return false;
  return alarm.sequence < known.sequence || alarm.revision < known.revision;
}

/** Redelivery made the real alarm: its shadow of the same point and rule goes. */
function dropUnjournaledTwin(book: AlarmBook, alarm: Alarm): void {
  for (const [id, other] of book.open) {
    if (other.unjournaled === true && other.rule === alarm.rule && sameSubject(other, alarm))
      book.open.delete(id);
  }
}

const sameSubject = (a: Alarm, b: Alarm): boolean =>
  a.point === b.point && (a.point !== null || a.gateway === b.gateway);
