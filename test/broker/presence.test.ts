import type { Duplex } from 'node:stream';
import { generate } from 'mqtt-packet';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { startInMemory } from './in-memory.ts';
import { connectPacket, RawClient } from './wire.ts';

let city: CityBroker;
beforeEach(async () => {
  city = await startCity();
});
afterEach(() => city.broker.close());

const join = (gateway: string, client: string, address?: string) =>
  RawClient.join(city.broker.port, as(gateway, client), address);
const counts = () =>
  city.presences.map(({ client, connected, connections }) => [client, connected, connections]);

test('presence counts open connections, whichever way they end', async () => {
  const a = await join('GW-1', 'a');
  const b = await join('GW-1', 'b');
  await a.leave();
  await city.until(() => city.presences.length === 3);
  await b.cut();
  await city.until(() => city.presences.length === 4);
  expect(counts()).toEqual([
    ['a', true, 1],
    ['b', true, 2],
    ['a', false, 1],
    ['b', false, 0],
  ]);
  expect(city.presences[0]).toEqual({
    kind: 'presence',
    gateway: 'GW-1',
    client: 'a',
    connected: true,
    connections: 1,
    address: '127.0.0.1',
  });
});

test('a takeover never looks like an absence', async () => {
  await join('GW-1', 'a');
  await join('GW-1', 'a');
  await city.until(() => city.presences.length === 3);
  expect(counts()).toEqual([
    ['a', true, 1],
    ['a', true, 2],
    ['a', false, 1],
  ]);
});

test('the server can disconnect a gateway', async () => {
  const a = await join('GW-1', 'a');
  const b = await join('GW-1', 'b');
  const other = await join('GW-2', 'a');
  city.broker.disconnect('GW-1', 'retired');
  await Promise.all([a.closed, b.closed]);
  await city.until(() => city.broker.connections() === 1);
  await other.roundTrip();
  expect([city.broker.connectionsOf('GW-1'), city.broker.connectionsOf('GW-2')]).toEqual([0, 1]);
  expect(city.refusals).toEqual([]);
});

test('twins: more than three takeovers of one client id in a minute, cleared after a quiet one', async () => {
  for (let n = 0; n < 4; n += 1) await join('GW-1', 'a');
  expect(city.conditions).toEqual([]);
  await join('GW-1', 'a');
  expect(city.conditions).toEqual([
    {
      name: 'twin-identity',
      subject: 'GW-1',
      active: true,
      detail: { addresses: '127.0.0.1', takeovers: 4 },
    },
  ]);
  city.clock.advance(59_000);
  expect(city.conditions.length).toBe(1);
  city.clock.advance(2_000);
  expect(city.conditions[1]).toMatchObject({ name: 'twin-identity', active: false });
});

test('four takeovers spread over more than a minute are a bad line, not twins', async () => {
  for (let n = 0; n < 6; n += 1) {
    await join('GW-1', 'a');
    city.clock.advance(20_000);
  }
  expect(city.conditions).toEqual([]);
});

test('twins: one gateway at two addresses at once, for as long as it lasts and a minute more', async () => {
  await join('GW-1', 'a');
  const twin = await join('GW-1', 'b', '127.0.0.2');
  expect(city.conditions).toMatchObject([
    { name: 'twin-identity', subject: 'GW-1', active: true, detail: { addresses: '127.0.0.1, 127.0.0.2' } },
  ]);
  city.clock.advance(300_000);
  expect(city.conditions.length).toBe(1);
  await twin.cut();
  await city.until(() => city.broker.connections() === 1);
  city.clock.advance(62_000);
  expect(city.conditions[1]).toMatchObject({ name: 'twin-identity', subject: 'GW-1', active: false });
});

test('a gateway that moves to another address under the same client id is no twin', async () => {
  await join('GW-1', 'a');
  await join('GW-1', 'a', '127.0.0.2');
  expect(city.conditions).toEqual([]);
});

test('a line that breaks while its successor logs in does not strike the successor off', async () => {
  const streams: Duplex[] = [];
  const memory = await startInMemory({
    presence: ({ connected, connections }) => {
      if (connected && connections === 2) streams[0]?.destroy();
    },
  });
  const join = async (): Promise<void> => {
    const { peer, stream } = memory.open();
    streams.push(stream);
    const answered = new Promise((resolve) => peer.once('data', resolve));
    peer.write(generate(connectPacket({ clientId: 'a' })));
    await answered;
    const subscribed = new Promise((resolve) => peer.once('data', resolve));
    const subscriptions = [{ topic: 'lifeline/v1/GW-1/command', qos: 1 as const }];
    peer.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }));
    await subscribed;
  };
  await join();
  await join();
  expect(Object.keys(memory.switchboard.aedes.clients)).toEqual(['GW-1/a']);
  expect(memory.switchboard.aedes.connectedClients).toBe(1);
  await memory.close();
  expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
});
