import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cityPolicy } from '#broker/policy.ts';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { connectPacket, publishPacket, RawClient } from './wire.ts';

let city: CityBroker;
beforeEach(async () => {
  city = await startCity();
});
afterEach(() => city.broker.close());

const join = (gateway: string, clientId = 'box') => RawClient.join(city.broker.port, as(gateway, clientId));

describe('publishing', () => {
  test('to another gateway: journaled with the proved sender, acknowledged, delivered to nobody', async () => {
    const victim = await join('GW-1');
    await victim.subscribe('lifeline/v1/GW-1/#');
    const stranger = await join('GW-2');
    stranger.send(publishPacket('lifeline/v1/GW-1/command', 'open the valve', { messageId: 1 }));
    await stranger.next('puback');
    expect(city.published[0]?.input).toMatchObject({ gateway: 'GW-2', topic: 'lifeline/v1/GW-1/command' });
    await city.broker.publish('lifeline/v1/GW-1/command', Buffer.from('genuine'), { qos: 1 });
    expect((await victim.nextPublish()).payload.toString()).toBe('genuine');
    expect(victim.kinds()).toEqual([]);
    await stranger.roundTrip();
  });

  test('below its own id but telemetry: to its own subscribers', async () => {
    const gateway = await join('GW-1', 'a');
    await gateway.subscribe('lifeline/v1/GW-1/#');
    const other = await join('GW-1', 'b');
    other.send(
      publishPacket('lifeline/v1/GW-1/telemetry', 'values', { messageId: 1 }),
      publishPacket('lifeline/v1/GW-1/command/result', 'done', { messageId: 2 }),
    );
    expect((await gateway.nextPublish()).payload.toString()).toBe('done');
    expect(city.texts()).toEqual(['values', 'done']);
  });

  test('to $SYS: acknowledged, counted, neither journaled nor delivered', async () => {
    const gateway = await join('GW-1');
    gateway.send(publishPacket('$SYS/broker/heartbeat', 'me', { messageId: 3 }));
    await gateway.next('puback');
    expect(city.published).toEqual([]);
    expect(city.refusals).toMatchObject([{ reason: 'sys-topic', subject: 'GW-1' }]);
  });

  test('to $SYS, a thousand at once, is counted without harm to the connection', async () => {
    const gateway = await join('GW-1');
    gateway.send(...Array.from({ length: 5_000 }, (_, n) => publishPacket('$SYS/x', `${n}`)));
    await gateway.roundTrip();
    expect(city.refusals).toHaveLength(5_000);
  });
});

describe('a ThingsBoard client', () => {
  test('is granted what it asks for as it connects, and hears of nobody there', async () => {
    const device = await RawClient.join(city.broker.port, { username: 'token-of-GW-3', clientId: 'tb' });
    const filters = [
      'v1/devices/me/attributes',
      'v1/devices/me/rpc/request/+',
      'v1/gateway/attributes',
      'v1/gateway/rpc',
    ];
    expect(await device.subscribe(...filters, 'v1/gateway/#', 'v1/#', '+/gateway/rpc')).toEqual([
      1, 1, 1, 1, 1, 128, 128,
    ]);
    const other = await join('GW-1');
    for (const [n, topic] of ['v1/gateway/rpc', 'v1/devices/me/attributes'].entries())
      other.send(publishPacket(topic, '{}', { messageId: n + 1, retain: true }));
    await other.next('puback');
    await other.next('puback');
    await device.roundTrip();
    expect(device.kinds()).toEqual([]);
    expect(city.published.map(({ input }) => [input.gateway, input.topic])).toEqual([
      ['GW-1', 'v1/gateway/rpc'],
      ['GW-1', 'v1/devices/me/attributes'],
    ]);
    expect(city.refusals.map(({ reason }) => reason)).toEqual(['retained-junk', 'retained-junk']);
  });

  test('with a client id that is refused does not see its token in a log', async () => {
    const device = await RawClient.open(city.broker.port);
    device.send(connectPacket({ username: 'token-of-GW-3', clientId: 'x'.repeat(300) }));
    await device.closed;
    expect(JSON.stringify(city.refusals)).not.toContain('token-of');
  });
});

