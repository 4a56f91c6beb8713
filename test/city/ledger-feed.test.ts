/** Events reach the ledger in order and once: from memory while it keeps up, from the record log when it does not. */
import { describe, expect, it } from 'vitest';
import type { KeyedEvent, OutputStore, RecordBlock } from '#store/ports.ts';
import { settle } from '#test/simulation/sim-clock.ts';
import { createLedgerFeed } from '../../city/ledger-feed.ts';

const eventAt = (position: number, index: number): KeyedEvent => ({
  position,
  index,
  event: { kind: 'gateway', at: position, gateway: 'GW-1', connected: true, connections: 1 },
});
const block = (from: number, to: number, eventsEach = 1): RecordBlock => ({
  fromPosition: from,
  toPosition: to,
  rows: [],
  events: Array.from({ length: (to - from + 1) * eventsEach }, (_, at) =>
    eventAt(from + Math.floor(at / eventsEach), at % eventsEach),
  ),
});

/** A record log and a ledger by hand: blocks become durable, and batches are applied, when told. */
function feedOf(given: { readonly cursor?: number; readonly recorded?: readonly RecordBlock[] } = {}) {
  const log: RecordBlock[] = [...(given.recorded ?? [])];
  let durableThrough = log.at(-1)?.toPosition ?? 0;
  const applied: string[] = [];
  const waiting: { readonly events: readonly KeyedEvent[]; readonly through: number }[] = [];
  const reads: number[] = [];
  const world = { readFails: false, released: 0 };
  let onApplied: (through: number) => void = () => {};
  const outputs = {
    recordEnd: durableThrough,
    releaseThrough: (through: number) => void (world.released = through),
    async readEvents(after: number, each: (events: KeyedEvent[], through: number) => Promise<void>) {
      reads.push(after);
      if (world.readFails) throw new Error('EIO: read');
      for (const { events, toPosition } of log.filter((one) => one.toPosition <= durableThrough)) {
        if (toPosition <= after) continue;
        await each(
          events.filter(({ position }) => position > after),
          toPosition,
        );
      }
    },
  } as unknown as OutputStore;
  const feed = createLedgerFeed({
    outputs,
    ledger: {
      cursor: given.cursor ?? 0,
      apply: (events, through) => void waiting.push({ events, through }),
      onApplied: (listener) => {
        onApplied = listener;
      },
      onTrouble: () => {},
    },
  });
  return {
    feed,
    applied,
    waiting,
    reads,
    world,
    offer(one: RecordBlock) {
      log.push(one);
      feed.offer(one);
    },
    durable(through: number) {
      durableThrough = through;
      feed.durable(through);
    },
    /** The ledger applies all it was given, and what that lets through, until nothing comes. */
    async drain() {
      await settle();
      for (let batch = waiting.shift(); batch !== undefined; batch = waiting.shift()) {
        for (const { position, index } of batch.events) applied.push(`${position}.${index}`);
        onApplied(batch.through);
        await settle();
      }
    },
  };
}

const keysOf = (...blocks: readonly RecordBlock[]): string[] =>
  blocks.flatMap(({ events }) => events.map(({ position, index }) => `${position}.${index}`));

describe('the ledger feed', () => {
  it('gives nothing on before it is durable in the record log', async () => {
    const one = feedOf();
    one.offer(block(1, 3));
    one.offer(block(4, 5));
    await one.drain();
    expect(one.applied).toEqual([]);
    one.durable(3);
    await one.drain();
    expect(one.applied).toEqual(keysOf(block(1, 3)));
    expect(one.feed.applied()).toBe(3);
    one.durable(5);
    await one.drain();
    expect(one.applied).toEqual(keysOf(block(1, 5)));
    expect(one.reads).toEqual([]);
    expect(one.world.released).toBe(5);
  });

  it('brings a ledger that is behind at the start up from the record log, then goes on from memory', async () => {
    const one = feedOf({ cursor: 2, recorded: [block(1, 2), block(3, 6), block(7, 7)] });
    one.feed.durable(7);
    one.offer(block(8, 9));
    await one.drain();
    one.durable(9);
    await one.drain();
    expect(one.applied).toEqual(keysOf(block(3, 9)));
    expect(one.reads).toEqual([2]);
  });

  it('moves the cursor over blocks without events', async () => {
    const one = feedOf();
    one.offer({ ...block(1, 4), events: [] });
    one.durable(4);
    await one.drain();
    expect(one.feed.applied()).toBe(4);
  });

  it('holds back from a slow ledger, and gives it each once when it goes on', async () => {
    const one = feedOf();
    const blocks = Array.from({ length: 60 }, (_, at) => block(1 + at * 10, 10 + at * 10, 100));
    for (const next of blocks) one.offer(next);
    one.durable(600);
    const given = one.waiting.reduce((sum, { events }) => sum + events.length, 0);
    expect(given).toBeGreaterThanOrEqual(20_000);
    expect(given).toBeLessThan(22_000);
    await one.drain();
    expect(one.applied).toEqual(keysOf(...blocks));
    expect(one.reads).toEqual([]);
  });

  it('beyond its bound drops from memory and reads again from the record log: all, once, in order', async () => {
    const one = feedOf();
    const blocks = Array.from({ length: 300 }, (_, at) => block(1 + at * 10, 10 + at * 10, 100));
    for (const [at, next] of blocks.entries()) {
      one.offer(next);
      if (at % 7 === 0) one.durable(next.toPosition);
    }
    one.durable(3_000);
    await one.drain();
    expect(one.applied.length).toBe(300_000);
    expect(one.applied.join() === keysOf(...blocks).join()).toBe(true);
    expect(one.reads.length).toBeGreaterThan(0);
  });

  it('survives a record log that cannot be read for a while: says so, and tries again', async () => {
    const one = feedOf({ cursor: 0, recorded: [block(1, 5)] });
    one.world.readFails = true;
    one.feed.durable(5);
    await one.drain();
    expect(one.feed.trouble()).toBe('EIO: read');
    expect(one.applied).toEqual([]);
    one.world.readFails = false;
    one.offer(block(6, 6));
    one.durable(6);
    await one.drain();
    expect(one.feed.trouble()).toBeNull();
    expect(one.applied).toEqual(keysOf(block(1, 6)));
  });

  it('says which events the record log no longer holds instead of going on without them', async () => {
    const one = feedOf();
    one.feed.offer(block(5, 6));
    one.durable(6);
    await one.drain();
    expect(one.feed.trouble()).toMatch(/does not hold the events after 0/);
    expect(one.applied).toEqual([]);
  });
});
