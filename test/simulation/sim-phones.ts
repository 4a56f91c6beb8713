/**
 * People on call and the channels to them, from a seed: vendors that lose messages or answers, are down for a while,
 * report twice; people who tap or do not. The real sender carries the messages over the virtual clock.
 */
import type { NotificationEvent, NotificationItem, OnCallList } from '#domain/notification.ts';
import { accepted, type Channel, failed, type Message, type Sent } from '#emergency/channels/driver.ts';
import { findItem, queuedItems } from '#emergency/outbox.ts';
import { type Sender, startSender } from '#emergency/sender.ts';
import type { Pipeline } from '#pipeline';
import { type Random, seededRandom } from './random.ts';
import type { SimClock } from './sim-clock.ts';

const person = (id: string, ...channels: string[]) => ({
  id,
  name: id,
  phone: '139',
  channels: channels.map((channel) => ({ channel })),
});

/** Short minutes, so that six minutes see every step. */
export const SIM_ON_CALL: OnCallList = {
  persons: [
    person('zhang', 'ding', 'sms'),
    person('li', 'sms'),
    person('zhao', 'ding'),
    person('leader', 'sms', 'ding'),
  ],
  entries: [
    {
      id: 'gas',
      lifelines: ['gas'],
      steps: [
        { persons: ['zhang', 'zhao'], waitMs: 20_000 },
        { persons: ['li'], waitMs: 15_000 },
        { persons: ['leader'], waitMs: 10_000 },
      ],
      leaders: ['leader'],
    },
    {
      id: 'rest',
      steps: [
        { persons: ['li'], waitMs: 25_000 },
        { persons: ['zhang'], waitMs: 25_000 },
      ],
      leaders: [],
    },
  ],
  reminders: { afterMs: { red: 30_000, orange: 45_000, yellow: 70_000 }, everyMs: 60_000, max: 3 },
};

/** What a vendor took, in order. */
export type Carried = { readonly id: string; readonly at: number };

export type SimPhones = {
  readonly carried: Carried[];
  /** Begins to carry for a life; call `notification` with what its pipeline announces. */
  start(pipeline: Pipeline): { notification(event: NotificationEvent): void };
  /** The process died: whatever was under way never comes back. */
  die(): void;
  /** From here on every vendor works. */
  calm(): void;
};

const LIMIT_MS = 10_000;

export function createSimPhones(seed: number, clock: SimClock): SimPhones {
  const random = seededRandom(seed ^ 0x70686f6e);
  const carried: Carried[] = [];
  const down = new Map<string, number>();
  let generation = 0;
  let calm = false;

  /** Down for half a minute now and then; else it takes, loses, or takes and loses the answer. */
  function vendor(id: string, alive: () => boolean): Channel {
    return {
      id,
      kind: id === 'ding' ? 'dingtalk' : 'sms',
      perMinute: id === 'ding' ? 20 : 600,
      send: ({ id: message }: Message) =>
        new Promise<Sent>((resolve) => {
          const answer = (afterMs: number, sent: Sent): void => {
            clock.after(afterMs, () => alive() && resolve(sent));
          };
          if (!alive()) return;
          if (!calm && (down.get(id) ?? 0) > clock.wallMs()) return answer(50, failed('down'));
          if (!calm && random.chance(0.1)) down.set(id, clock.wallMs() + random.int(30_000));
          if (!calm && random.chance(0.1)) return answer(LIMIT_MS, failed('lost on its way'));
          carried.push({ id: message, at: clock.wallMs() });
          if (!calm && random.chance(0.1)) return answer(LIMIT_MS, failed('the answer was lost'));
          answer(20 + random.int(500), accepted(`v-${carried.length}`));
        }),
    };
  }

  /** Receipts come once, twice or never; some people tap 收到, some twice, some press 误报. */
  function live(pipeline: Pipeline, alive: () => boolean, item: NotificationItem): void {
    const later = (maxMs: number, run: () => void): void => {
      clock.after(random.int(maxMs), () => alive() && run());
    };
    const { id } = item;
    for (let repeat = random.int(3); repeat > 0; repeat -= 1)
      later(20_000, () => {
        pipeline.submit({ kind: 'notification', id, report: 'receipt', delivered: true, detail: 'DELIVRD' });
      });
    const answer = tapOf(random);
    if (answer === null) return;
    for (let repeat = 1 + random.int(2); repeat > 0; repeat -= 1)
      later(40_000, () => {
        pipeline.submit({ kind: 'notification', id, report: 'answer', answer, address: 'sim' });
      });
  }

  return {
    carried,
    start(pipeline) {
      const ours = generation;
      const alive = (): boolean => ours === generation;
      const { city } = pipeline;
      if (city.emergency.channels.size === 0)
        pipeline.submit({
          kind: 'channels',
          channels: [
            { id: 'ding', kind: 'dingtalk' },
            { id: 'sms', kind: 'sms' },
          ],
        });
      const sender: Sender = startSender({
        clock,
        channels: new Map(['ding', 'sms'].map((id) => [id, vendor(id, alive)])),
        queued: () => queuedItems(city.emergency),
        item: (id) => findItem(city.emergency, id)?.delivery.item,
        message: ({ id, name }) => ({
          id,
          name,
          title: '',
          text: '',
          link: null,
          colour: 'red',
          phone: '139',
          address: '139',
        }),
        urgency: () => 0,
        report: (input) => (alive() ? pipeline.report(input) : new Promise(() => {})),
      });
      return {
        notification(event) {
          if (!alive()) return;
          sender.notification(event);
          if (event.item.state === 'accepted') live(pipeline, alive, event.item);
        },
      };
    },
    die() {
      generation += 1;
    },
    calm() {
      calm = true;
    },
  };
}

function tapOf(random: Random): 'received' | 'arrived' | 'false-alarm' | null {
  if (random.chance(0.6)) return null;
  return random.pick(['received', 'received', 'arrived', 'false-alarm'] as const);
}
