/**
 * A load of MQTT publishes from raw sockets: QoS 1, a fixed window per gateway. Packets are built ahead and only their
 * numbers are written into them as they leave, so that the generator costs little beside what it loads. Speaks just
 * enough MQTT for that. Run it in a process of its own.
 */
import { connect, type Socket } from 'node:net';

export type LoadGateway = {
  readonly id: string;
  readonly secret: string;
  readonly devices: readonly string[];
};

export type LoadResult = { readonly messages: number; readonly seconds: number; readonly cpuSeconds: number };

const CHANNELS = ['a', 'b', 'c', 'd', 'e'] as const;

/** Publishes `messages` in all, spread over the gateways; resolves when every one is acknowledged. */
export async function runLoad(
  port: number,
  gateways: readonly LoadGateway[],
  options: { readonly messages: number; readonly window: number },
): Promise<LoadResult> {
  const each = Math.ceil(options.messages / gateways.length);
  const clients = await Promise.all(gateways.map((gateway) => logIn(port, gateway)));
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  await Promise.all(clients.map((socket, i) => publishAll(socket, gateways[i], each, options.window)));
  const seconds = (performance.now() - from) / 1_000;
  const cpu = process.cpuUsage(cpuFrom);
  for (const socket of clients) socket.destroy();
  return { messages: each * gateways.length, seconds, cpuSeconds: (cpu.user + cpu.system) / 1e6 };
}

function logIn(port: number, { id, secret }: LoadGateway): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      const body = Buffer.concat([
        Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 0xc2, 0, 120]),
        ...[`load-${id}`, id, secret].map(text),
      ]);
      socket.write(frame(0x10, body));
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('data', (answer) => {
      if (answer[0] === 0x20 && answer[3] === 0) resolve(socket);
      else reject(new Error(`${id}: refused with ${answer[3]}`));
    });
  });
}

/** Keeps `window` publishes in flight until `count` are acknowledged. */
function publishAll(
  socket: Socket,
  gateway: LoadGateway | undefined,
  count: number,
  window: number,
): Promise<void> {
  if (gateway === undefined) return Promise.resolve();
  const packets = createPackets(gateway);
  return new Promise((resolve, reject) => {
    let sent = 0;
    let acknowledged = 0;
    const send = (wanted: number): void => {
      const now = Date.now();
      const packetsDue = Math.min(wanted, count - sent);
      if (packetsDue === 0) return;
      const bytes = Buffer.allocUnsafe(packetsDue * packets.bytesMax);
      let at = 0;
      for (let left = packetsDue; left > 0; left--) at += packets.next(now).copy(bytes, at);
      sent += packetsDue;
      socket.write(bytes.subarray(0, at));
    };
    let rest = 0;
    socket.on('data', (chunk) => {
      rest += chunk.length;
      const acks = Math.floor(rest / 4);
      rest -= acks * 4;
      acknowledged += acks;
      if (acknowledged >= count) resolve();
      else send(acks);
    });
    socket.once('close', () => reject(new Error(`${gateway.id}: closed after ${acknowledged} of ${count}`)));
    send(window);
  });
}

/** So many different records of each device go round. */
const VARIANTS = 7;
/** Digits of an epoch in milliseconds; sequence numbers begin there too, so that those of a later run are higher. */
const MS_DIGITS = 13;

/**
 * Records of five values, about 200 bytes with their head, of one device after another. As from real ones, no two of a
 * device have the same time or number. What `next` gives is written over by a later call: copy it first.
 */
function createPackets(gateway: LoadGateway): { readonly bytesMax: number; next(now: number): Buffer } {
  const topic = text(`lifeline/v1/${gateway.id}/telemetry`);
  const templates = gateway.devices.flatMap((device, place) =>
    Array.from({ length: VARIANTS }, (_, variant) => template(topic, device, place * VARIANTS + variant)),
  );
  let sent = 0;
  let time = 0;
  let sequence = Date.now();
  return {
    bytesMax: Math.max(...templates.map(({ bytes }) => bytes.length)),
    next(now) {
      const place = sent % gateway.devices.length;
      const round = Math.floor(sent / gateway.devices.length);
      if (place === 0) {
        time = Math.max(now, time + 1);
        sequence += 1;
      }
      const found = templates[place * VARIANTS + (round % VARIANTS)];
      if (found === undefined) throw new RangeError(`${gateway.id} has no device`);
      found.bytes.writeUInt16BE((sent % 65_535) + 1, found.packetIdAt);
      found.bytes.write(String(time), found.timeAt, 'latin1');
      found.bytes.write(String(sequence), found.sequenceAt, 'latin1');
      sent += 1;
      return found.bytes;
    },
  };
}

type Template = {
  readonly bytes: Buffer;
  readonly packetIdAt: number;
  readonly timeAt: number;
  readonly sequenceAt: number;
};

function template(topic: Buffer, device: string, number: number): Template {
  const values = CHANNELS.map((channel, i) => `"${channel}":${((number * 7 + i * 13) % 400) / 1_000}`);
  const digits = '0'.repeat(MS_DIGITS);
  const payload = `{"device":"${device}","time":${digits},"seq":${digits},"values":{${values.join(',')}},"quality":"good"}`;
  const bytes = frame(0x32, Buffer.concat([topic, Buffer.alloc(2), Buffer.from(payload)]));
  return {
    bytes,
    packetIdAt: bytes.indexOf(payload) - 2,
    timeAt: bytes.indexOf('"time":') + '"time":'.length,
    sequenceAt: bytes.indexOf('"seq":') + '"seq":'.length,
  };
}

const text = (value: string): Buffer => {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
};

function frame(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; ) {
    const digit = left & 127;
    left >>= 7;
    length.push(left > 0 ? digit | 128 : digit);
    if (left === 0) break;
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}
