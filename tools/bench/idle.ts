/** What an idle gateway costs: connections opened a few at a time, memory before and after. */
import { connect, type Socket } from 'node:net';
import type { Contestant } from './contestant.ts';

const AT_ONCE = 80;
const SETTLE_MS = 5_000;

export type Idle = { readonly connections: number; readonly bytesEach: number; readonly perS: number };

export async function idleConnections(contestant: Contestant, count: number): Promise<Idle> {
  const before = contestant.rssMb();
  const sockets: Socket[] = [];
  const from = performance.now();
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => open(contestant, at + i));
    sockets.push(...(await Promise.all(some)));
  }
  const seconds = (performance.now() - from) / 1_000;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const bytesEach = ((contestant.rssMb() - before) * 1_048_576) / count;
  for (const socket of sockets) socket.destroy();
  return { connections: count, bytesEach, perS: count / seconds };
}

function open({ port, gateways }: Contestant, number: number): Promise<Socket> {
  const gateway = gateways[number % gateways.length];
  const text = (value: string): number[] => [value.length >> 8, value.length & 255, ...Buffer.from(value)];
  const body = [
    0,
    4,
    ...Buffer.from('MQTT'),
    4,
    0xc2,
    2,
    88,
    ...text(`i${number}`),
    ...text(gateway?.id ?? ''),
    ...text(gateway?.secret ?? ''),
  ];
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(Buffer.from([0x10, body.length, ...body])));
    socket.once('error', reject);
    socket.once('data', (answer) =>
      answer[3] === 0 ? resolve(socket) : reject(new Error(`refused with ${answer[3]}`)),
    );
  });
}
