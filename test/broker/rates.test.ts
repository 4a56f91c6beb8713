/** A gateway that sends too much is slowed down: nothing of QoS 1 is lost, and a person learns of it. */
import { afterEach, expect, test } from 'vitest';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { connectPacket, publishPacket, RawClient } from './wire.ts';

let city: CityBroker;
afterEach(() => city.broker.close());

const RATES = { publishesPerS: 10, bytesPerS: 1_000_000, connectionsPerS: 1000 };
/** Publishes the journal has synced; it answers a little later, as a real one does. */
let synced = 0;
async function start(change: Parameters<typeof startCity>[0]): Promise<void> {
  city = await startCity(change);
  city.hold(true);
  synced = 0;
}
const TOPIC = 'lifeline/v1/GW-1/telemetry';
const flood = (count: number, qos: 0 | 1, from = 1, payload = 'x') =>
  Array.from({ length: count }, (_, n) =>
    publishPacket(TOPIC, `${payload}${from + n}`, qos === 0 ? {} : { messageId: from + n }),
  );
/** Everything the broker was going to do by itself, it has done. */
const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    for (const { done } of city.published.slice(synced)) done();
    synced = city.published.length;
  }
};
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await settle();
  await settle();
}
async function roundTrip(client: RawClient): Promise<void> {
  const back = client.roundTrip();
  let done = false;
  void back.then(() => (done = true));
  await until(() => done);
}
/** Runs the clock a tenth of a second at a time, with room for the sockets in between. */
async function pass(ms: number): Promise<void> {
  for (let at = 0; at < ms; at += 100) {
    city.clock.advance(100);
    await settle();
  }
}

test('QoS 1 over the rate waits: every publish is taken and acknowledged, in order', async () => {
  await start({ rates: RATES, heldPerClientMax: 5 });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...flood(100, 1));
  await until(() => city.published.length >= 20);
  await settle();
  expect(city.published.length).toBeLessThan(30);
  await pass(4_000);
  expect(city.published.length).toBeGreaterThan(50);
  expect(city.published.length).toBeLessThan(75);
  await pass(6_000);
  await until(() => gateway.received.length === 100);
  expect(city.texts()).toEqual(Array.from({ length: 100 }, (_, n) => `x${n + 1}`));
  expect(city.refusals).toEqual([]);
});

test('one gateway over its rate slows no other down', async () => {
  await start({ rates: RATES });
  const greedy = await RawClient.join(city.broker.port, as('GW-1'));
  const modest = await RawClient.join(city.broker.port, as('GW-2'));
  greedy.send(...flood(100, 1));
  await until(() => city.published.length >= 20);
  modest.send(publishPacket('lifeline/v1/GW-2/telemetry', 'modest', { messageId: 1 }));
  await until(() => modest.kinds().includes('puback'));
});

test('two connections of one gateway share its rate', async () => {
  await start({ rates: RATES, heldPerClientMax: 2 });
  const one = await RawClient.join(city.broker.port, as('GW-1', 'one'));
  const two = await RawClient.join(city.broker.port, as('GW-1', 'two'));
  one.send(...flood(30, 1));
  two.send(...flood(30, 1));
  await until(() => city.published.length >= 20);
  await settle();
  expect(city.published.length).toBeLessThan(30);
});

test('bytes are counted as well as publishes', async () => {
  await start({ rates: { ...RATES, bytesPerS: 10_000 }, heldPerClientMax: 2 });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...flood(15, 1, 1, 'x'.repeat(4_000)));
  await until(() => city.published.length >= 5);
  await settle();
  expect(city.published.length).toBeLessThan(10);
  await pass(6_000);
  await until(() => city.published.length === 15);
});

test('QoS 0 over the rate is dropped and counted, and told of as long as it lasts', async () => {
  await start({ rates: RATES });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...flood(28, 0));
  await roundTrip(gateway);
  expect([city.published.length, city.refusals.length]).toEqual([21, 7]);
  expect(city.refusals[0]).toEqual({
    reason: 'rate',
    subject: 'GW-1',
    detail: `QoS 0 over the rate: ${TOPIC}`,
  });
  expect(city.conditions).toMatchObject([{ name: 'rate-limited', subject: 'GW-1', active: true }]);
  expect(city.broker.limited()).toBe(1);
  await pass(62_000);
  expect(city.conditions[1]).toMatchObject({
    name: 'rate-limited',
    subject: 'GW-1',
    active: false,
    detail: { lost: 7 },
  });
  expect(city.broker.limited()).toBe(0);
});