describe('subscribing', () => {
  test.each([
    ['lifeline/v1/GW-1/command', 1],
    ['lifeline/v1/GW-1/#', 1],
    ['lifeline/v1/GW-1/+/result', 1],
    ['lifeline/v1/GW-2/command', 128],
    ['lifeline/v1/GW-1', 128],
    ['lifeline/v1/GW-11/command', 128],
    ['lifeline/v1/+/command', 128],
    ['#', 128],
    ['$SYS/#', 128],
    ['$share/all/lifeline/v1/GW-1/command', 128],
    [`lifeline/v1/GW-1/${'x'.repeat(300)}`, 128],
  ])('GW-1 to %s is answered %i', async (filter, granted) => {
    const gateway = await join('GW-1');
    expect(await gateway.subscribe(filter)).toEqual([granted]);
  });

  test('a refused filter beside a granted one brings nothing, not even to a session that was away', async () => {
    const session = { ...as('GW-2'), clean: false };
    const spy = await RawClient.join(city.broker.port, session);
    expect(await spy.subscribe('lifeline/v1/GW-1/#', 'lifeline/v1/GW-2/#')).toEqual([128, 1]);
    await spy.cut();
    await city.broker.publish('lifeline/v1/GW-1/command', Buffer.from('for GW-1'), { qos: 1 });
    await city.broker.publish('lifeline/v1/GW-2/command', Buffer.from('for GW-2'), { qos: 1 });
    const back = await RawClient.join(city.broker.port, session);
    expect((await back.nextPublish()).payload.toString()).toBe('for GW-2');
    await back.roundTrip();
    expect(back.kinds()).toEqual([]);
  });

  test('whatever was subscribed to, only its own topics are sent to a gateway', async () => {
    await city.broker.close();
    city = await startCity({}, { ...cityPolicy, maySubscribe: () => true });
    const spy = await join('GW-2');
    expect(await spy.subscribe('#')).toEqual([1]);
    await city.broker.publish('lifeline/v1/GW-1/command', Buffer.from('for GW-1'), { qos: 1 });
    await city.broker.publish('lifeline/v1/GW-2/command', Buffer.from('for GW-2'), { qos: 1 });
    expect((await spy.nextPublish()).payload.toString()).toBe('for GW-2');
    await spy.roundTrip();
    expect(spy.kinds()).toEqual([]);
  });

  test('a filter with a wildcard inside a level ends the connection', async () => {
    const gateway = await join('GW-1');
    gateway.send({
      cmd: 'subscribe',
      messageId: 1,
      subscriptions: [{ topic: 'lifeline/v1/GW-1/a+', qos: 0 }],
    });
    await gateway.closed;
    expect(city.refusals).toMatchObject([{ reason: 'protocol', subject: 'GW-1' }]);
  });

  test('200 filters a session, and no more', async () => {
    const gateway = await join('GW-1');
    for (let n = 0; n < 200; n += 1) await gateway.subscribe(`lifeline/v1/GW-1/${n}`);
    expect(await gateway.subscribe('lifeline/v1/GW-1/one-too-many')).toEqual([128]);
    expect(await gateway.subscribe('lifeline/v1/GW-1/7')).toEqual([1]);
  });
});

describe('retained messages', () => {
  test('status is kept and found by a later subscriber', async () => {
    const gateway = await join('GW-1');
    gateway.send(publishPacket('lifeline/v1/GW-1/status', '{"online":true}', { messageId: 1, retain: true }));
    await gateway.next('puback');
    await gateway.subscribe('lifeline/v1/GW-1/#');
    expect(await gateway.nextPublish()).toMatchObject({ topic: 'lifeline/v1/GW-1/status', retain: true });
    expect(city.refusals).toEqual([]);
  });

  test.each([
    ['lifeline/v1/GW-1/telemetry', 'x'],
    ['lifeline/v1/GW-1/anything', 'x'],
    ['lifeline/v1/GW-2/status', 'x'],
    ['lifeline/v1/GW-1/status', 'x'.repeat(5000)],
  ])('on %s are journaled, counted and not kept', async (topic, payload) => {
    const gateway = await join('GW-1');
    gateway.send(publishPacket(topic, payload, { messageId: 1, retain: true }));
    await gateway.next('puback');
    expect(city.texts()).toEqual([payload]);
    expect(city.refusals).toMatchObject([{ reason: 'retained-junk', subject: 'GW-1', detail: topic }]);
    for (const id of ['GW-1', 'GW-2']) {
      const later = await join(id, 'later');
      await later.subscribe(`lifeline/v1/${id}/#`);
      await later.roundTrip();
      expect(later.kinds()).toEqual([]);
    }
  });
});

describe('wills', () => {
  const willOn = (topic: string) => ({ topic, payload: Buffer.from('gone'), qos: 1 as const, retain: true });

  test('a will on telemetry lands in the journal like any publish, not retained', async () => {
    const gateway = await RawClient.join(city.broker.port, {
      ...as('GW-1'),
      will: willOn('lifeline/v1/GW-1/telemetry'),
    });
    await gateway.cut();
    await city.until(() => city.published.length === 1);
    expect(city.published[0]?.input).toMatchObject({ gateway: 'GW-1', client: 'box', qos: 1, packetId: 0 });
    expect(city.refusals).toMatchObject([{ reason: 'retained-junk' }]);
  });

  test("a will on another gateway's status is journaled as its sender's and delivered to nobody", async () => {
    const victim = await join('GW-1');
    await victim.subscribe('lifeline/v1/GW-1/#');
    const stranger = await RawClient.join(city.broker.port, {
      ...as('GW-2'),
      will: willOn('lifeline/v1/GW-1/status'),
    });
    await stranger.cut();
    await city.until(() => city.published.length === 1);
    expect(city.published[0]?.input.gateway).toBe('GW-2');
    await victim.roundTrip();
    expect(victim.kinds()).toEqual([]);
  });

  test('a will to $SYS is counted and dropped', async () => {
    const gateway = await RawClient.join(city.broker.port, { ...as('GW-1'), will: willOn('$SYS/x') });
    await gateway.cut();
    await city.until(() => city.refusals.some(({ reason }) => reason === 'sys-topic'));
    expect(city.published).toEqual([]);
  });

  test('a will to a wildcard is refused with its CONNECT', async () => {
    await expect(
      RawClient.join(city.broker.port, { ...as('GW-1'), will: willOn('lifeline/v1/#') }),
    ).rejects.toThrow('closed');
    expect(city.refusals).toMatchObject([{ reason: 'protocol' }]);
  });

  test('our own stop publishes no will and reports no absence', async () => {
    const will = willOn('lifeline/v1/GW-1/status');
    const gateway = await RawClient.join(city.broker.port, { ...as('GW-1'), will });
    await city.broker.close();
    await gateway.closed;
    await new Promise(setImmediate);
    expect(city.published).toEqual([]);
    expect(city.presences.map(({ connected }) => connected)).toEqual([true]);
  });
});
