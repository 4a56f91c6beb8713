/** Sends an officer's order and tells what became of it. A stale revision changes nothing but the picture. */
import type { Alarm } from '#domain/alarm.ts';
import type { AlarmAction } from '#domain/input.ts';
import { act, type Outcome } from '../api/alarms.ts';
import type { Call } from '../api/http.ts';
import { keepAlarm, type AlarmBook } from '../store/alarm-book.ts';
import { REVERT_MS, takeOverdue, type Pending } from '../store/pending.ts';
import type { Notice } from './notices.ts';

export type OrderDeps = {
  readonly call: Call;
  readonly book: AlarmBook;
  readonly pending: Pending;
  by(): string;
  /** Local monotonic milliseconds. */
  now(): number;
  changed(): void;
  notify(notice: Pick<Notice, 'code' | 'values' | 'alarm' | 'sticky'>): void;
};

/** What became of an order; `held` = another one of this alarm is under way. */
export type Sent = Outcome | { readonly kind: 'held' };

/** Resolves when the server has spoken. One order per alarm at a time: a second key press while one is under way is none. */
export async function sendOrder(deps: OrderDeps, alarm: Alarm, order: AlarmAction): Promise<Sent> {
  const { pending, book } = deps;
  if (pending.has(alarm.id)) return { kind: 'held' };
  const { action } = order;
  const mine = { alarm: alarm.id, action, revision: alarm.revision, by: deps.by(), startedAt: deps.now() };
  pending.set(alarm.id, mine);
  deps.changed();
  setTimeout(() => {
    const overdue = takeOverdue(pending, deps.now());
    for (const late of overdue) deps.notify(notice('unanswered', late.alarm));
    if (overdue.length > 0) deps.changed();
  }, REVERT_MS + 10);

  const outcome = await act(deps.call, alarm.id, alarm.revision, order);
  if (pending.get(alarm.id) === mine) pending.delete(alarm.id);
  if (outcome.kind !== 'pending' && outcome.alarm !== null) keepAlarm(book, outcome.alarm);
  const told = noticeOf(outcome, alarm.id);
  if (told !== null) deps.notify(told);
  deps.changed();
  return outcome;
}

/** Null when the new state on screen says it all. */
function noticeOf(outcome: Outcome, id: string): ReturnType<typeof notice> | null {
  if (outcome.kind === 'done') return null;
  if (outcome.kind === 'pending') return notice('pending', id);
  if (outcome.kind === 'refused') {
    return notice('refused', id, { code: outcome.problem.code, detail: outcome.problem.detail });
  }
  const { alarm } = outcome;
  const who = alarm?.acknowledgedBy ?? null;
  const taken =
    alarm !== null && who !== null && (alarm.state === 'acknowledged' || alarm.state === 'normal');
  return taken && alarm.acknowledgedAt !== null
    ? notice('taken-by', id, { who, at: String(alarm.acknowledgedAt) })
    : notice('changed-meanwhile', id, { state: alarm?.state ?? '' });
}

const notice = (code: string, alarm: string, values: Record<string, string> = {}) => ({
  code,
  values,
  alarm,
  sticky: false,
});