test('a flood of QoS 0 is not read on for ever, and the rate itself still gets through', async () => {
  await start({ rates: RATES, heldPerClientMax: 5 });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...flood(400, 0));
  await until(() => city.published.length + city.refusals.length >= 30);
  expect(city.published.length + city.refusals.length).toBeLessThan(50);
  const before = city.published.length;
  await pass(3_000);
  const taken = city.published.length - before;
  expect(taken).toBeGreaterThan(10);
  expect(taken).toBeLessThan(40);
});

test('QoS 0 that is dropped reaches no subscriber', async () => {
  await start({ rates: RATES });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  await gateway.subscribe('lifeline/v1/GW-1/status');
  gateway.send(...Array.from({ length: 25 }, (_, n) => publishPacket('lifeline/v1/GW-1/status', `${n}`)));
  await roundTrip(gateway);
  await roundTrip(gateway);
  expect(gateway.kinds().filter((kind) => kind === 'publish')).toHaveLength(21);
});

test('a short haste rings nobody; half a minute over the rate does, and a quiet minute ends it', async () => {
  await start({ rates: RATES, heldPerClientMax: 5 });
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...flood(100, 1));
  await until(() => city.published.length >= 20);
  await pass(12_000);
  expect([city.published.length, city.conditions]).toEqual([100, []]);
  gateway.send(...flood(600, 1, 200));
  await until(() => city.published.length >= 110);
  await pass(40_000);
  expect(city.conditions).toMatchObject([{ name: 'rate-limited', subject: 'GW-1', active: true }]);
  await pass(100_000);
  expect(city.conditions).toHaveLength(2);
  expect(city.conditions[1]).toMatchObject({ active: false, detail: { lost: 0 } });
  expect(city.published.length).toBe(700);
});

test('a gateway that is held back is not taken for silent', async () => {
  await start({ rates: { ...RATES, publishesPerS: 1 }, heldPerClientMax: 1 });
  const gateway = await RawClient.join(city.broker.port, { ...as('GW-1'), keepalive: 1 });
  gateway.send(...flood(5, 1));
  const since = performance.now();
  while (performance.now() - since < 2_200) {
    city.clock.advance(2);
    await new Promise((resolve) => setTimeout(resolve, 100));
    city.clock.advance(1000 - 2);
    if (city.published.length === 5) break;
  }
  expect(gateway.socket.destroyed).toBe(false);
});

test('connections of one address that come too fast are closed unread, counted and told of', async () => {
  await start({ rates: { ...RATES, connectionsPerS: 2 }, connectionsPerAddressMax: 5 });
  for (let n = 0; n < 5; n += 1)
    await (await RawClient.join(city.broker.port, as('GW-1'), '127.0.0.7')).leave();
  const late = await RawClient.open(city.broker.port, '127.0.0.7');
  late.send(connectPacket(as('GW-1')));
  await late.closed;
  expect(city.refusals).toEqual([
    { reason: 'rate', subject: '127.0.0.7', detail: 'more than 2 connections a second' },
  ]);
  expect(city.conditions).toEqual([
    {
      ...{ name: 'rate-limited', subject: 'addresses', active: true },
      detail: { addresses: 1, newest: '127.0.0.7' },
    },
  ]);
  await (await RawClient.join(city.broker.port, as('GW-2'), '127.0.0.8')).leave();
  city.clock.advance(1000);
  await (await RawClient.join(city.broker.port, as('GW-1'), '127.0.0.7')).leave();
});

test('addresses that connect too fast one after another are one alarm, told anew when there are ten times as many', async () => {
  await start({ rates: { ...RATES, connectionsPerS: 1 }, connectionsPerAddressMax: 1 });
  for (let n = 1; n <= 12; n += 1) {
    await (await RawClient.join(city.broker.port, as('GW-1'), `127.0.1.${n}`)).leave();
    await (await RawClient.open(city.broker.port, `127.0.1.${n}`)).closed;
  }
  const told = () => city.conditions.map(({ subject, active, detail }) => [subject, active, detail]);
  const newest = '127.0.1.10, 127.0.1.9, 127.0.1.8, 127.0.1.7, 127.0.1.6';
  expect(told()).toEqual([
    ['addresses', true, { addresses: 1, newest: '127.0.1.1' }],
    ['addresses', false, { addresses: 10, newest }],
    ['addresses', true, { addresses: 10, newest }],
  ]);
  await pass(62_000);
  expect(told().slice(3)).toEqual([['addresses', false, { addresses: 0, newest: '' }]]);
});
