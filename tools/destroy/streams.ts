/** Malformed MQTT streams: valid packets in a plausible order, mutated. The broker stays up, and nobody beside them is hurt. */
import { connect } from 'node:net';
import { generate, type Packet } from 'mqtt-packet';
import type { Random } from '#test/simulation/random.ts';
import { connectPacket, publishPacket } from '#test/broker/wire.ts';
import type { Act } from './act.ts';
import { inCity } from './process-city.ts';
import { toldByMetric } from './told.ts';

const GATEWAY = 'GW-STREAMS';
const TOGETHER = 50;
/** What a stream may take: what nobody cuts is cut by us. */
const STREAM_MS_MAX = 400;
const ALARM_EVERY = 500;
const GARBAGE_BYTES_MAX = 80;
/** Addresses of this machine: one alone would be throttled, as it should. */
const ADDRESSES = 40;

export const streams: Act = {
  name: 'streams',
  does: 'malformed MQTT streams, mutated from valid packets, while the city works',
  counts: { test: 50, usual: 2_000, full: 10_000 },
  run: ({ count, random, say }) =>
    inCity({ alarms: Math.ceil(count / ALARM_EVERY) + 1, moreGateways: [GATEWAY] }, async (city) => {
      const { pid, mqttPort } = city.platform();
      city.field.load(true);
      for (let done = 0; done < count; done += TOGETHER) {
        const some = Array.from({ length: Math.min(TOGETHER, count - done) }, (_, place) => {
          const login = random.chance(0.8) ? (city.secrets.get(GATEWAY) ?? '') : 'wrong';
          const bytes = streamOf(random, login, done + place);
          return pour(mqttPort, `127.0.0.${2 + ((done + place) % ADDRESSES)}`, bytes);
        });
        await Promise.all(some);
        if (done % ALARM_EVERY === 0) await city.ring();
        say(`${done} of ${count} streams`);
      }
      if (city.platform().pid !== pid) city.breach('the platform died of a stream');
      await toldByMetric(city, 'protocol');
    }),
};

/** One conversation's bytes in pieces, as they will be written. */
function streamOf(random: Random, secret: string, number: number): Uint8Array[] {
  const topic = `lifeline/v1/${GATEWAY}/telemetry`;
  const messageId = 1 + random.int(65_535);
  const packets: Packet[] = [
    connectPacket({
      ...{ clientId: `stream-${number}`, username: GATEWAY, password: Buffer.from(secret) },
      clean: random.chance(0.5),
      keepalive: random.int(65_536),
    }),
    ...Array.from({ length: random.int(5) }, () => packetOf(random, topic, messageId)),
  ];
  const valid = packets.map((packet) => Uint8Array.from(generate(packet)));
  const mutations = 1 + random.int(3);
  // Mostly behind the log-in: what a stranger sends is cut at once.
  const first = random.chance(0.7) ? 1 : 0;
  const bytes = Buffer.concat([...valid.slice(0, first), ...mutated(random, valid.slice(first), mutations)]);
  const cut = random.int(bytes.length + 1);
  return random.chance(0.5) ? [bytes] : [bytes.subarray(0, cut), bytes.subarray(cut)];
}

function packetOf(random: Random, topic: string, messageId: number): Packet {
  const record = JSON.stringify({ device: 'X-1', time: 1_763_800_000_000, values: { ch4: 0.1 } });
  return random.pick<() => Packet>([
    () => publishPacket(topic, record, { messageId }),
    () => publishPacket(topic, record, { messageId, qos: 2 }),
    () => publishPacket(topic, Buffer.from(random.bytes(random.int(200)))),
    () => publishPacket('lifeline/v1/GW-1/telemetry', record, { messageId }),
    () => ({ cmd: 'subscribe', messageId, subscriptions: [{ topic: `lifeline/v1/${GATEWAY}/#`, qos: 1 }] }),
    () => ({ cmd: 'unsubscribe', messageId, unsubscriptions: [topic] }),
    () => ({ cmd: 'pubrel', messageId }),
    () => ({ cmd: 'puback', messageId }),
    () => ({ cmd: 'pingreq' }),
    () => ({ cmd: 'disconnect' }),
  ])();
}

function mutated(random: Random, packets: readonly Uint8Array[], times: number): Uint8Array[] {
  const out = [...packets, Uint8Array.from(random.bytes(random.int(8)))];
  for (let time = 0; time < times; time++) {
    const place = random.int(out.length);
    const packet = Uint8Array.from(out[place] ?? []);
    const at = random.int(packet.length);
    const bit = 1 << random.int(8);
    out[place] = random.pick<() => Uint8Array>([
      // A bit anywhere, in the header, or in the length.
      () => packet.map((byte, index) => (index === at ? byte ^ bit : byte)),
      () => packet.map((byte, index) => (index === 0 ? byte ^ bit : byte)),
      () => packet.map((byte, index) => (index === 1 ? random.int(256) : byte)),
      () => packet.subarray(0, at),
      () =>
        Buffer.concat([
          packet.subarray(0, at),
          random.bytes(random.int(GARBAGE_BYTES_MAX)),
          packet.subarray(at),
        ]),
      () => Buffer.concat([packet, packet]),
      () => random.bytes(random.int(GARBAGE_BYTES_MAX)),
      // A length of five bytes, or one that promises 256 MB.
      () =>
        Buffer.concat([
          packet.subarray(0, 1),
          Buffer.from([0xff, 0xff, 0xff, 0xff, 0x7f]),
          packet.subarray(1),
        ]),
      () => Buffer.concat([packet.subarray(0, 1), Buffer.from([0xff, 0xff, 0xff, 0x7f]), packet.subarray(1)]),
    ])();
  }
  return out;
}

/** Writes the pieces from `localAddress`; resolves when either side has closed. */
function pour(port: number, localAddress: string, pieces: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    const timer = setTimeout(() => socket.destroy(), STREAM_MS_MAX);
    socket.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    // Cut by the broker in mid-write: that is what it should do.
    socket.on('error', () => {});
    socket.on('data', () => {});
    for (const piece of pieces) if (piece.length > 0) socket.write(piece);
  });
}
