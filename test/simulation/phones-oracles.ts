/** What must hold of the messages to people after a simulated city; each breach is one line. */
import type { NotificationEvent, NotificationItem } from '#domain/notification.ts';
import type { Moment } from '#domain/time.ts';
import { modelTold, type ModelAnswer, type ModelEvent } from './phones-model.ts';
import type { SimOutcome } from './sim-city.ts';
import { SIM_ON_CALL } from './sim-phones.ts';

type Recorded = { readonly position: number; readonly event: NotificationEvent };

/** Alarms about the messages themselves stay on the console. */
const OWN = ['on-call-missing', 'channel-failing', 'alerts-overflow'];

export async function judgePhones(
  outcome: SimOutcome,
): Promise<{ breaches: string[]; told: number; repeated: number }> {
  const moments = new Map<number, Moment>(outcome.journal.map((entry) => [entry.position, entry]));
  const engineTime = (position: number, at: number): number => {
    const moment = moments.get(position);
    if (moment === undefined) throw new Error(`no input ${position}`);
    return moment.engineTime - (moment.receivedAt - at);
  };
  const messages: Recorded[] = [];
  const alarms: (ModelEvent & { readonly order: number })[] = [];
  const given =
    outcome.journal.find((entry) => entry.kind === 'command' && entry.command === 'on-call')?.position ?? 0;
  await outcome.outputs.readEvents(0, async (keyed) => {
    for (const { position, event } of keyed) {
      if (event.kind === 'notification') messages.push({ position, event });
      if (event.kind !== 'alarm' || position < given || OWN.includes(event.alarm.rule)) continue;
      const t = engineTime(position, event.at);
      const resumed = outcome.journal[position - 1]?.kind === 'resumed';
      const byInput = !resumed && t === moments.get(position)?.engineTime && !isDelayed(outcome, position);
      alarms.push({ t, byInput, event, order: position + event.sequence / 1e9 });
    }
  });
  const created = new Map<string, { readonly t: number; readonly count: number }>();
  for (const { position, event } of messages) {
    const { item } = event;
    if (item.createdAt !== event.at || item.attempts > 0 || item.state !== 'queued' || item.detail !== null)
      continue;
    const count = (created.get(item.id)?.count ?? 0) + 1;
    created.set(item.id, { t: engineTime(position, item.createdAt), count });
  }
  // The same button of the same message a second time is harmless.
  const pressed = new Set<string>();
  const answers = outcome.journal.flatMap((entry): ModelAnswer[] => {
    if (entry.kind !== 'notification' || entry.report !== 'answer') return [];
    const { id, answer, engineTime: t, position: order } = entry;
    if (pressed.has(`${id} ${answer}`)) return [];
    pressed.add(`${id} ${answer}`);
    return [{ t, alarm: id.split('.')[0] ?? '', answer, order }];
  });
  const until = Math.max(...outcome.journal.map((entry) => entry.engineTime));
  const expected = new Map(modelTold(SIM_ON_CALL, alarms, answers, until).map(({ id, t }) => [id, t]));
  const last = newest(messages);
  return {
    breaches: [
      ...[...created].flatMap(([id, { count }]) =>
        count === 1 ? [] : [`message ${id} was made ${count} times`],
      ),
      ...[...expected].flatMap(([id, t]) => compare(id, t, created.get(id)?.t)),
      ...[...created.keys()].filter((id) => !expected.has(id)).map((id) => `message ${id} should not be`),
      ...nothingIsLost(outcome, last),
      ...nothingLeavesAfterwards(messages),
      ...theLedgerHasThem(outcome, last),
    ],
    told: created.size,
    repeated: outcome.carried.length - new Set(outcome.carried.map(({ id }) => id)).size,
  };
}

/** A tick is no person and no sample: what changes then is a delay that ended. */
const isDelayed = (outcome: SimOutcome, position: number): boolean =>
  outcome.journal[position - 1]?.kind === 'tick';

function compare(id: string, wanted: number, found: number | undefined): string[] {
  if (found === undefined) return [`message ${id} is missing (due ${wanted})`];
  return found === wanted ? [] : [`message ${id} at ${found}, due ${wanted}`];
}

function newest(messages: readonly Recorded[]): Map<string, NotificationItem> {
  const last = new Map<string, NotificationItem>();
  for (const { event } of messages) last.set(event.item.id, event.item);
  return last;
}

/** The longest pause between two tries, and the try itself. */
const RETRIED_WITHIN_MS = 75_000;

/** After the calm every message was taken by a vendor, tapped, or became needless. */
function nothingIsLost(outcome: SimOutcome, last: ReadonlyMap<string, NotificationItem>): string[] {
  const taken = new Set(outcome.carried.map(({ id }) => id));
  const end = outcome.journal.at(-1)?.receivedAt ?? 0;
  return [...last.values()].flatMap((item) => {
    if (item.createdAt > end - RETRIED_WITHIN_MS) return [];
    if (item.state === 'queued' || item.state === 'failed')
      return [`message ${item.id} is still ${item.state}`];
    return item.state !== 'cancelled' && !taken.has(item.id)
      ? [`message ${item.id} ${item.state}, never taken`]
      : [];
  });
}

function nothingLeavesAfterwards(messages: readonly Recorded[]): string[] {
  const done = new Map<string, number>();
  const breaches: string[] = [];
  for (const { event } of messages) {
    const { id, state, attempts } = event.item;
    const before = done.get(id);
    if (before !== undefined && attempts > before) breaches.push(`message ${id} left after it was ${state}`);
    if (state !== 'queued') done.set(id, attempts);
    else done.delete(id);
  }
  return breaches;
}

function theLedgerHasThem({ ledger }: SimOutcome, last: ReadonlyMap<string, NotificationItem>): string[] {
  return [...last.values()].flatMap((item) =>
    JSON.stringify(sorted(ledger.notification(item.id))) === JSON.stringify(sorted(item))
      ? []
      : [`message ${item.id} stands otherwise in the ledger`],
  );
}

const sorted = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(
        Object.entries(value)
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([key, one]) => [key, sorted(one)]),
      )
    : value;
