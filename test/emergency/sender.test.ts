/** What is queued leaves at once, most urgent first, within the vendor's limit, and again until somebody took it. */
import { describe, expect, it } from 'vitest';
import type { NotificationInput } from '#domain/input.ts';
import type { Answer } from '#domain/event.ts';
import type { NotificationItem } from '#domain/notification.ts';
import type { Channel, Message, Sent } from '#emergency/channels/driver.ts';
import { accepted, failed, unreachable } from '#emergency/channels/driver.ts';
import { findItem, queuedItems } from '#emergency/outbox.ts';
import { type Sender, startSender } from '#emergency/sender.ts';
import { createClock } from '../server/fakes.ts';
import { CHANNELS, entry, listOf, MINUTE, person, PhoneRoom } from './phone-room.ts';

const RED = 4.5;

/** The room's messages carried by the real sender over channels that answer as told. */
class PostOffice {
  readonly clock = createClock();
  readonly sent: { readonly id: string; readonly channel: string }[] = [];
  answer: (message: Message, channel: string) => Promise<Sent> = async () => accepted('v');
  sender: Sender;
  readonly room: PhoneRoom;
  #second = 100;
  #seen: number;
  readonly #perMinute: number;
  message: (item: NotificationItem) => Message = messageOf;
  /** Called in the same commit as the next report, once its verdict is given. */
  meanwhile: (() => void) | null = null;

  constructor(room: PhoneRoom, perMinute = 1_000) {
    this.room = room;
    this.#perMinute = perMinute;
    this.#seen = room.events.length;
    this.sender = this.start();
  }

