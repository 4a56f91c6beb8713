/**
 * Carries what the outbox queues to the channels. It decides nothing: whether a message is still to be sent the fold
 * says when the attempt is journaled, and what came of it is journaled too. It remembers nothing that a restart would
 * need: what is queued then is sent, under the same id.
 */
import type { Answer } from '#domain/event.ts';
import type { Clock } from '#domain/clock.ts';
import type { NotificationInput } from '#domain/input.ts';
import type { NotificationEvent, NotificationItem } from '#domain/notification.ts';
import { type Channel, type Message, type Sent, unreachable } from './channels/driver.ts';

/** A vendor that has not answered by then is taken to have failed; the message is sent again under the same id. */
export const SEND_TIMEOUT_MS = 10_000;
/** Requests of one channel under way at once: one that hangs must not hold up the next alarm. */
const AT_ONCE_MAX = 8;
/** Between two tries: doubles from the first to the last. */
const RETRY_MIN_MS = 1_000;
const RETRY_MAX_MS = 60_000;
const MINUTE_MS = 60_000;

export type SenderParts = {
  readonly clock: Clock;
  readonly channels: ReadonlyMap<string, Channel>;
  /** What is queued now; asked once, at the start. */
  readonly queued: () => readonly NotificationItem[];
  readonly item: (id: string) => NotificationItem | undefined;
  /** The message as it reads now. */
  readonly message: (item: NotificationItem) => Message;
  /** 0 for what must go first. */
  readonly urgency: (item: NotificationItem) => number;
  /** Journals a report and gives the fold's verdict. */
  readonly report: (input: NotificationInput) => Promise<Answer>;
};

export type Sender = {
  notification(event: NotificationEvent): void;
  /** Messages waiting for their channel. */
  waiting(): number;
  stop(): void;
};

type Lane = {
  readonly channel: Channel;
  readonly waiting: NotificationItem[];
  /** When the last messages left, at most one minute back. */
  readonly left: number[];
  underWay: number;
  pausedUntil: number;
  cancelLook: (() => void) | null;
};

export function startSender(parts: SenderParts): Sender {
  const { clock, channels } = parts;
  const lanes = new Map<string, Lane>();
  /** Waiting, under way, or between two tries. */
  const busy = new Set<string>();
  const cancels = new Set<() => void>();
  const ending = new AbortController();

  function offer(item: NotificationItem): void {
    const channel = item.channel === null ? undefined : channels.get(item.channel);
    if (channel === undefined || busy.has(item.id) || ending.signal.aborted) return;
    busy.add(item.id);
    const lane = laneOf(channel);
    const urgency = parts.urgency(item);
    const place = lane.waiting.findIndex((other) => parts.urgency(other) > urgency);
    lane.waiting.splice(place < 0 ? lane.waiting.length : place, 0, item);
    pump(lane);
  }

  function laneOf(channel: Channel): Lane {
    const known = lanes.get(channel.id);
    if (known !== undefined) return known;
    const lane = { channel, waiting: [], left: [], underWay: 0, pausedUntil: 0, cancelLook: null };
    lanes.set(channel.id, lane);
    return lane;
  }

  function pump(lane: Lane): void {
    while (lane.underWay < AT_ONCE_MAX && lane.waiting.length > 0) {
      const inMs = freeInMs(lane);
      if (inMs > 0) {
        lane.cancelLook?.();
        lane.cancelLook = clock.after(inMs, () => pump(lane));
        return;
      }
      const item = lane.waiting.shift();
      if (item === undefined) return;
      lane.underWay += 1;
      lane.left.push(clock.monotonicMs());
      void carry(lane, item).finally(() => {
        lane.underWay -= 1;
        pump(lane);
      });
    }
  }

  /** How long the vendor's limit, or its wish to be left alone, keeps the lane closed. */
  function freeInMs(lane: Lane): number {
    const now = clock.monotonicMs();
    while ((lane.left[0] ?? Infinity) <= now - MINUTE_MS) lane.left.shift();
    const oldest = lane.left.at(-lane.channel.perMinute);
    const byLimit = oldest === undefined ? 0 : oldest + MINUTE_MS - now;
    return Math.max(byLimit, lane.pausedUntil - now);
  }

  async function carry(lane: Lane, { id }: NotificationItem): Promise<void> {
    const { channel } = lane;
    const begun = await parts.report({ kind: 'notification', id, report: 'attempt', channel: channel.id });
    const item = parts.item(id);
    if (!begun.ok || item === undefined) {
      busy.delete(id);
      // It may have been queued anew meanwhile: `notification` passed over it while it was busy.
      if (item?.state !== 'queued') return;
      if (!begun.ok && begun.code === 'not-queued') offer(item);
      else again(item, channel.id);
      return;
    }
    const sent = await sendItem(channel, item);
    // Ended by our own stop: the next start sends it again.
    if (ending.signal.aborted) return;
    if (sent.kind === 'refused') lane.pausedUntil = clock.monotonicMs() + (sent.pauseMs ?? 0);
    await parts.report({ kind: 'notification', id, ...resultOf(sent, channel.id) });
    busy.delete(id);
    again(parts.item(id), channel.id);
  }

  /** A message that cannot be made, or breaks its driver, breaks it at each try: this channel cannot carry it. */
  async function sendItem(channel: Channel, item: NotificationItem): Promise<Sent> {
    try {
      const signal = AbortSignal.any([ending.signal, AbortSignal.timeout(SEND_TIMEOUT_MS)]);
      return await channel.send(parts.message(item), signal);
    } catch (cause) {
      return unreachable(cause instanceof Error ? cause.message : String(cause));
    }
  }

  /** Still queued: over another channel at once, over the same one after a while. */
  function again(item: NotificationItem | undefined, tried: string): void {
    if (item?.state !== 'queued') return;
    if (item.channel !== tried) {
      offer(item);
      return;
    }
    busy.add(item.id);
    const waitMs = Math.min(RETRY_MIN_MS * 2 ** Math.min(Math.max(item.attempts - 1, 0), 10), RETRY_MAX_MS);
    const cancel = clock.after(waitMs, () => {
      cancels.delete(cancel);
      busy.delete(item.id);
      const now = parts.item(item.id);
      if (now?.state === 'queued') offer(now);
    });
    cancels.add(cancel);
  }

  for (const item of parts.queued()) offer(item);

  return {
    notification: ({ item }) => {
      if (item.state === 'queued') offer(item);
    },
    waiting: () => [...lanes.values()].reduce((sum, { waiting }) => sum + waiting.length, 0),
    stop() {
      ending.abort();
      for (const cancel of cancels) cancel();
      for (const lane of lanes.values()) lane.cancelLook?.();
    },
  };
}

function resultOf(sent: Sent, channel: string) {
  return sent.kind === 'accepted'
    ? ({ report: 'accepted', channel, reference: sent.reference } as const)
    : ({ report: 'refused', channel, permanent: sent.permanent, detail: sent.detail } as const);
}
