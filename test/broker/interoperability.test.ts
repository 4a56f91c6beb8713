/** The MQTT 3.1.1 cases of the Paho interoperability suite, restated in raw frames against `npm run conformance`. */
import type { Packet } from 'mqtt-packet';
import { generate } from 'mqtt-packet';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Broker } from '#broker/ports.ts';
import { startConformance } from '#tools/conformance.ts';
import { connectPacket, publishPacket, RawClient } from './wire.ts';

let broker: Broker;
beforeAll(async () => {
  broker = await startConformance(0);
});
afterAll(() => broker.close());

const join = (change: Parameters<typeof connectPacket>[0]) => RawClient.join(broker.port, change);

/** Publishes with QoS 0, 1 and 2 and finishes the handshakes. */
async function publishEach(client: RawClient, topics: readonly string[], retain = false): Promise<void> {
  for (const [qos, topic] of topics.entries()) {
    const text = `qos ${qos}`;
    if (qos === 0) client.send(publishPacket(topic, text, { retain }));
    if (qos === 1) client.send(publishPacket(topic, text, { messageId: 1, retain }));
    if (qos === 1) await client.next('puback');
    if (qos === 2) await publishTwice(client, topic, text, retain);
  }
}

async function publishTwice(client: RawClient, topic: string, text: string, retain = false): Promise<void> {
  client.send(publishPacket(topic, text, { qos: 2, messageId: 2, retain }));
  await client.next('pubrec');
  client.send({ cmd: 'pubrel', messageId: 2 });
  await client.next('pubcomp');
}

/** Receives publishes and answers each as its QoS asks; answers what came, as `topic payload`. */
async function receive(client: RawClient, count: number): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < count) {
    const { topic, payload, qos, messageId = 0 } = await client.nextPublish();
    texts.push(`${topic} ${payload.toString()}`);
    if (qos === 1) client.send({ cmd: 'puback', messageId });
    if (qos !== 2) continue;
    client.send({ cmd: 'pubrec', messageId });
    await client.next('pubrel');
    client.send({ cmd: 'pubcomp', messageId });
  }
  return texts;
}

test('basic: publish and subscribe at QoS 0, 1 and 2', async () => {
  const client = await join({ clientId: 'basic' });
  expect(await client.subscribe(['basic/#', 2])).toEqual([2]);
  await publishEach(client, ['basic/0', 'basic/1', 'basic/2']);
  const got = await receive(client, 3);
  expect(got.toSorted()).toEqual(['basic/0 qos 0', 'basic/1 qos 1', 'basic/2 qos 2']);
  client.send({ cmd: 'unsubscribe', messageId: 9, unsubscriptions: ['basic/#'] });
  await client.next('unsuback');
  await publishEach(client, ['basic/0', 'basic/1']);
  await client.roundTrip();
  expect(client.kinds()).toEqual([]);
  await client.leave();
});

test('basic: a second CONNECT on one connection ends it', async () => {
  const client = await join({ clientId: 'basic-twice' });
  client.send(connectPacket({ clientId: 'basic-twice' }));
  await client.closed;
});

test('basic: a protocol name that is not MQTT ends the connection without CONNACK', async () => {
  const client = await RawClient.open(broker.port);
  const bytes = generate(connectPacket());
  bytes.write('hjkl', 4);
  client.socket.write(bytes);
  await client.closed;
  expect(client.kinds()).toEqual([]);
});

test('retained messages are found by a wildcard, and an empty one clears them', async () => {
  const topics = ['retained/TopicA/B', 'retained/Topic/C', 'retained/TopicA/C'];
  const publisher = await join({ clientId: 'retaining' });
  await publishEach(publisher, topics, true);
  const subscriber = await join({ clientId: 'retained-reader' });
  await subscriber.subscribe(['retained/+/+', 2]);
  const found: string[] = [];
  for (let n = 0; n < 3; n += 1) {
    const { topic, retain } = await subscriber.nextPublish();
    found.push(`${topic} ${retain}`);
  }
  expect(found.toSorted()).toEqual(topics.map((topic) => `${topic} true`).toSorted());
  for (const topic of topics) publisher.send(publishPacket(topic, '', { messageId: 3, retain: true }));
  for (const _ of topics) await publisher.next('puback');
  const later = await join({ clientId: 'retained-late' });
  await later.subscribe(['retained/+/+', 2]);
  await later.roundTrip();
  expect(later.kinds()).toEqual([]);
});

test('a live message reaches an existing subscriber without the retain flag', async () => {
  const subscriber = await join({ clientId: 'live' });
  await subscriber.subscribe('live/topic');
  const publisher = await join({ clientId: 'live-publisher' });
  publisher.send(publishPacket('live/topic', 'x', { messageId: 1, retain: true }));
  expect((await subscriber.nextPublish()).retain).toBe(false);
});

test('a zero-length client id is refused for a persistent session and accepted for a clean one', async () => {
  const refused = await RawClient.open(broker.port);
  const bytes = generate(connectPacket({ clientId: '' }));
  bytes[9] = 0;
  refused.socket.write(bytes);
  expect(await refused.next('connack')).toMatchObject({ returnCode: 2 });
  await refused.closed;
  const accepted = await join({ clientId: '' });
  await accepted.roundTrip();
});

