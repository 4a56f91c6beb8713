/** The front before aedes: what it takes, that nothing overtakes anything, and that nobody could tell that it is there. */
import type { Duplex } from 'node:stream';
import fc from 'fast-check';
import type { IPublishPacket, Packet } from 'mqtt-packet';
import { generate, parser } from 'mqtt-packet';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { cityPolicy } from '#broker/policy.ts';
import type { BrokerOptions } from '#broker/ports.ts';
import type { PublishInput } from '#domain/input.ts';
import { as, OPTIONS } from './city-broker.ts';
import { startInMemory } from './in-memory.ts';
import { connectPacket, publishPacket } from './wire.ts';

const TELEMETRY = 'lifeline/v1/GW-1/telemetry';
const STATUS = 'lifeline/v1/GW-1/status';
/** Relayed to subscribers (there are none), so the front leaves every publish to aedes: the path without a front. */
const WITHOUT_FRONT = { ...cityPolicy, relays: () => true };

type Held = { readonly input: PublishInput; readonly done: (error?: Error) => void };
type Seen = { readonly published: Held[]; readonly refusals: [string, string][]; presence: number };

/** A broker in memory. Publishes wait in `published` while `hold`, else they are done at once. */
async function startFront(
  given: {
    readonly hold?: boolean;
    readonly policy?: typeof cityPolicy;
    readonly options?: Partial<BrokerOptions>;
    readonly condition?: (name: string, active: boolean, detail: Readonly<Record<string, unknown>>) => void;
  } = {},
) {
  const seen: Seen = { published: [], refusals: [], presence: 0 };
  const memory = await startInMemory(
    {
      publish(input, done) {
        seen.published.push({ input: { ...input, payload: Uint8Array.from(input.payload) }, done });
        if (given.hold !== true) done();
      },
      refused: (reason, _subject, detail) => void seen.refusals.push([reason, detail]),
      condition: (name, _subject, active, detail) => given.condition?.(name, active, detail),
      presence: ({ connections }) => void (seen.presence = connections),
    },
    given.policy,
    given.options,
  );
  const texts = (): string[] => seen.published.map(({ input }) => Buffer.from(input.payload).toString());
  return { ...memory, seen, texts };
}

