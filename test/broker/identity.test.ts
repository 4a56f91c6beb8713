import { generate } from 'mqtt-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { connectPacket, publishPacket, RawClient } from './wire.ts';

let city: CityBroker;
beforeEach(async () => {
  city = await startCity();
});
afterEach(() => city.broker.close());

/** Sends CONNECT; answers the CONNACK's return code, or 'closed'. */
async function logIn(change: Parameters<typeof connectPacket>[0]): Promise<number | string | undefined> {
  const client = await RawClient.open(city.broker.port);
  const bytes = generate(connectPacket({ ...change, clean: true }));
  // mqtt-packet refuses to write some of what we must refuse to read: the flag is cleared by hand.
  if (change?.clean === false) bytes[9] = (bytes[9] ?? 0) & ~0x02;
  client.socket.write(bytes);
  const connack = await client.next('connack').catch(() => null);
  if (connack === null) return 'closed';
  if (connack.cmd === 'connack' && connack.returnCode !== 0) await client.closed;
  return connack.cmd === 'connack' ? connack.returnCode : 'no connack';
}

describe('who may log in', () => {
  const secret = (text: string) => Buffer.from(text);
  test.each([
    ['the right secret', { username: 'GW-1', password: secret('secret-GW-1') }, 0, null],
    ['a wrong secret', { username: 'GW-1', password: secret('guess') }, 4, ['bad-credentials', 'GW-1']],
    ['no password', { username: 'GW-1' }, 4, ['bad-credentials', 'GW-1']],
    [
      'an unknown gateway',
      { username: 'nobody', password: secret('x') },
      4,
      ['bad-credentials', '127.0.0.1'],
    ],
    ['nobody at all', {}, 4, ['bad-credentials', '127.0.0.1']],
    ['a retired gateway', { username: 'GW-OLD', password: secret('x') }, 5, ['retired', 'GW-OLD']],
    ['a token without password', { username: 'token-of-GW-3' }, 0, null],
    ['MQTT 5', { ...as('GW-1'), protocolVersion: 5 as const }, 1, ['protocol', '127.0.0.1']],
    [
      'no client id and a persistent session',
      { ...as('GW-1', ''), clean: false },
      2,
      ['bad-client-id', '127.0.0.1'],
    ],
    ['no client id and a clean session', as('GW-1', ''), 0, null],
    ['a client id of 257 characters', as('GW-1', 'x'.repeat(257)), 2, ['bad-client-id', '127.0.0.1']],
    [
      'a client id of 24 characters under MQTT 3.1',
      { ...as('GW-1', 'x'.repeat(24)), protocolId: 'MQIsdp' as const, protocolVersion: 3 as const },
      2,
      ['bad-client-id', '127.0.0.1'],
    ],
    [
      'a client id of 23 characters under MQTT 3.1',
      { ...as('GW-1', 'x'.repeat(23)), protocolId: 'MQIsdp' as const, protocolVersion: 3 as const },
      0,
      null,
    ],
  ])('%s', async (_who, change, returnCode, refusal) => {
    expect(await logIn(change)).toBe(returnCode);
    expect(city.refusals.map(({ reason, subject }) => [reason, subject])).toEqual(refusal ? [refusal] : []);
    expect(city.presences.length).toBe(returnCode === 0 ? 1 : 0);
  });

  test('a token is journaled as the gateway it belongs to', async () => {
    const gateway = await RawClient.join(city.broker.port, { username: 'token-of-GW-3', clientId: 'tb' });
    gateway.send(publishPacket('v1/gateway/telemetry', '{}', { messageId: 1 }));
    await gateway.next('puback');
    expect(city.published[0]?.input).toMatchObject({ gateway: 'GW-3', client: 'tb' });
  });

  test('two clients without an id are two clients', async () => {
    await RawClient.join(city.broker.port, as('GW-1', ''));
    await RawClient.join(city.broker.port, as('GW-1', ''));
    expect(city.broker.connectionsOf('GW-1')).toBe(2);
    expect(new Set(city.presences.map(({ client }) => client)).size).toBe(2);
  });
});