test('offline message queueing: QoS 1 and 2 wait for a persistent session', async () => {
  const session = { clientId: 'offline', clean: false };
  const client = await join(session);
  await client.subscribe(['offline/#', 2]);
  await client.leave();
  const publisher = await join({ clientId: 'offline-publisher' });
  await publishEach(publisher, ['offline/0', 'offline/1', 'offline/2']);
  const back = await RawClient.open(broker.port);
  back.send(connectPacket(session));
  expect(await back.next('connack')).toMatchObject({ returnCode: 0, sessionPresent: true });
  expect(await receive(back, 2)).toEqual(['offline/1 qos 1', 'offline/2 qos 2']);
  await back.roundTrip();
  expect(back.kinds()).toEqual([]);
  await back.leave();
  const clean = await RawClient.open(broker.port);
  clean.send(connectPacket({ clientId: 'offline' }));
  expect(await clean.next('connack')).toMatchObject({ sessionPresent: false });
});

test('the will is published when the line breaks, and not after DISCONNECT', async () => {
  const watcher = await join({ clientId: 'will-watcher' });
  await watcher.subscribe(['will/#', 2]);
  const will = (text: string) => ({ topic: 'will/x', payload: Buffer.from(text), qos: 2 as const });
  const polite = await join({ clientId: 'polite', will: will('left') });
  await polite.leave();
  const broken = await join({ clientId: 'broken', will: will('broke') });
  await broken.cut();
  expect(await receive(watcher, 1)).toEqual(['will/x broke']);
});

test('overlapping subscriptions: at the highest QoS granted, once or once for each', async () => {
  const client = await join({ clientId: 'overlapping' });
  await client.subscribe(['overlapping/#', 2], ['overlapping/+', 1]);
  await publishTwice(client, 'overlapping/x', 'both');
  const levels = [(await client.nextPublish()).qos];
  await client.roundTrip();
  for (const packet of client.received) if (packet.cmd === 'publish') levels.push(packet.qos);
  expect([[2], [2, 1], [1, 2]]).toContainEqual(levels);
});

test('a message never exceeds the QoS that was granted, wildcard or not', async () => {
  const client = await join({ clientId: 'granted' });
  await client.subscribe(['granted/+', 1]);
  await publishTwice(client, 'granted/x', 'high');
  expect((await client.nextPublish()).qos).toBe(1);
});

test('keep-alive: a client silent for one and a half times its promise is gone, and its will is out', async () => {
  const watcher = await join({ clientId: 'keepalive-watcher' });
  await watcher.subscribe(['keepalive/will', 2]);
  const will = { topic: 'keepalive/will', payload: Buffer.from('silent'), qos: 0 as const };
  const since = performance.now();
  const silent = await join({ clientId: 'silent', keepalive: 1, will });
  expect((await watcher.nextPublish()).payload.toString()).toBe('silent');
  await silent.closed;
  expect(performance.now() - since).toBeGreaterThan(1400);
});

test('redelivery on reconnect: unacknowledged QoS 1 and 2 come again, with DUP', async () => {
  const session = { clientId: 'redelivery', clean: false };
  const client = await join(session);
  await client.subscribe(['redelivery/#', 2]);
  await publishEach(client, ['redelivery/0', 'redelivery/1', 'redelivery/2']);
  const first = [await client.nextPublish(), await client.nextPublish(), await client.nextPublish()];
  expect(first.map(({ dup }) => dup)).toEqual([false, false, false]);
  await client.cut();
  const back = await join(session);
  const again = [await back.nextPublish(), await back.nextPublish()];
  expect(again.map(({ topic, dup, qos }) => [topic, dup, qos])).toEqual([
    ['redelivery/1', true, 1],
    ['redelivery/2', true, 2],
  ]);
  expect(again.map(({ messageId }) => messageId)).toEqual(
    first.filter(({ qos }) => qos > 0).map(({ messageId }) => messageId),
  );
});

test('redelivery on reconnect: after PUBREC only the PUBREL comes again', async () => {
  const session = { clientId: 'redelivery-2', clean: false };
  const client = await join(session);
  await client.subscribe(['redelivery-2', 2]);
  await publishTwice(client, 'redelivery-2', 'once');
  const { messageId = 0 } = await client.nextPublish();
  client.send({ cmd: 'pubrec', messageId });
  await client.next('pubrel');
  await client.cut();
  const back = await join(session);
  expect(await back.next('pubrel')).toMatchObject({ messageId });
  back.send({ cmd: 'pubcomp', messageId });
  await back.roundTrip();
  expect(back.kinds()).toEqual([]);
});

test('subscribe failure: 0x80 for the topic that may not be subscribed to', async () => {
  const client = await join({ clientId: 'subscribe-failure' });
  expect(await client.subscribe(['test/nosubscribe', 2])).toEqual([128]);
  expect(await client.subscribe(['fine', 2], ['test/nosubscribe', 2], ['fine/too', 0])).toEqual([2, 128, 0]);
});

test('topics that begin with $ match no filter that begins with a wildcard', async () => {
  const client = await join({ clientId: 'dollar' });
  await client.subscribe(['#', 2], ['+/x', 2]);
  client.send(publishPacket('$dollar/x', 'hidden', { messageId: 1 }));
  await client.next('puback');
  await client.roundTrip();
  const dollars = client.received.filter(
    (packet) => packet.cmd === 'publish' && packet.topic.startsWith('$'),
  );
  expect(dollars).toEqual([]);
  await client.subscribe(['$dollar/#', 1]);
  client.send(publishPacket('$dollar/x', 'asked for', { messageId: 2 }));
  const isDollar = ({ cmd, ...packet }: Packet) =>
    cmd === 'publish' && 'topic' in packet && packet.topic === '$dollar/x';
  expect(await client.nextWhere(isDollar, 'the $ topic')).toMatchObject({ qos: 1 });
});
