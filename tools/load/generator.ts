/**
 * A load of MQTT publishes from raw sockets: QoS 1, a fixed window per gateway, frames built ahead so that the
 * generator costs little beside the platform. Speaks just enough MQTT for that.
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
  return new Promise((resolve, reject) => {
    let sent = 0;
    let acknowledged = 0;
    const send = (n: number): void => {
      const frames: Buffer[] = [];
      for (let i = 0; i < n && sent < count; i++) frames.push(publish(gateway, sent++));
      if (frames.length > 0) socket.write(frames.length === 1 ? (frames[0] ?? '') : Buffer.concat(frames));
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

/** One record with five values, about 200 bytes with its head. */
function publish(gateway: LoadGateway, n: number): Buffer {
  const device = gateway.devices[n % gateway.devices.length] ?? '';
  const values = CHANNELS.map((channel, i) => `"${channel}":${((n * 7 + i * 13) % 400) / 1_000}`).join(',');
  const payload = Buffer.from(
    `{"device":"${device}","time":${Date.now()},"seq":${n},"values":{${values}},"quality":"good"}`,
  );
  const packetId = (n % 65_535) + 1;
  const head = Buffer.concat([
    text(`lifeline/v1/${gateway.id}/telemetry`),
    Buffer.from([packetId >> 8, packetId & 255]),
  ]);
  return frame(0x32, Buffer.concat([head, payload]));
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