describe('a log-in that no longer holds', () => {
  test.each([
    ['after another secret', 'second'],
    ['after the retirement', null],
  ])('%s closes the connections it opened, and no others', async (_when, credential) => {
    const gone = await RawClient.join(city.broker.port, as('GW-1'));
    const stays = await RawClient.join(city.broker.port, as('GW-2'));
    city.clock.advance(5_000);
    expect(city.broker.connections()).toBe(2);
    city.changeCredential('GW-1', credential);
    city.clock.advance(1_000);
    await gone.closed;
    await stays.roundTrip();
    await city.until(() => city.broker.connections() === 1);
    expect(city.presences.at(-1)).toMatchObject({ gateway: 'GW-1', connected: false });
  });
});

describe('client ids', () => {
  test('the same client id on two gateways never takes over', async () => {
    const one = await RawClient.join(city.broker.port, as('GW-1', 'gateway'));
    const two = await RawClient.join(city.broker.port, as('GW-2', 'gateway'));
    await one.roundTrip();
    await two.roundTrip();
    expect(city.broker.connections()).toBe(2);
  });

  test.each(['__proto__', 'constructor', 'GW-2/gateway', '客户端', ' '])(
    '%s is an ordinary one',
    async (id) => {
      const gateway = await RawClient.join(city.broker.port, as('GW-1', id));
      gateway.send(publishPacket('lifeline/v1/GW-1/telemetry', 'x', { messageId: 1 }));
      await gateway.next('puback');
      expect(city.published[0]?.input).toMatchObject({ gateway: 'GW-1', client: id });
    },
  );

  test('the same client id within one gateway takes over, each time', async () => {
    const boxes = [];
    for (let n = 0; n < 4; n += 1) {
      const box = await RawClient.join(city.broker.port, { ...as('GW-1'), clean: n % 2 === 0 });
      await box.subscribe('lifeline/v1/GW-1/command');
      boxes.push(box);
    }
    for (const old of boxes.slice(0, -1)) await old.closed;
    await boxes[3]?.roundTrip();
    await city.until(() => city.broker.connections() === 1);
  });

  test('a refused log-in cannot touch the session whose client id it claims', async () => {
    const session = { ...as('GW-1'), clean: false };
    const gateway = await RawClient.join(city.broker.port, session);
    const message = publishPacket('lifeline/v1/GW-1/telemetry', 'once', { qos: 2, messageId: 5 });
    gateway.send(message);
    await gateway.next('pubrec');
    await gateway.cut();
    for (const clientId of ['box', 'GW-1/box']) expect(await logIn({ clientId, username: 'nobody' })).toBe(4);
    const back = await RawClient.join(city.broker.port, session);
    back.send({ ...message, dup: true });
    await back.next('pubrec');
    expect(city.texts()).toEqual(['once']);
  });
});

describe('repeated bad credentials', () => {
  const guess = { username: 'GW-1', password: Buffer.from('guess') };

  test('refusals come later and later, and raise a condition that ends after a quiet minute', async () => {
    for (let n = 0; n < 3; n += 1) expect(await logIn(guess)).toBe(4);
    const waits = [200, 400];
    for (const wait of waits) {
      const client = await RawClient.open(city.broker.port);
      const before = city.refusals.length;
      client.send(connectPacket(guess));
      await city.until(() => city.refusals.length > before);
      // The refusal is decided; the answer waits for the clock, one turn of the event loop later.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
      city.clock.advance(wait - 1);
      expect(client.kinds()).toEqual([]);
      city.clock.advance(1);
      expect(await client.next('connack')).toMatchObject({ returnCode: 4 });
    }
    expect(city.conditions).toEqual([
      {
        ...{ name: 'bad-credentials', subject: 'addresses', active: true },
        detail: { addresses: 1, newest: '127.0.0.1' },
      },
    ]);
    city.clock.advance(61_000);
    expect(city.conditions[1]).toMatchObject({ name: 'bad-credentials', active: false });
  });

  test('a gateway behind the same address logs in without delay', async () => {
    for (let n = 0; n < 3; n += 1) await logIn(guess);
    const pending = await RawClient.open(city.broker.port);
    pending.send(connectPacket(guess));
    await city.until(() => city.refusals.length === 4);
    expect(await logIn(as('GW-2'))).toBe(0);
  });

  test('a client that leaves before its refusal leaves nothing behind', async () => {
    for (let n = 0; n < 3; n += 1) await logIn(guess);
    const pending = await RawClient.open(city.broker.port);
    pending.send(connectPacket(guess));
    await city.until(() => city.refusals.length === 4);
    await pending.cut();
    city.clock.advance(10_000);
    expect(await logIn(as('GW-2'))).toBe(0);
  });
});
