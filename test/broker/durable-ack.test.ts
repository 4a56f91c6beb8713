import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { publishPacket, RawClient } from './wire.ts';

const TELEMETRY = 'lifeline/v1/GW-1/telemetry';
let city: CityBroker;
beforeEach(async () => {
  city = await startCity();
});
afterEach(() => city.broker.close());

test('a publish is acknowledged only when the journal has it', async () => {
  city.hold(true);
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(publishPacket(TELEMETRY, 'one', { messageId: 7 }));
  await city.until(() => city.published.length === 1);
  await gateway.roundTrip();
  expect(gateway.kinds()).toEqual([]);
  city.published[0]?.done();
  expect(await gateway.next('puback')).toMatchObject({ messageId: 7 });
});

test('what reaches the journal names the proved gateway, its client, and the packet', async () => {
  const gateway = await RawClient.join(city.broker.port, as('GW-1', 'main-board'));
  gateway.send(publishPacket(TELEMETRY, '{"a":1}', { messageId: 9, dup: true }));
  await gateway.next('puback');
  const { payload, ...rest } = city.published[0]?.input ?? { payload: new Uint8Array() };
  expect(Buffer.from(payload).toString()).toBe('{"a":1}');
  expect(rest).toEqual({
    kind: 'publish',
    gateway: 'GW-1',
    client: 'main-board',
    topic: TELEMETRY,
    qos: 1,
    dup: true,
    packetId: 9,
  });
});

test('acknowledgements leave in the order of the publishes, however the journal reports them', async () => {
  city.hold(true);
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(
    ...[1, 2, 3, 4, 5].map((messageId) => publishPacket(TELEMETRY, `m${messageId}`, { messageId })),
  );
  await city.until(() => city.published.length === 5);
  for (const index of [3, 1, 4, 0, 2]) city.published[index]?.done();
  const ids: unknown[] = [];
  while (ids.length < 5) ids.push((await gateway.next('puback')).messageId);
  expect(ids).toEqual([1, 2, 3, 4, 5]);
});

test('when the journal fails, the connection closes without an acknowledgement', async () => {
  city.hold(true);
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(...[1, 2, 3].map((messageId) => publishPacket(TELEMETRY, `m${messageId}`, { messageId })));
  await city.until(() => city.published.length === 3);
  city.published[0]?.done();
  expect(await gateway.next('puback')).toMatchObject({ messageId: 1 });
  city.published[1]?.done(new Error('disk full'));
  city.published[2]?.done();
  await gateway.closed;
  expect(gateway.received).toEqual([]);
  expect(city.refusals).toEqual([]);
  expect(city.broker.heldBytes()).toBe(0);
});

test('a publish of QoS 0 is journaled too', async () => {
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(publishPacket(TELEMETRY, 'no promise'));
  await city.until(() => city.published.length === 1);
  expect(city.published[0]?.input).toMatchObject({ qos: 0, packetId: 0 });
});

test('QoS 2: resends before PUBREL are one journal entry, and PUBREC waits for the journal', async () => {
  city.hold(true);
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  const first = publishPacket(TELEMETRY, 'once', { qos: 2, messageId: 5 });
  gateway.send(first, { ...first, dup: true });
  await city.until(() => city.published.length === 1);
  await gateway.roundTrip();
  expect(gateway.kinds()).toEqual([]);
  city.published[0]?.done();
  await gateway.next('pubrec');
  await gateway.next('pubrec');
  gateway.send({ ...first, dup: true });
  await gateway.next('pubrec');
  expect(city.texts()).toEqual(['once']);
  gateway.send({ cmd: 'pubrel', messageId: 5 });
  await gateway.next('pubcomp');

  city.hold(false);
  gateway.send(publishPacket(TELEMETRY, 'another under the same id', { qos: 2, messageId: 5 }));
  await gateway.next('pubrec');
  expect(city.texts()).toEqual(['once', 'another under the same id']);
});

test('QoS 2: a persistent session that reconnects and resends is still one journal entry', async () => {
  const session = { ...as('GW-1'), clean: false };
  const first = publishPacket(TELEMETRY, 'once', { qos: 2, messageId: 5 });
  const before = await RawClient.join(city.broker.port, session);
  before.send(first);
  await before.next('pubrec');
  await before.cut();
  const after = await RawClient.join(city.broker.port, session);
  after.send({ ...first, dup: true });
  await after.next('pubrec');
  after.send({ cmd: 'pubrel', messageId: 5 });
  await after.next('pubcomp');
  expect(city.texts()).toEqual(['once']);
});

test('QoS 2: PUBREL before the journal answered never makes the next message under that id a resend', async () => {
  city.hold(true);
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.send(publishPacket(TELEMETRY, 'one', { qos: 2, messageId: 5 }), { cmd: 'pubrel', messageId: 5 });
  await gateway.next('pubcomp');
  gateway.send(publishPacket(TELEMETRY, 'two', { qos: 2, messageId: 5 }));
  await city.until(() => city.published.length === 2);
  expect(city.texts()).toEqual(['one', 'two']);
});

test('QoS 2: a journal failure frees the id, so the resend is journaled', async () => {
  city.hold(true);
  const session = { ...as('GW-1'), clean: false };
  const first = publishPacket(TELEMETRY, 'once', { qos: 2, messageId: 5 });
  const before = await RawClient.join(city.broker.port, session);
  before.send(first);
  await city.until(() => city.published.length === 1);
  city.published[0]?.done(new Error('disk full'));
  await before.closed;
  const after = await RawClient.join(city.broker.port, session);
  after.send({ ...first, dup: true });
  await city.until(() => city.published.length === 2);
  city.published[1]?.done();
  await after.next('pubrec');
});

test('packet id 0 is a protocol fault, not an acknowledgement', async () => {
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  gateway.socket.write(Buffer.from([0x32, 5, 0, 1, 0x61, 0, 0]));
  await gateway.closed;
  expect(city.published).toEqual([]);
  expect(city.refusals).toMatchObject([{ reason: 'protocol', subject: 'GW-1' }]);
});