/** Several turns of the loop, and whatever each one set off. */
async function settleDown(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** A logged-in peer and what it has received. */
async function join(
  front: Awaited<ReturnType<typeof startFront>>,
  change: Parameters<typeof connectPacket>[0] = {},
) {
  const { peer, stream } = front.open();
  const received: Packet[] = [];
  const frames = parser({ protocolVersion: 4 });
  frames.on('packet', (packet: Packet) => received.push(packet));
  peer.on('data', (chunk: Buffer) => frames.parse(chunk));
  peer.write(generate(connectPacket({ ...as('GW-1'), ...change })));
  await settleDown();
  expect(received.splice(0)).toMatchObject([{ cmd: 'connack', returnCode: 0 }]);
  return { peer, stream, received };
}

const bytesOf = (...packets: Packet[]): Buffer => bytesOfAll(packets);
const bytesOfAll = (packets: readonly Packet[]): Buffer =>
  Buffer.concat(packets.map((packet) => generate(packet)));
/** As a socket reads it. */
function writeInReads(peer: Duplex, bytes: Buffer): void {
  for (let from = 0; from < bytes.length; from += 65_536) peer.write(bytes.subarray(from, from + 65_536));
}
const acked = (packets: readonly Packet[], cmd: Packet['cmd'] = 'puback'): (number | undefined)[] =>
  packets.filter((packet) => packet.cmd === cmd).map(({ messageId }) => messageId);

afterEach(() => void vi.useRealTimers());

/** Everything a gateway sends in a day, in one stream. */
const MIXED: readonly Packet[] = [
  publishPacket(TELEMETRY, 'one', { messageId: 1 }),
  { cmd: 'pingreq' },
  publishPacket(TELEMETRY, 'no promise'),
  publishPacket(STATUS, '{"online":true}', { messageId: 2, retain: true }),
  { cmd: 'subscribe', messageId: 3, subscriptions: [{ topic: 'lifeline/v1/GW-1/command', qos: 1 }] },
  publishPacket(TELEMETRY, 'two'.repeat(60), { messageId: 4, dup: true }),
  publishPacket(TELEMETRY, 'once', { qos: 2, messageId: 5 }),
  publishPacket('lifeline/v1/GW-2/telemetry', 'foreign', { messageId: 6 }),
  { cmd: 'pubrel', messageId: 5 },
  publishPacket('v1/gateway/telemetry', '{}', { messageId: 7 }),
  publishPacket(TELEMETRY, '', { messageId: 8 }),
];

async function play(pieces: readonly Buffer[], policy?: typeof cityPolicy) {
  const front = await startFront(policy === undefined ? {} : { policy });
  const { peer, received } = await join(front);
  for (const piece of pieces) {
    peer.write(piece);
    // Each piece is a read of its own.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await settleDown();
  const answers = received.map((packet) => `${packet.cmd} ${packet.messageId ?? ''}`);
  const outcome = {
    inputs: front.seen.published.map(({ input }) => ({
      ...input,
      payload: Buffer.from(input.payload).toString('hex'),
    })),
    refusals: front.seen.refusals,
    pubacks: acked(received),
    others: answers.filter((answer) => !answer.startsWith('puback')),
    closed: peer.destroyed || peer.readableEnded,
  };
  await front.close();
  return outcome;
}

describe('a stream of mixed packets', () => {
  test('reaches the journal in order, each with its own answer, as without a front', async () => {
    const outcome = await play([bytesOf(...MIXED)]);
    expect(outcome.inputs.map(({ packetId }) => packetId)).toEqual([1, 0, 2, 4, 5, 6, 7, 8]);
    expect(outcome.pubacks).toEqual([1, 2, 4, 6, 7, 8]);
    expect(outcome.others.toSorted()).toEqual(['pingresp ', 'pubcomp 5', 'pubrec 5', 'suback 3']);
    const without = await play([bytesOf(...MIXED)], WITHOUT_FRONT);
    expect(outcome.inputs).toEqual(without.inputs);
    expect(outcome.pubacks).toEqual(without.pubacks);
  });

  test('may be cut at any byte', { timeout: 60_000 }, async () => {
    const stream = bytesOf(...MIXED);
    const whole = await play([stream]);
    for (let cut = 1; cut < stream.length; cut += 1) {
      const outcome = await play([stream.subarray(0, cut), stream.subarray(cut)]);
      expect({ ...outcome, others: outcome.others.toSorted() }, `cut at ${cut}`).toEqual({
        ...whole,
        others: whole.others.toSorted(),
      });
    }
  });

  test('may come byte by byte', async () => {
    const stream = bytesOf(...MIXED);
    const whole = await play([stream]);
    const outcome = await play(Array.from(stream, (byte) => Buffer.from([byte])));
    expect(outcome.inputs).toEqual(whole.inputs);
    expect(outcome.pubacks).toEqual(whole.pubacks);
  });

  test('a packet of many pieces arrives whole, and those around it are left as they were', async () => {
    const long = 'x'.repeat(200_000);
    const stream = bytesOf(
      publishPacket(TELEMETRY, 'before', { messageId: 1 }),
      publishPacket(TELEMETRY, long, { messageId: 2 }),
      publishPacket(TELEMETRY, 'after', { messageId: 3 }),
    );
    const pieces: Buffer[] = [];
    for (let from = 0; from < stream.length; from += 1_000) pieces.push(stream.subarray(from, from + 1_000));
    const { inputs, pubacks } = await play(pieces);
    const texts = inputs.map(({ payload }) => Buffer.from(payload, 'hex').toString());
    expect(texts).toEqual(['before', long, 'after']);
    expect(pubacks).toEqual([1, 2, 3]);
  });
});

describe('acknowledgements', () => {
  test('of one commit leave in one write, those of aedes in their place between them', async () => {
    const front = await startFront({ hold: true });
    const { peer, stream, received } = await join(front);
    const write = vi.spyOn(stream, 'write');
    const packets = [1, 2, 3, 4, 5].map((messageId) => publishPacket(TELEMETRY, 'x', { messageId }));
    peer.write(bytesOf(...packets));
    await settleDown();
    for (const { done } of front.seen.published) done();
    expect(write).not.toHaveBeenCalled();
    front.switchboard.acknowledgements.writeAll();
    expect(write).toHaveBeenCalledTimes(1);
    await settleDown();
    expect(acked(received.splice(0))).toEqual([1, 2, 3, 4, 5]);

    front.seen.published.length = 0;
    const topics = [TELEMETRY, TELEMETRY, STATUS, TELEMETRY, STATUS, STATUS, TELEMETRY];
    peer.write(bytesOf(...topics.map((topic, n) => publishPacket(topic, 'x', { messageId: n + 10 }))));
    await settleDown();
    for (const { done } of front.seen.published.toReversed()) done();
    await settleDown();
    expect(acked(received)).toEqual([10, 11, 12, 13, 14, 15, 16]);
    await front.close();
  });

  test('leave in the turn they were settled in although nobody asks for them', async () => {
    const front = await startFront({ hold: true });
    const { peer, received } = await join(front);
    peer.write(bytesOf(publishPacket(TELEMETRY, 'x', { messageId: 1 })));
    await settleDown();
    expect(received).toEqual([]);
    front.seen.published[0]?.done();
    await settleDown();
    expect(acked(received)).toEqual([1]);
    await front.close();
  });

  test('QoS 0 has none, QoS 2 its own, and both keep their place in the journal', async () => {
    const front = await startFront({ hold: true });
    const { peer, received } = await join(front);
    peer.write(
      bytesOf(
        publishPacket(TELEMETRY, 'a', { messageId: 1 }),
        publishPacket(TELEMETRY, 'b', { qos: 2, messageId: 2 }),
        publishPacket(TELEMETRY, 'c'),
        publishPacket(TELEMETRY, 'd', { messageId: 3 }),
      ),
    );
    await settleDown();
    expect(front.texts()).toEqual(['a', 'b', 'c', 'd']);
    for (const index of [3, 2]) front.seen.published[index]?.done();
    await settleDown();
    expect(received).toEqual([]);
    for (const index of [1, 0]) front.seen.published[index]?.done();
    await settleDown();
    expect(acked(received)).toEqual([1, 3]);
    expect(acked(received, 'pubrec')).toEqual([2]);
    await front.close();
  });

  test('a journal that fails closes the connection, and nothing behind it is acknowledged', async () => {
    const front = await startFront({ hold: true });
    const { peer, stream, received } = await join(front);
    peer.write(bytesOf(...[1, 2, 3].map((messageId) => publishPacket(TELEMETRY, 'x', { messageId }))));
    await settleDown();
    const [first, second, third] = front.seen.published;
    third?.done();
    first?.done();
    await settleDown();
    second?.done(new Error('disk full'));
    await settleDown();
    expect(acked(received)).toEqual([1]);
    expect(stream.destroyed).toBe(true);
    expect(front.seen.refusals).toEqual([]);
    expect(front.switchboard.backlog.bytes()).toBe(0);
    await front.close();
  });

  test('unread ones stop the reading; all are there once the peer reads again', async () => {
    const front = await startFront({ options: { drainTimeoutMs: 60_000 } });
    const { peer, stream, received } = await join(front);
    peer.pause();
    const count = 150_000;
    const packets = Array.from({ length: count }, (_, n) =>
      publishPacket(TELEMETRY, 'x', { messageId: (n % 65_535) + 1 }),
    );
    writeInReads(peer, bytesOfAll(packets));
    for (let turn = 0; turn < 500; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(front.seen.published.length).toBeLessThan(count);
    expect(stream.writableLength).toBeGreaterThan(256 * 1024);
    expect(stream.writableLength).toBeLessThan(320 * 1024);
    peer.resume();
    while (received.length < count) await settleDown();
    expect(acked(received)).toEqual(packets.map(({ messageId }) => messageId));
    await front.close();
  });

  test('a peer that never reads them is cut off', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const front = await startFront({ options: { drainTimeoutMs: 5_000 } });
    const { peer, stream } = await join(front);
    peer.pause();
    const packets = Array.from({ length: 65_000 }, (_, n) =>
      publishPacket(TELEMETRY, 'x', { messageId: n + 1 }),
    );
    writeInReads(peer, bytesOfAll(packets));
    for (let turn = 0; turn < 100; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(4_900);
    expect(stream.destroyed).toBe(false);
    vi.advanceTimersByTime(200);
    await settleDown();
    expect(stream.destroyed).toBe(true);
    await front.close();
  });
});

describe('sessions', () => {
  test('one that is taken over in mid-flight: what was held is journaled, and not acknowledged to its heir', async () => {
    const front = await startFront({ hold: true });
    const before = await join(front);
    before.peer.write(bytesOf(...[1, 2].map((messageId) => publishPacket(TELEMETRY, 'old', { messageId }))));
    await settleDown();
    const after = await join(front);
    expect(before.stream.destroyed).toBe(true);
    after.peer.write(bytesOf(publishPacket(TELEMETRY, 'new', { messageId: 9 })));
    await settleDown();
    expect(front.texts()).toEqual(['old', 'old', 'new']);
    for (const { done } of front.seen.published) done();
    await settleDown();
    expect(acked(before.received)).toEqual([]);
    expect(acked(after.received)).toEqual([9]);
    expect(front.seen.presence).toBe(1);
    expect(front.switchboard.backlog.bytes()).toBe(0);
    await front.close();
  });

  test('keep-alive counts what aedes never sees, and silence ends as it should', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const front = await startFront();
    const { peer, stream } = await join(front, { keepalive: 10 });
    for (const qos of [0, 1, 1, 0] as const) {
      vi.advanceTimersByTime(14_000);
      peer.write(bytesOf(publishPacket(TELEMETRY, 'x', qos === 0 ? {} : { messageId: 1 })));
      await settleDown();
      expect(stream.destroyed).toBe(false);
    }
    vi.advanceTimersByTime(15_002);
    await settleDown();
    expect(stream.destroyed).toBe(true);
    await front.close();
  });

  test.each([
    ['a line that breaks', null, ['x', 'gone']],
    ['DISCONNECT', { cmd: 'disconnect' }, ['x']],
  ] as const)('wills after %s', async (_what, last, texts) => {
    const front = await startFront();
    const will = { topic: STATUS, payload: Buffer.from('gone'), qos: 1, retain: true } as const;
    const { peer, stream } = await join(front, { will });
    peer.write(bytesOf(publishPacket(TELEMETRY, 'x', { messageId: 1 })));
    await settleDown();
    if (last === null) peer.end();
    else peer.write(bytesOf(last, publishPacket(TELEMETRY, 'after the end', { messageId: 2 })));
    await settleDown();
    expect(stream.destroyed).toBe(true);
    expect(front.texts()).toEqual(texts);
    await front.close();
  });

  test('publishes that came with the CONNECT wait for its answer and lose nothing, ended or not', async () => {
    const front = await startFront();
    const answer = await front.send(
      bytesOf(connectPacket(as('GW-1')), publishPacket(TELEMETRY, 'one', { messageId: 1 })),
      bytesOf(
        publishPacket(STATUS, 'two', { messageId: 2 }),
        publishPacket(TELEMETRY, 'three', { messageId: 3 }),
      ),
    );
    expect(front.texts()).toEqual(['one', 'two', 'three']);
    expect(answer.subarray(0, 4).toString('hex')).toBe('20020000');
    await front.close();
  });
});

describe('QoS 0 that a subscriber is to get', () => {
  test('faster than it reads: what waits is bounded, what it missed is counted, and nothing is both', async () => {
    const missed: number[] = [];
    const front = await startFront({
      condition: (name, active, detail) =>
        void (name === 'slow-client' && !active && missed.push(Number(detail.missed))),
    });
    const subscriber = await join(front, as('GW-1', 'subscriber'));
    subscriber.peer.write(
      bytesOf({ cmd: 'subscribe', messageId: 1, subscriptions: [{ topic: STATUS, qos: 0 }] }),
    );
    await settleDown();
    expect(acked(subscriber.received.splice(0), 'suback')).toEqual([1]);
    subscriber.peer.pause();
    const publisher = await join(front, as('GW-1', 'publisher'));
    const count = 10_000;
    const flood = Array.from({ length: count }, (_, n) => publishPacket(STATUS, String(n).padStart(40, '0')));
    let waiting = 0;
    writeInReads(publisher.peer, bytesOfAll(flood));
    while (front.seen.published.length < count) {
      await new Promise((resolve) => setImmediate(resolve));
      waiting = Math.max(waiting, subscriber.stream.writableLength);
      // Reads a little now and then.
      subscriber.peer.read(1_000);
    }
    await settleDown();
    // The bound, and what one turn of the loop sends before it looks again.
    expect(waiting).toBeLessThan(OPTIONS.slowSubscriberBytes * 6);
    subscriber.peer.resume();
    while (subscriber.stream.writableLength > 0) await settleDown();
    await settleDown();
    front.switchboard.sweep();
    expect(missed).toHaveLength(1);
    expect(missed[0]).toBeGreaterThan(0);
    expect(subscriber.received.length + (missed[0] ?? 0)).toBe(count);
    await front.close();
  });
});

describe('what is no packet', () => {
  test.each([
    ['a remaining length of five bytes', '32ffffffff01', 'protocol', 'not an MQTT packet'],
    ['a packet only a server sends', '20020000', 'protocol', 'not an MQTT packet'],
    ['a packet over the limit', '32ffff7f', 'packet-too-large', 'a packet over 262144 bytes'],
    ['QoS 3', `3603${'00'.repeat(3)}`, 'protocol', undefined],
    ['a topic longer than its packet', '3204ffff0001', 'protocol', undefined],
    ['no room for a packet id', '3203000161', 'protocol', undefined],
    ['packet id 0', '32050001610000', 'protocol', undefined],
    ['an empty topic', '320400000001', 'protocol', undefined],
    ['a wildcard in a topic', '32050001230001', 'protocol', undefined],
  ])(
    '%s: what came before is taken, then it ends and is counted once',
    async (_what, hex, reason, detail) => {
      const front = await startFront();
      const { peer, stream, received } = await join(front);
      const good = publishPacket(TELEMETRY, 'good', { messageId: 1 });
      peer.write(
        Buffer.concat([bytesOf(good), Buffer.from(hex, 'hex'), bytesOf({ ...good, payload: 'behind' })]),
      );
      await settleDown();
      expect(front.texts()).toEqual(['good']);
      expect(stream.destroyed).toBe(true);
      expect(front.seen.refusals.map(([name]) => name)).toEqual([reason]);
      if (detail !== undefined) expect(front.seen.refusals[0]?.[1]).toBe(detail);
      expect(acked(received).every((id) => id === 1)).toBe(true);
      await front.close();
    },
  );
});

/** Packets as gateways send them, and some that they should not. */
const anyPublish = fc
  .record({
    topic: fc.constantFrom(
      TELEMETRY,
      TELEMETRY,
      TELEMETRY,
      STATUS,
      'lifeline/v1/GW-2/telemetry',
      '$SYS/x',
      'v1/devices/me/telemetry',
      'a/b',
    ),
    payload: fc.string({ maxLength: 300 }),
    qos: fc.constantFrom(0, 1, 1, 1, 2),
    dup: fc.boolean(),
    retain: fc.integer({ max: 9, min: 0 }).map((n) => n === 0),
    messageId: fc.integer({ min: 1, max: 65_535 }),
  })
  .map(({ messageId, dup, ...rest }): IPublishPacket => {
    const qos = rest.qos === 2 ? 2 : rest.qos === 1 ? 1 : 0;
    return { cmd: 'publish', ...rest, qos, dup, ...(qos === 0 ? {} : { messageId }) };
  });
const anyPacket: fc.Arbitrary<Packet> = fc.oneof(
  { weight: 12, arbitrary: anyPublish },
  { weight: 1, arbitrary: fc.constant<Packet>({ cmd: 'pingreq' }) },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: 99 }).map((messageId): Packet => ({ cmd: 'pubrel', messageId })),
  },
);
const anyStream = fc.record({
  packets: fc.array(anyPacket, { minLength: 1, maxLength: 40 }),
  cuts: fc.array(fc.nat(), { maxLength: 12 }),
  damage: fc.option(fc.record({ at: fc.nat(), byte: fc.nat({ max: 255 }) }), { freq: 4 }),
});

