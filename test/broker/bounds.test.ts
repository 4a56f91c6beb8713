/** The pure parts, without a socket. */
import { NO_METERS } from '#broker/meters.ts';
import { describe, expect, test } from 'vitest';
import { createBacklog, NO_END } from '#broker/backlog.ts';
import { FRAME, frameBytes } from '#broker/frames.ts';
import { createPublishHook } from '#broker/publish-hook.ts';
import { createPersistence } from '#broker/persistence.ts';
import { cityPolicy } from '#broker/policy.ts';
import { createReceipts } from '#broker/receipts.ts';
import { SessionStore } from '#broker/session-store.ts';
import { isValidFilter, isValidTopic, matchesFilter } from '#broker/topic-filter.ts';
import type { PublishInput } from '#domain/input.ts';
import { createManualClock } from './city-broker.ts';

describe('frames', () => {
  const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
  // [bytes, length of the first packet or why it has none]
  test.each([
    ['a ping', 'c000', 2],
    ['nothing', '', FRAME.incomplete],
    ['half a header', '30', FRAME.incomplete],
    ['half a length', '3080', FRAME.incomplete],
    ['half a publish', '3004 0001', 6],
    ['the first of two', '3003 000161 3003 000162', 5],
    ['a length of two bytes', '30 80 01', FRAME.tooLarge],
    ['a length of one in two bytes', '30 81 00 61', 4],
    ['a remaining length of five bytes', '30ffffffff01', FRAME.protocol],
    ['a packet only a server sends', '2002 0000', FRAME.protocol],
    ['packet type 0', '0000', FRAME.protocol],
    ['packet type 15, before its length is there', 'f0', FRAME.protocol],
    ['exactly the limit', '3062', 100],
    ['one byte over', '3063', FRAME.tooLarge],
    ['the largest length there is', '30ffffff7f', FRAME.tooLarge],
  ] as const)('%s', (_what, bytes, length) => {
    const given = hex(bytes);
    expect(frameBytes(given, 0, given.length, 100)).toBe(length);
    const within = Buffer.concat([hex('c000'), given, hex('c000')]);
    expect(frameBytes(within, 2, 2 + given.length, 100)).toBe(length);
  });
});

describe('backlog', () => {
  test('a flow stops at its cap and is woken at half of it', async () => {
    const backlog = createBacklog({ heldPerClientMax: 4, heldBytesMax: 1000 });
    let woken = 0;
    const flow = backlog.open({ ...NO_END, wake: () => (woken += 1) });
    const settles = [1, 2, 3, 4].map(() => flow.hold(10, () => {}));
    expect([flow.room(), flow.paused(), backlog.bytes()]).toEqual([0, true, 40]);
    settles[0]?.();
    await new Promise(setImmediate);
    expect([woken, flow.room()]).toEqual([0, 0]);
    settles[1]?.();
    await new Promise(setImmediate);
    expect([woken, flow.room(), flow.paused()]).toEqual([1, 2, false]);
  });

  test('the byte cap stops every flow, and half of it wakes every flow', async () => {
    const backlog = createBacklog({ heldPerClientMax: 100, heldBytesMax: 1000 });
    const woken: string[] = [];
    const a = backlog.open({ ...NO_END, wake: () => woken.push('a') });
    const b = backlog.open({ ...NO_END, wake: () => woken.push('b') });
    const settles = [600, 400].map((bytes) => a.hold(bytes, () => {}));
    expect([a.room(), b.room()]).toEqual([0, 0]);
    settles[1]?.();
    await new Promise(setImmediate);
    expect(woken).toEqual([]);
    settles[0]?.();
    await new Promise(setImmediate);
    expect(woken).toEqual(['a', 'b']);
  });

  test('a flow whose connection closed is not woken, but its bytes count until the host is done', async () => {
    const backlog = createBacklog({ heldPerClientMax: 1, heldBytesMax: 1000 });
    let woken = 0;
    const flow = backlog.open({ ...NO_END, wake: () => (woken += 1) });
    const settle = flow.hold(10, () => {});
    flow.room();
    flow.close();
    expect(backlog.bytes()).toBe(10);
    settle();
    await new Promise(setImmediate);
    expect([woken, backlog.bytes()]).toEqual([0, 0]);
  });

  test('nothing is acknowledged after a failure, and settling twice is our own fault', () => {
    const flow = createBacklog({ heldPerClientMax: 9, heldBytesMax: 1000 }).open(NO_END);
    const released: string[] = [];
    const settles = [1, 2, 3].map((n) => flow.hold(1, (error) => released.push(error?.message ?? `ok ${n}`)));
    settles[2]?.();
    settles[1]?.(new Error('failed'));
    expect(released).toEqual([]);
    settles[0]?.();
    expect(released).toEqual(['ok 1', 'failed', 'failed']);
    expect(() => settles[0]?.()).toThrow('twice');
  });
});

