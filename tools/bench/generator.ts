/**
 * The load, in a process of its own: raw sockets, frames built before the clock starts, so that it costs little beside what
 * is measured. Forked by `load.ts` with one job; says `ready`, then after `go` sends, then says what it cost.
 */
import { connect, type Socket } from 'node:net';
import type { Job, Outcome, Sent } from './load.ts';
import { sharedMs } from './shared-clock.ts';

const CHANNELS = ['a', 'b', 'c', 'd', 'e'] as const;
const PACE_MS = 5;

type Client = {
  readonly socket: Socket;
  /** Every frame, one behind the other; `ends[n]` is where frame n ends. */
  readonly bytes: Buffer;
  readonly ends: readonly number[];
  /** Value of the alarm in frame n; 0 = none. */
  readonly alarms: readonly number[];
  sent: number;
  acknowledged: number;
};

const sent: Sent[] = [];
let newestTime = 0;

process.once('message', (job: Job) => {
  prepare(job).then(
    (clients) => {
      process.once('message', () => void run(job, clients));
      process.send?.('ready');
    },
    (cause: unknown) => {
      console.error(cause);
      process.exit(1);
    },
  );
});

async function run(job: Job, clients: readonly Client[]): Promise<void> {
  const cpuFrom = process.cpuUsage();
  const from = performance.now();
  await (job.ratePerS === null
    ? Promise.all(clients.map((client) => inWindow(client, job.window)))
    : paced(clients, job.ratePerS));
  const seconds = (performance.now() - from) / 1_000;
  const cpu = process.cpuUsage(cpuFrom);
  const messages = clients.reduce((sum, { sent: count }) => sum + count, 0);
  const outcome: Outcome = {
    messages,
    seconds,
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    startedAt: sharedMs() - seconds * 1_000,
    sent,
    newest: newestTime,
  };
  process.send?.(outcome, () => process.exit(0));
}

async function prepare(job: Job): Promise<Client[]> {
  const each = Math.ceil(job.messages / job.gateways.length);
  const spanMs = Math.ceil(each / (job.gateways[0]?.devices.length ?? 1));
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, job.timesAfter + spanMs + 1 - Date.now())));
  const from = Date.now() - spanMs;
  newestTime = from + spanMs;
  const clients: Client[] = [];
  // A few at a time: a listening queue holds a hundred.
  for (let at = 0; at < job.gateways.length; at += 50) {
    const some = job.gateways.slice(at, at + 50);
    const sockets = await Promise.all(some.map((gateway) => logIn(job.port, gateway)));
    sockets.forEach((socket, i) => {
      const gateway = some[i];
      if (gateway !== undefined)
        clients.push({
          socket,
          ...framesOf(job, gateway, { number: at + i, each, from }),
          sent: 0,
          acknowledged: 0,
        });
    });
  }
  return clients;
}

type Series = { readonly number: number; readonly each: number; readonly from: number };

/** Times lie in the last seconds, one millisecond apart for a device: the newest is as old as the clock is new. */
function framesOf(job: Job, gateway: Job['gateways'][number], { number, each, from }: Series) {
  const frames: Buffer[] = [];
  const ends: number[] = [];
  const alarms: number[] = [];
  /** Records of each device so far: every device numbers its own. */
  const numbers = gateway.devices.map(() => 0);
  let end = 0;
  for (let n = 0; n < each; n += 1) {
    const global = n * job.gateways.length + number;
    const which = alarmPlace(job, global, n === each - 1);
    const alarm = which === null ? 0 : Number((3 + (global + 1) / 10_000_000).toFixed(7));
    const device = (which ?? n) % gateway.devices.length;
    const channel = Math.floor((which ?? 0) / gateway.devices.length) % CHANNELS.length;
    const seq = numbers[device] ?? 0;
    numbers[device] = seq + 1;
    const frame = publish(gateway, { device, seq, n, from, alarm, channel });
    frames.push(frame);
    end += frame.length;
    ends.push(end);
    alarms.push(alarm);
  }
  return { bytes: Buffer.concat(frames), ends, alarms };
}

/** Which of its gateway's points a message rings on; null = on none. One that has rung would only ring on. */
function alarmPlace(
  { alarmEvery, lastPlace, lastAlarms, gateways }: Job,
  global: number,
  last: boolean,
): number | null {
  // The last ones ring, so that everybody can tell when all was worked through.
  if (last) return global % gateways.length < lastAlarms ? lastPlace : null;
  if (alarmEvery === null || global % alarmEvery !== 0) return null;
  const which = Math.floor(global / alarmEvery / gateways.length);
  return which < lastPlace ? which : null;
}