function piecesOf({
  packets,
  cuts,
  damage,
}: {
  packets: Packet[];
  cuts: number[];
  damage: { at: number; byte: number } | null;
}) {
  const stream = bytesOf(...packets);
  if (damage !== null) stream[damage.at % stream.length] = damage.byte;
  const places = [...new Set([0, ...cuts.map((cut) => cut % stream.length)])].toSorted((a, b) => a - b);
  return places.map((from, index) => stream.subarray(from, places[index + 1] ?? stream.length));
}

describe('random streams', () => {
  test.each([11, 12])(
    'are journaled and acknowledged as without a front, seed %i',
    { timeout: 120_000 },
    async (seed) => {
      let inputs = 0;
      await fc.assert(
        fc.asyncProperty(anyStream, async (stream) => {
          const pieces = piecesOf(stream);
          const front = await play(pieces);
          const without = await play(pieces, WITHOUT_FRONT);
          inputs += front.inputs.length;
          expect(front.inputs).toEqual(without.inputs);
          expect(front.refusals).toEqual(without.refusals);
          expect(front.closed).toBe(without.closed);
          if (!front.closed) expect(front.pubacks).toEqual(without.pubacks);
          // When a fault ends a stream, the answers under way may still get out or not; never one that is not due.
          expect(
            without.pubacks.concat(
              front.inputs.filter(({ qos }) => qos === 1).map(({ packetId }) => packetId),
            ),
          ).toEqual(expect.arrayContaining(front.pubacks));
        }),
        { seed, numRuns: 150 },
      );
      expect(inputs).toBeGreaterThan(500);
    },
  );
});
