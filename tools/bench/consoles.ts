/** Many consoles in a process of its own: raw WebSocket clients that note when an alarm reaches each of them. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { sharedMs } from './shared-clock.ts';

type Order = {
  readonly http: string;
  readonly token: string;
  readonly count: number;
  readonly frozen: number;
};
/** The value of an alarm, and when the first and the last console had it (shared-clock.ts). */
export type Arrival = {
  readonly value: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly consoles: number;
};

export type Consoles = {
  /** What has arrived since the last time it was asked. */
  arrivals(): Promise<Arrival[]>;
  close(): Promise<void>;
};

/** `frozen` of them stop reading once they are connected, as a suspended laptop does. */
export async function openConsoles(order: Order): Promise<Consoles> {
  const child = fork(fileURLToPath(import.meta.url), [JSON.stringify(order)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  await once(child, 'message');
  return {
    async arrivals() {
      child.send('arrivals');
      const [list] = (await once(child, 'message')) as [Arrival[]];
      return list;
    },
    async close() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

async function serve({ http, token, count, frozen }: Order): Promise<void> {
  const arrivals = new Map<number, { firstAt: number; lastAt: number; consoles: number }>();
  const heard = (value: number): void => {
    const at = sharedMs();
    const one = arrivals.get(value) ?? { firstAt: at, lastAt: at, consoles: 0 };
    arrivals.set(value, { firstAt: one.firstAt, lastAt: at, consoles: one.consoles + 1 });
  };
  for (let at = 0; at < count + frozen; at += 50) {
    const some = Array.from({ length: Math.min(50, count + frozen - at) }, (_, i) => at + i);
    await Promise.all(some.map((number) => open(http, token, number < frozen, heard)));
  }
  process.on('message', () => {
    process.send?.([...arrivals].map(([value, one]) => ({ value, ...one })));
    arrivals.clear();
  });
  process.send?.('open');
}

/** engine.io's and socket.io's frames by hand: a client that decoded everything would itself be what is measured. */
function open(http: string, token: string, frozen: boolean, heard: (value: number) => void): Promise<void> {
  const socket = new WebSocket(`${http.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) return;
      const head = data.subarray(0, 12).toString('latin1');
      if (head.startsWith('0')) socket.send(`40${JSON.stringify({ token })}`);
      else if (head.startsWith('2')) socket.send('3');
      else if (head.startsWith('42["snapshot')) {
        if (frozen) socket.pause();
        resolve();
      } else if (head.startsWith('42["alarm"')) {
        const value = /"value":([\d.]+)/.exec(data.toString('latin1'))?.[1];
        if (value !== undefined) heard(Number(value));
      }
    });
  });
}

const [given] = process.argv.slice(2);
if (process.argv[1] === fileURLToPath(import.meta.url) && given !== undefined)
  await serve(JSON.parse(given) as Order);