describe('topic filters', () => {
  test.each([
    ['a/b', 'a/b', true],
    ['a/+', 'a/b', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['a/#', 'ab', false],
    ['+', 'a', true],
    ['+/+', '/a', true],
    ['/+', '/a', true],
    ['+', '/a', false],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/b', 'a/b/c', false],
    ['a/b/c', 'a/b', false],
  ])('%s and %s: %s', (filter, topic, matches) => expect(matchesFilter(filter, topic)).toBe(matches));

  test.each([
    ['a/#', true],
    ['#', true],
    ['+/a/+', true],
    ['a#', false],
    ['a/#/b', false],
    ['a+', false],
    ['+a/b', false],
    ['', false],
    ['a\0', false],
  ])('filter %j is valid: %s', (filter, valid) => expect(isValidFilter(filter)).toBe(valid));

  test.each([
    ['a', true],
    ['/', true],
    ['', false],
    ['a/+', false],
    ['a#', false],
    ['a\0', false],
  ])('topic %j is valid: %s', (topic, valid) => expect(isValidTopic(topic)).toBe(valid));
});

describe('sessions', () => {
  const LIMITS = {
    sessionsPerGatewayMax: 2,
    filtersPerSessionMax: 2,
    queuedPerSessionMax: 3,
    queuedBytesPerSessionMax: 100,
  };
  function createStore(connected: readonly string[] = []) {
    const told: string[] = [];
    const store = new SessionStore(LIMITS, {
      isConnected: (name) => connected.includes(name),
      overflowed: (name) => told.push(`overflowed ${name}`),
      emptied: (name) => told.push(`emptied ${name}`),
      ended: (name) => told.push(`ended ${name}`),
      forgotten: (name) => told.push(`forgotten ${name}`),
    });
    return { store, told };
  }
  const message = (brokerCounter: number, payload = 'x') =>
    ({ cmd: 'publish', topic: 't', payload, qos: 1, brokerId: 'b', brokerCounter }) as const;

  test('the longest-known absent session of a gateway makes room for its third, others are not touched', () => {
    const { store, told } = createStore(['GW-1/a']);
    for (const name of ['GW-1/a', 'GW-1/b', 'GW-2/a', 'GW-1/c']) store.begin(name);
    expect(told).toEqual(['ended GW-1/b', 'emptied GW-1/b', 'forgotten GW-1/b']);
  });

  test('a queue is bounded in number and in bytes, and says what did not fit', () => {
    const { store, told } = createStore();
    store.begin('GW-1/a');
    for (let n = 1; n <= 4; n += 1) store.enqueue('GW-1/a', message(n), 1);
    store.begin('GW-1/b');
    store.enqueue('GW-1/b', message(5, 'x'.repeat(100)), 1);
    expect(told).toEqual(['overflowed GW-1/a', 'overflowed GW-1/b']);
    for (const n of [1, 2, 3]) store.update('GW-1/a', { ...message(n), messageId: n });
    for (const n of [2, 1, 3]) store.dequeue('GW-1/a', n);
    expect(told.at(-1)).toBe('emptied GW-1/a');
    store.enqueue('GW-1/a', message(6, 'x'.repeat(99)), 1);
    expect(store.queued('GW-1/a').length).toBe(1);
  });

  test('a message that was never sent stays, whatever is acknowledged', () => {
    const { store } = createStore();
    store.begin('GW-1/a');
    store.enqueue('GW-1/a', message(1), 1);
    expect(store.dequeue('GW-1/a', 7)).toBeUndefined();
    expect(store.queued('GW-1/a')).toMatchObject([{ dup: false }]);
  });

  test('a third filter is not kept', () => {
    const { store } = createStore();
    store.begin('GW-1/a');
    const kept = ['x', 'y', 'z', 'x'].map((topic) => store.subscribe('GW-1/a', { topic, qos: 1 }));
    expect(kept).toEqual([true, true, false, true]);
  });

  test('receivers: one entry a session, at its highest matching QoS; QoS 0 and the ended get none', () => {
    const { store } = createStore();
    for (const name of ['GW-1/a', 'GW-2/a', 'GW-3/a']) store.begin(name);
    store.subscribe('GW-1/a', { topic: 'lifeline/v1/GW-1/#', qos: 1 });
    store.subscribe('GW-1/a', { topic: 'lifeline/v1/GW-1/command', qos: 2 });
    store.subscribe('GW-2/a', { topic: 'lifeline/+/GW-1/#', qos: 0 });
    store.subscribe('GW-3/a', { topic: '#', qos: 1 });
    expect([...store.receivers('lifeline/v1/GW-1/command')]).toEqual([
      ['GW-1/a', 2],
      ['GW-3/a', 1],
    ]);
    store.end('GW-1/a');
    store.unsubscribe('GW-3/a', '#');
    expect([...store.receivers('lifeline/v1/GW-1/command')]).toEqual([]);
  });
});

describe("aedes' persistence", () => {
  const createAll = () => {
    const receipts = createReceipts();
    const store = new SessionStore(
      {
        sessionsPerGatewayMax: 9,
        filtersPerSessionMax: 9,
        queuedPerSessionMax: 9,
        queuedBytesPerSessionMax: 999,
      },
      {
        isConnected: () => false,
        overflowed: () => {},
        emptied: () => {},
        ended: (name) => receipts.forget(name),
        forgotten: () => {},
      },
    );
    const own = (gateway: string, filter: string): boolean => filter.includes(gateway);
    return { receipts, persistence: createPersistence(store, new Map(), receipts, own) };
  };
  const client = { id: 'GW-1/a', clean: false };
  const message = { cmd: 'publish', topic: 'GW-1/x', payload: 'x', qos: 1, brokerId: 'b', brokerCounter: 1 };

  test('stores no filter that was refused beside a granted one', async () => {
    const { persistence } = createAll();
    const filters = ['GW-2/#', 'GW-1/#'].map((topic) => ({ topic, qos: 1 as const }));
    await persistence.addSubscriptions(client, filters);
    expect(await persistence.subscriptionsByClient(client)).toEqual([{ topic: 'GW-1/#', qos: 1 }]);
  });

  test('keeps a message that could not be forwarded for the next connection', async () => {
    const { persistence } = createAll();
    await persistence.addSubscriptions(client, [{ topic: 'GW-1/#', qos: 1 }]);
    await persistence.outgoingEnqueueCombi(await persistence.subscriptionsByTopic('GW-1/x'), message);
    await persistence.outgoingClearMessageId(client, { ...message, messageId: undefined });
    expect(await persistence.outgoingStream(client).toArray()).toMatchObject([{ topic: 'GW-1/x' }]);
  });

  test('forgets QoS 2 ids with the session they belong to', async () => {
    const { persistence, receipts } = createAll();
    receipts.open('GW-1/a', 5);
    await persistence.incomingStorePacket(client, { ...message, messageId: 5 });
    await persistence.cleanSubscriptions(client);
    expect(receipts.find('GW-1/a', 5)).toBeUndefined();
  });
});

describe('the publish hook', () => {
  test('takes a will that nobody is connected for by the name it carries', () => {
    const published: PublishInput[] = [];
    const flow = createBacklog({ heldPerClientMax: 9, heldBytesMax: 9999 }).open(NO_END);
    const hook = createPublishHook({
      host: {
        authenticate: () => ({ refused: 'unknown' }),
        publish: (input, done) => (published.push(input), done()),
        presence: () => {},
        refused: () => {},
        condition: () => {},
        clock: createManualClock(),
      },
      policy: cityPolicy,
      receipts: createReceipts(),
      meters: NO_METERS,
      dropped: new WeakSet(),
      hasRoomToRetain: () => true,
      flowOf: () => flow,
      closing: () => false,
    });
    const will = {
      cmd: 'publish',
      clientId: 'GW-1/main/board',
      topic: 'lifeline/v1/GW-1/telemetry',
      payload: 'gone',
      qos: 2,
      dup: false,
      retain: true,
    } as const;
    let answered: unknown = 'not yet';
    hook(null, { ...will }, (error) => (answered = error));
    expect(answered).toBeUndefined();
    expect(published).toMatchObject([{ gateway: 'GW-1', client: 'main/board', qos: 2, packetId: 0 }]);
  });
});