  start(): Sender {
    return startSender({
      clock: this.clock,
      channels: new Map(['ding', 'sms'].map((id) => [id, this.#channel(id)])),
      queued: () => queuedItems(this.room.city.emergency),
      item: (id) => findItem(this.room.city.emergency, id)?.delivery.item,
      message: (item) => this.message(item),
      urgency: (item) => (item.alarm === this.room.open().find(({ colour }) => colour === 'red')?.id ? 0 : 1),
      report: (input) => this.#report(input),
    });
  }

  #channel(id: string): Channel {
    return {
      id,
      kind: 'dingtalk',
      perMinute: this.#perMinute,
      send: (message) => {
        this.sent.push({ id: message.id, channel: id });
        return this.answer(message, id);
      },
    };
  }

  async #report(input: NotificationInput): Promise<Answer> {
    const answer = this.room.give((this.#second += 0.001), input);
    this.meanwhile?.();
    this.meanwhile = null;
    this.announce();
    if (answer === null) throw new Error('no answer');
    return answer;
  }

  /** What the pipeline does: tells the sender what the fold decided. */
  announce(): void {
    for (const event of this.room.events.slice(this.#seen)) {
      this.#seen += 1;
      if (event.kind === 'notification') this.sender.notification(event);
    }
  }

  async pass(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 500) {
      for (let turn = 0; turn < 30; turn++) await Promise.resolve();
      if (left > 0) this.clock.advance(Math.min(500, left));
    }
  }
}

const messageOf = ({ id, name }: NotificationItem): Message => ({
  id,
  title: '',
  text: '',
  link: null,
  colour: 'red',
  name,
  phone: '1',
  address: '1',
});

function office(list = listOf(), perMinute?: number): PostOffice {
  return new PostOffice(new PhoneRoom(list), perMinute);
}

describe('the sender', () => {
  it('journals the attempt before the message leaves', async () => {
    const post = office();
    let attemptsThen = 0;
    post.answer = async ({ id }) => {
      attemptsThen = post.room.item(id).attempts;
      return accepted('v');
    };
    post.room.gas(100, RED);
    post.announce();
    await post.pass(0);
    expect(attemptsThen).toBe(1);
    expect(post.room.items()[0]).toMatchObject({ state: 'accepted', detail: 'v' });
  });

  it('tries again with growing pauses, then over the next channel', async () => {
    const post = office(
      listOf({ persons: [person('first', 'ding', 'sms'), person('second'), person('leader')] }),
    );
    post.answer = async (_message, channel) => (channel === 'ding' ? failed('HTTP 502') : accepted());
    post.room.gas(100, RED);
    post.announce();
    await post.pass(1_000);
    expect(post.sent).toHaveLength(2);
    await post.pass(3_000);
    expect(post.sent.map(({ channel }) => channel)).toEqual(['ding', 'ding', 'ding', 'sms']);
    expect(post.room.items()[0]?.state).toBe('accepted');
  });

  it('a person who cannot be reached: the next person is told in the same breath', async () => {
    const post = office();
    post.answer = async ({ name }) => (name === 'first' ? unreachable('no such number') : accepted());
    post.room.gas(100, RED);
    post.announce();
    await post.pass(0);
    expect(post.room.items().map(({ person: who, state }) => [who, state])).toEqual([
      ['first', 'failed'],
      ['second', 'accepted'],
    ]);
  });

  it('keeps to the vendor’s limit, red before orange', async () => {
    const post = office(listOf(), 1);
    post.room.gas(100, 2.6, 1);
    post.room.gas(100, 2.6, 2);
    post.room.gas(100, RED, 3);
    post.announce();
    await post.pass(0);
    expect(post.sent).toHaveLength(1);
    await post.pass(60_000);
    expect(post.sent).toHaveLength(2);
    const red = post.room.open().find(({ colour }) => colour === 'red');
    expect(post.sent[1]?.id.startsWith(red?.id ?? '?')).toBe(true);
  });

  it('leaves a vendor alone as long as it asks', async () => {
    const post = office();
    post.answer = async () => failed('429', 30_000);
    post.room.gas(100, RED);
    post.announce();
    await post.pass(29_000);
    expect(post.sent).toHaveLength(1);
    await post.pass(2_000);
    expect(post.sent).toHaveLength(2);
  });

  it('what is taken while it waits never leaves', async () => {
    const post = office(listOf(), 1);
    post.room.gas(100, RED, 1);
    post.room.gas(100, RED, 2);
    post.announce();
    await post.pass(0);
    for (const alarm of post.room.open()) post.room.order(101, { action: 'acknowledge' }, alarm);
    await post.pass(180_000);
    expect(post.sent).toHaveLength(1);
  });

  it('queued anew in the very commit that refused its attempt, it leaves without a restart', async () => {
    const alone = entry({ steps: [{ persons: ['first'], waitMs: 5 * MINUTE }], leaders: [] });
    const post = office(listOf({ entries: [alone] }));
    post.room.gas(100, RED);
    // Its channel is gone before it leaves, and there again a moment after its attempt was refused.
    post.room.give(100, { kind: 'channels', channels: [] });
    post.meanwhile = () => post.room.give(100.1, { kind: 'channels', channels: CHANNELS });
    post.announce();
    await post.pass(0);
    expect(post.sent).toHaveLength(1);
    expect(post.room.items()).toMatchObject([{ person: 'first', state: 'accepted' }]);
  });

  it('a message that cannot be written is refused for good with why, and the next person is told', async () => {
    const post = office();
    post.message = (item) => {
      if (item.person === 'first') throw new Error('no such facility');
      return messageOf(item);
    };
    post.room.gas(100, RED);
    post.announce();
    await post.pass(0);
    expect(post.room.items()).toMatchObject([
      { person: 'first', state: 'failed', detail: 'no such facility' },
      { person: 'second', state: 'accepted' },
    ]);
  });

  it('a channel that breaks over a message is left for the person’s next one', async () => {
    const post = office(
      listOf({ persons: [person('first', 'ding', 'sms'), person('second'), person('leader')] }),
    );
    post.answer = async (_message, channel) => {
      if (channel === 'ding') throw new TypeError('bad key');
      return accepted();
    };
    post.room.gas(100, RED);
    post.announce();
    await post.pass(0);
    expect(post.sent.map(({ channel }) => channel)).toEqual(['ding', 'sms']);
    expect(post.room.items()).toMatchObject([{ person: 'first', state: 'accepted', channel: 'sms' }]);
  });

  it('after a crash between sending and result it is sent again under the same id, once', async () => {
    const post = office();
    post.answer = () => new Promise(() => {});
    post.room.gas(100, RED);
    post.announce();
    await post.pass(0);
    post.sender.stop();
    post.room.restart(101);
    post.answer = async () => accepted();
    post.sender = post.start();
    await post.pass(10_000);
    expect(new Set(post.sent.map(({ id }) => id)).size).toBe(1);
    expect(post.sent).toHaveLength(2);
    expect(post.room.items()[0]).toMatchObject({ state: 'accepted', attempts: 2 });
  });
});
