import { generate } from 'mqtt-packet';
import { afterEach, describe, expect, test } from 'vitest';
import type { CityBroker } from './city-broker.ts';
import { as, OPTIONS, startCity } from './city-broker.ts';
import { connectPacket, publishPacket, RawClient } from './wire.ts';

const TELEMETRY = 'lifeline/v1/GW-1/telemetry';
let city: CityBroker;
afterEach(() => city.broker.close());

/** Header of a packet with a 4-byte remaining length. */
const header = (type: number, length: number): Buffer =>
  Buffer.from([type, ...[0, 7, 14, 21].map((bit, n) => ((length >> bit) & 0x7f) | (n < 3 ? 0x80 : 0))]);

describe('packets that are too large', () => {
  test('200 MB announced in a CONNECT: cut off at its header, and the memory stays', async () => {
    city = await startCity();
    const before = process.memoryUsage().rss;
    const attacker = await RawClient.open(city.broker.port);
    const megabyte = Buffer.alloc(1024 * 1024);
    attacker.socket.write(header(0x10, 200 * 1024 * 1024));
    for (let n = 0; n < 200 && !attacker.socket.destroyed; n += 1) {
      if (attacker.socket.write(megabyte)) continue;
      await Promise.race([attacker.closed, new Promise((resolve) => attacker.socket.once('drain', resolve))]);
    }
    await attacker.closed;
    expect(city.refusals).toMatchObject([{ reason: 'packet-too-large', subject: '127.0.0.1' }]);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('a publish over the limit ends the connection; the publishes before it are journaled', async () => {
    city = await startCity();
    const gateway = await RawClient.join(city.broker.port, as('GW-1'));
    gateway.send(publishPacket(TELEMETRY, 'small'), publishPacket(TELEMETRY, Buffer.alloc(256 * 1024)));
    await gateway.closed;
    expect(city.texts()).toEqual(['small']);
    expect(city.refusals).toMatchObject([{ reason: 'packet-too-large', subject: 'GW-1' }]);
  });

  test('a publish of exactly the limit passes, however it is cut up', async () => {
    city = await startCity({ packetMaxBytes: 1000 });
    const gateway = await RawClient.join(city.broker.port, as('GW-1'));
    const overhead = 3 + 2 + TELEMETRY.length + 2;
    const bytes = generate(publishPacket(TELEMETRY, 'x'.repeat(1000 - overhead), { messageId: 1 }));
    expect(bytes.length).toBe(1000);
    for (const byte of bytes) gateway.socket.write(Buffer.from([byte]));
    expect(await gateway.next('puback')).toMatchObject({ messageId: 1 });
  });
});

describe('strangers', () => {
  test('nothing after CONNECT is read before the log-in is answered', async () => {
    city = await startCity();
    const stranger = await RawClient.open(city.broker.port);
    const flood = Array.from({ length: 5000 }, (_, n) => publishPacket(TELEMETRY, 'x', { messageId: n + 1 }));
    stranger.send(connectPacket({ clientId: 'x', username: 'nobody' }), ...flood);
    await stranger.closed;
    expect(city.published).toEqual([]);
    expect(city.refusals.map(({ reason }) => reason)).toEqual(['bad-credentials']);
  });

  test('what comes with CONNECT in one write is read after it', async () => {
    city = await startCity();
    const gateway = await RawClient.open(city.broker.port);
    gateway.send(connectPacket(as('GW-1')), publishPacket(TELEMETRY, 'at once', { messageId: 1 }));
    await gateway.next('puback');
    expect(city.texts()).toEqual(['at once']);
  });

  test('a connection that never says CONNECT is closed in time', async () => {
    city = await startCity({ connectTimeoutMs: 50 });
    const silent = await RawClient.open(city.broker.port);
    await silent.closed;
    expect(city.refusals).toMatchObject([{ reason: 'protocol', subject: '127.0.0.1' }]);
  });

  test('connections are capped for one address and in all', async () => {
    city = await startCity({ connectionsPerAddressMax: 2, connectionsMax: 3 });
    const port = city.broker.port;
    const first = await RawClient.join(port, as('GW-1', 'a'));
    await RawClient.join(port, as('GW-1', 'b'));
    const third = await RawClient.open(port);
    await third.closed;
    await RawClient.join(port, as('GW-2', 'a'), '127.0.0.2');
    const fifth = await RawClient.open(port, '127.0.0.3');
    await fifth.closed;
    expect(city.refusals.map(({ reason, subject }) => [reason, subject])).toEqual([
      ['too-many-connections', '127.0.0.1'],
      ['too-many-connections', '127.0.0.3'],
    ]);
    await first.leave();
    await city.until(() => city.broker.connections() === 2);
    await RawClient.join(port, as('GW-1', 'c'));
  });
});

describe('a subscriber that takes nothing', () => {
  test('misses QoS 0 and stops nobody; the condition ends when it reads again', async () => {
    city = await startCity();
    const frozen = await RawClient.join(city.broker.port, as('GW-1', 'frozen'));
    await frozen.subscribe('lifeline/v1/GW-1/#');
    frozen.socket.pause();
    const reader = await RawClient.join(city.broker.port, as('GW-1', 'reader'));
    await reader.subscribe('lifeline/v1/GW-1/#');
    const publisher = await RawClient.join(city.broker.port, as('GW-1', 'publisher'));
    const payload = 'x'.repeat(60_000);
    for (let n = 1; n <= 400; n += 1) {
      publisher.send(publishPacket('lifeline/v1/GW-1/note', payload));
      await reader.nextPublish();
    }
    expect(city.conditions).toMatchObject([{ name: 'slow-client', subject: 'GW-1', active: true }]);

    frozen.socket.resume();
    await frozen.roundTrip();
    city.clock.advance(1000);
    expect(city.conditions[1]).toMatchObject({ name: 'slow-client', subject: 'GW-1', active: false });
    const missed = Number(city.conditions[1]?.detail.missed);
    expect(frozen.received.length + missed).toBe(400);
  });

  test('of commands is disconnected, and a persistent session gets them when it is back', async () => {
    city = await startCity();
    const session = { ...as('GW-1', 'frozen'), clean: false };
    const frozen = await RawClient.join(city.broker.port, session);
    await frozen.subscribe('lifeline/v1/GW-1/command');
    frozen.socket.pause();
    const sent: Promise<void>[] = [];
    const payload = Buffer.alloc(100_000, 'c');
    for (let n = 0; city.broker.connections() > 0 && n < 400; n += 1) {
      sent.push(city.broker.publish('lifeline/v1/GW-1/command', payload, { qos: 1 }));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(sent);
    expect(city.broker.connections()).toBe(0);
    expect(city.conditions.some(({ name, active }) => name === 'slow-client' && active)).toBe(true);
    const back = await RawClient.join(city.broker.port, session);
    // 1 MiB waits for an absent client, no more: ten of these.
    for (let n = 0; n < 10; n += 1) await back.nextPublish();
    await back.roundTrip();
    expect(back.kinds()).toEqual([]);
  });

  test('a flood of pings whose answers are not read is not read either', async () => {
    city = await startCity({ drainTimeoutMs: 60_000 });
    const flooder = await RawClient.join(city.broker.port, as('GW-1'));
    flooder.socket.pause();
    const pings = Buffer.alloc(64 * 1024, Buffer.from([0xc0, 0]));
    let written = 0;
    let taken = true;
    while (taken && written < 256 * 1024 * 1024) {
      taken =
        flooder.socket.write(pings) ||
        (await Promise.race([
          new Promise<boolean>((resolve) => flooder.socket.once('drain', () => resolve(true))),
          new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 500)),
        ]));
      written += pings.length;
    }
    expect(taken).toBe(false);
    await (await RawClient.join(city.broker.port, as('GW-2'))).roundTrip();
  });
});

describe('a journal that does not answer', () => {
  const messages = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) =>
      publishPacket(TELEMETRY, `m${from + n}`, { messageId: from + n }),
    );

  test('one client holds 1,000 publishes, is not read beyond that, and loses none', async () => {
    city = await startCity();
    city.hold(true);
    const gateway = await RawClient.join(city.broker.port, as('GW-1'));
    gateway.send(...messages(1, 5000));
    await city.until(() => city.published.length === 1000);
    const other = await RawClient.join(city.broker.port, as('GW-2'));
    await other.roundTrip();
    expect(city.published.length).toBe(1000);
    expect(gateway.kinds()).toEqual([]);

    for (let done = 0; done < 5000; done += 1) {
      await city.until(() => city.published.length > done);
      expect(city.published.length - done).toBeLessThanOrEqual(1000);
      city.published[done]?.done();
    }
    for (let id = 1; id <= 5000; id += 1) expect((await gateway.next('puback')).messageId).toBe(id);
    expect(city.texts()).toEqual(messages(1, 5000).map(({ payload }) => payload));
    expect(city.broker.heldBytes()).toBe(0);
  });

  test('in all clients together, no more is held than the byte limit and one read', async () => {
    const heldBytesMax = 300_000;
    city = await startCity({ heldBytesMax });
    city.hold(true);
    const payload = Buffer.alloc(20_000, 'p');
    const gateways = await Promise.all(
      ['a', 'b', 'c'].map((client) => RawClient.join(city.broker.port, as('GW-1', client))),
    );
    const each = Array.from({ length: 30 }, (_, n) =>
      publishPacket(TELEMETRY, payload, { messageId: n + 1 }),
    );
    for (const gateway of gateways) gateway.send(...each);
    let most = 0;
    for (let done = 0; done < 90; done += 1) {
      await city.until(() => city.published.length > done);
      if (done === 0) await city.until(() => city.broker.heldBytes() >= heldBytesMax);
      most = Math.max(most, city.broker.heldBytes());
      city.published[done]?.done();
    }
    expect(most).toBeLessThan(heldBytesMax + 128 * 1024);
    for (const gateway of gateways) {
      for (let id = 1; id <= 30; id += 1) expect((await gateway.next('puback')).messageId).toBe(id);
    }
    expect(city.broker.heldBytes()).toBe(0);
  });

  test('a client whose packets wait is not blamed for its silence', { timeout: 60_000 }, async () => {
    city = await startCity();
    city.hold(true);
    const gateway = await RawClient.join(city.broker.port, { ...as('GW-1'), keepalive: 1 });
    gateway.send(...messages(1, 1500));
    await city.until(() => city.published.length === 1000);
    const beat = setInterval(() => city.clock.advance(1000), 500);
    // Protocol time: keep-alive of 1 s ends a silent connection after 1.5 s.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    clearInterval(beat);
    expect(city.broker.connectionsOf('GW-1')).toBe(1);
    for (let done = 0; done < 1500; done += 1) {
      await city.until(() => city.published.length > done);
      city.published[done]?.done();
    }
    for (let id = 1; id <= 1500; id += 1) expect((await gateway.next('puback')).messageId).toBe(id);
  });

  test('what was sent before the line broke is still journaled', async () => {
    city = await startCity({ heldPerClientMax: 10 });
    city.hold(true);
    const gateway = await RawClient.join(city.broker.port, as('GW-1'));
    gateway.send(...messages(1, 100));
    gateway.socket.end();
    for (let done = 0; done < 100; done += 1) {
      await city.until(() => city.published.length > done);
      city.published[done]?.done();
    }
    expect(city.texts().length).toBe(100);
    await gateway.closed;
  });
});

test('the limits of the tests are those of the product', () => {
  expect([OPTIONS.packetMaxBytes, OPTIONS.heldPerClientMax, OPTIONS.heldBytesMax]).toEqual([
    262_144, 1000, 67_108_864,
  ]);
});