type Message = {
  /** Place of the device among its gateway's, and its own number of this record. */
  readonly device: number;
  readonly seq: number;
  /** Number of the gateway's message. */
  readonly n: number;
  readonly from: number;
  /** Value that the channel rings with; 0 = none. */
  readonly alarm: number;
  readonly channel: number;
};

function publish(
  gateway: Job['gateways'][number],
  { device, seq, n, from, alarm, channel }: Message,
): Buffer {
  const values = CHANNELS.map(
    (name, i) =>
      `"${name}":${alarm > 0 && i === channel ? alarm.toFixed(7) : ((n * 7 + i * 13) % 400) / 1_000}`,
  );
  const time = from + Math.floor(n / gateway.devices.length);
  const payload = Buffer.from(
    `{"device":"${gateway.devices[device]}","time":${time},"seq":${seq},"values":{${values.join(',')}},"quality":"good"}`,
  );
  const packetId = (n % 65_535) + 1;
  const head = Buffer.concat([
    text(`lifeline/v1/${gateway.id}/telemetry`),
    Buffer.from([packetId >> 8, packetId & 255]),
  ]);
  return frameOf(0x32, Buffer.concat([head, payload]));
}

function logIn(port: number, { id, secret }: Job['gateways'][number]): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      const head = Buffer.from([0, 4, ...Buffer.from('MQTT'), 4, 0xc2, 0, 240]);
      socket.write(frameOf(0x10, Buffer.concat([head, ...[`load-${id}`, id, secret].map(text)])));
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('data', (answer) => {
      if (answer[0] === 0x20 && answer[3] === 0) resolve(socket);
      else reject(new Error(`${id}: refused with ${answer[3]}`));
    });
  });
}

function write(client: Client, count: number): void {
  const { ends, alarms } = client;
  const from = client.sent === 0 ? 0 : (ends[client.sent - 1] ?? 0);
  const until = Math.min(client.sent + count, ends.length);
  if (until === client.sent) return;
  for (let n = client.sent; n < until; n += 1) if (alarms[n] !== 0) sent.push([alarms[n] ?? 0, sharedMs()]);
  client.socket.write(client.bytes.subarray(from, ends[until - 1]));
  client.sent = until;
}

/** Resolves when all is acknowledged; `acked` hears of each step. */
function untilAcknowledged(client: Client, acked: (count: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = 0;
    client.socket.on('data', (chunk) => {
      rest += chunk.length;
      const acks = Math.floor(rest / 4);
      rest -= acks * 4;
      client.acknowledged += acks;
      if (client.acknowledged >= client.ends.length) resolve();
      else acked(acks);
    });
    client.socket.once('close', () =>
      reject(new Error(`closed after ${client.acknowledged} of ${client.ends.length}`)),
    );
  });
}

/** Keeps `window` publishes in flight. */
function inWindow(client: Client, window: number): Promise<void> {
  const done = untilAcknowledged(client, (acks) => write(client, acks));
  write(client, window);
  return done;
}

/** So many a second whatever is acknowledged, in turn by all. */
async function paced(clients: readonly Client[], ratePerS: number): Promise<void> {
  const done = Promise.all(clients.map((client) => untilAcknowledged(client, () => {})));
  const total = clients.reduce((sum, { ends }) => sum + ends.length, 0);
  const from = performance.now();
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(total, Math.floor(((performance.now() - from) / 1_000) * ratePerS));
      // What is due of one gateway leaves in one write: the generator would else be a large part of what is measured.
      clients.forEach((client, at) => {
        write(client, Math.ceil((due - at) / clients.length) - client.sent);
      });
      if (due < total) return;
      clearInterval(timer);
      resolve();
    }, PACE_MS);
  });
  await done;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]);
}

function frameOf(first: number, body: Buffer): Buffer {
  const length: number[] = [];
  for (let left = body.length; ; ) {
    const digit = left & 127;
    left >>= 7;
    length.push(left > 0 ? digit | 128 : digit);
    if (left === 0) break;
  }
  return Buffer.concat([Buffer.from([first, ...length]), body]);
}
