/** Clients in numbers, and clients that do not behave: slow ones, mute ones, all of them at once. Alarms come regardless. */
import { connect, type Socket } from 'node:net';
import { generate } from 'mqtt-packet';
import { io, type Socket as ConsoleSocket } from 'socket.io-client';
import { connectPacket, publishPacket } from '#test/broker/wire.ts';
import { until } from '#test/e2e/api.ts';
import type { Act } from './act.ts';
import { inCity } from './process-city.ts';
import { refusedSoFar, toldByMetric } from './told.ts';

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function open(port: number, localAddress: string): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress, noDelay: true });
  // Refused or cut: counted by whoever asks, and no end of ours.
  socket.on('error', () => {});
  return socket;
}

/** Spread over this many addresses of our own, as a carrier's gateways are. */
const ADDRESSES = 10;
const addressOf = (number: number): string => `127.0.0.${2 + (number % ADDRESSES)}`;

const DRIP_EVERY_MS = 250;
/** The broker gives a stranger 10 s to say CONNECT; a third more for a busy machine. */
const STRANGER_MS_MAX = 60_000;

export const slowLoris: Act = {
  name: 'slow-loris',
  does: 'connections that send their CONNECT byte by byte, or never end it',
  counts: { test: 0, usual: 500, full: 3_000 },
  run: ({ count, random, say }) =>
    inCity({ alarms: 3 }, async (city) => {
      city.field.load(true);
      const { mqttPort } = city.platform();
      const hello = generate(
        connectPacket({ clientId: 'loris', username: 'GW-1', password: Buffer.alloc(64, 'x') }),
      );
      let closed = 0;
      const sockets = Array.from({ length: count }, (_, number) => {
        const socket = open(mqttPort, addressOf(number));
        socket.once('close', () => (closed += 1));
        socket.resume();
        return { socket, sent: 0, until: random.int(hello.length - 1) };
      });
      const drip = setInterval(() => {
        for (const one of sockets) {
          if (one.sent >= one.until || one.socket.destroyed) continue;
          one.socket.write(hello.subarray(one.sent, one.sent + 1));
          one.sent += 1;
        }
      }, DRIP_EVERY_MS);
      await city.ring();
      await until(
        'strangers are shown out',
        STRANGER_MS_MAX,
        async () => (say(`${closed} of ${count} shown out`), closed),
        (all) => all === count,
      ).catch((cause: unknown) => city.breach(String(cause)));
      clearInterval(drip);
      for (const { socket } of sockets) socket.destroy();
      await city.ring();
      await toldByMetric(city, 'protocol');
    }),
};

const CROWD_GATEWAYS = 20;
const CROWD_MS_MAX = 120_000;
const AGAIN_AFTER_MS = 500;

export const reconnects: Act = {
  name: 'reconnects',
  does: 'so many clients come back in the same instant, and again whenever they are refused',
  counts: { test: 0, usual: 2_000, full: 5_000 },
  run: ({ count, say }) => {
    const moreGateways = Array.from({ length: CROWD_GATEWAYS }, (_, number) => `GW-C${number}`);
    return inCity({ alarms: 3, moreGateways }, async (city) => {
      city.field.load(true);
      const { mqttPort } = city.platform();
      const inside = new Set<Socket>();
      let over = false;
      const come = (number: number): void => {
        const gateway = moreGateways[number % CROWD_GATEWAYS] ?? '';
        const password = Buffer.from(city.secrets.get(gateway) ?? '');
        const socket = open(mqttPort, addressOf(number));
        socket.write(generate(connectPacket({ clientId: `c${number}`, username: gateway, password })));
        socket.on('data', (answer: Buffer) => {
          if (answer[0] === 0x20 && answer[3] === 0) inside.add(socket);
        });
        socket.once('close', () => {
          inside.delete(socket);
          if (!over) setTimeout(() => come(number), AGAIN_AFTER_MS);
        });
      };
      const from = performance.now();
      for (let number = 0; number < count; number++) come(number);
      const rung = city.ring();
      await until(
        `${count} clients are inside`,
        CROWD_MS_MAX,
        async () => (say(`${inside.size} of ${count} inside`), inside.size),
        (size) => size >= count,
      ).catch((cause: unknown) => city.breach(String(cause)));
      city.told(`${inside.size} inside after ${((performance.now() - from) / 1_000).toFixed(1)} s`);
      await rung;
      await city.ring();
      city.weigh();
      over = true;
      for (const socket of inside) socket.destroy();
    });
  },
};

const NOTE_BYTES = 60_000;
/** Beyond what both kernels hold for one connection. */
const NOTES_EACH = 300;
const NOTE_EVERY_MS = 35;

export const muteSubscribers: Act = {
  name: 'mute-subscribers',
  does: 'MQTT subscribers that never read what they asked for',
  counts: { test: 0, usual: 4, full: 20 },
  run: ({ count, say }) => {
    const moreGateways = Array.from({ length: count }, (_, number) => `GW-M${number}`);
    return inCity({ alarms: 3, moreGateways }, async (city) => {
      city.field.load(true);
      const { mqttPort } = city.platform();
      const join = (gateway: string, clientId: string): Promise<Socket> => {
        const socket = open(mqttPort, '127.0.0.1');
        const password = Buffer.from(city.secrets.get(gateway) ?? '');
        socket.write(generate(connectPacket({ clientId, username: gateway, password })));
        return new Promise((resolve) => socket.once('data', () => resolve(socket)));
      };
      const pairs = await Promise.all(
        moreGateways.map(async (gateway) => {
          const mute = await join(gateway, 'mute');
          const subscriptions = [{ topic: `lifeline/v1/${gateway}/#`, qos: 0 as const }];
          mute.write(generate({ cmd: 'subscribe', messageId: 1, subscriptions }));
          await new Promise((resolve) => mute.once('data', resolve));
          mute.pause();
          return { gateway, mute, talker: await join(gateway, 'talker') };
        }),
      );
      const note = Buffer.alloc(NOTE_BYTES, 'n');
      for (let sent = 0; sent < NOTES_EACH; sent++) {
        for (const { gateway, talker } of pairs)
          talker.write(generate(publishPacket(`lifeline/v1/${gateway}/note`, note)));
        if (sent === NOTES_EACH / 2) await city.ring();
        await pass(NOTE_EVERY_MS);
        say(`${sent} of ${NOTES_EACH} notes`);
      }
      await city.ring();
      await city.alarmed('slow-client').catch((cause: unknown) => city.breach(String(cause)));
      city.weigh();
      for (const { mute, talker } of pairs) for (const socket of [mute, talker]) socket.destroy();
    });
  },
};

const ALARM_EVERY_MS = 300;

export const muteConsoles: Act = {
  name: 'mute-consoles',
  does: 'consoles on socket.io that never read, beside one that does',
  counts: { test: 0, usual: 100, full: 400 },
  run: ({ count, say }) =>
    inCity({ alarms: 12 }, async (city) => {
      city.field.load(true);
      const { http } = city.platform();
      const look = async (): Promise<ConsoleSocket> => {
        const socket = io(http, {
          auth: { token: city.api().token },
          transports: ['websocket'],
          forceNew: true,
        });
        await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
        return socket;
      };
      const awake = await look();
      const heard: string[] = [];
      awake.on('alarm', ({ event, alarm }) => {
        if (event.change === 'raised' && alarm.rule === 'gas-well-ch4') heard.push(alarm.point);
      });
      const mute: ConsoleSocket[] = [];
      for (let number = 0; number < count; number++) {
        const socket = await look();
        freeze(socket.io.engine.transport);
        mute.push(socket);
        say(`${number} of ${count} consoles`);
      }
      for (let alarm = 0; alarm < 10; alarm++) {
        await city.ring();
        await pass(ALARM_EVERY_MS);
      }
      await until(
        'the console that reads hears every alarm',
        10_000,
        async () => heard.length,
        (size) => size >= 10,
      ).catch((cause: unknown) => city.breach(String(cause)));
      if (new Set(heard).size !== heard.length) city.breach('a console heard an alarm twice');
      city.told(`${heard.length} alarms at the console beside them`);
      city.weigh();
      for (const socket of [awake, ...mute]) socket.disconnect();
    }),
};

/** Stops reading from the network, as a suspended laptop does. */
function freeze(transport: unknown): void {
  const ws: unknown =
    typeof transport === 'object' && transport !== null ? Reflect.get(transport, 'ws') : null;
  const stream: unknown = typeof ws === 'object' && ws !== null ? Reflect.get(ws, '_socket') : null;
  if (
    typeof stream !== 'object' ||
    stream === null ||
    !('pause' in stream) ||
    typeof stream.pause !== 'function'
  )
    throw new Error('this console cannot be frozen');
  stream.pause();
}

const JUNK_BYTES = 4_000;
const JUNK_GATEWAYS = 60;
const JUNK_A_TURN = 20;

export const retainedJunk: Act = {
  name: 'retained-junk',
  does: 'megabytes of messages sent to be retained, each on a topic of its own',
  counts: { test: 0, usual: 20, full: 100 },
  run: ({ count, say }) => {
    const moreGateways = Array.from({ length: JUNK_GATEWAYS }, (_, number) => `GW-J${number}`);
    return inCity({ alarms: 3, moreGateways }, async (city) => {
      city.field.load(true);
      const { mqttPort } = city.platform();
      const total = Math.ceil((count * 1_048_576) / JUNK_BYTES);
      const junk = Buffer.alloc(JUNK_BYTES, 'j');
      const sockets = await Promise.all(
        moreGateways.map(async (gateway, number) => {
          const socket = open(mqttPort, addressOf(number));
          const password = Buffer.from(city.secrets.get(gateway) ?? '');
          socket.write(generate(connectPacket({ clientId: 'junk', username: gateway, password })));
          await new Promise((resolve) => socket.once('data', resolve));
          socket.resume();
          return { gateway, socket };
        }),
      );
      for (let sent = 0; sent < total; ) {
        for (const { gateway, socket } of sockets) {
          const bytes: Buffer[] = [];
          for (let some = 0; some < JUNK_A_TURN && sent < total; some++, sent++)
            bytes.push(
              generate(publishPacket(`lifeline/v1/${gateway}/junk/${sent}`, junk, { retain: true })),
            );
          if (bytes.length === 0 || socket.write(Buffer.concat(bytes))) continue;
          await new Promise((resolve) => socket.once('drain', resolve));
        }
        say(`${Math.round((sent * JUNK_BYTES) / 1_048_576)} of ${count} MB`);
      }
      for (const { socket } of sockets) socket.end(generate({ cmd: 'disconnect' }));
      await until(
        'all of it was looked at',
        CROWD_MS_MAX,
        () => refusedSoFar(city, 'retained-junk'),
        (refused) => refused >= total,
      ).catch((cause: unknown) => city.breach(String(cause)));
      await toldByMetric(city, 'retained-junk');
      await city.ring();
      city.weigh();
      const kept = await retainedFor(mqttPort, 'GW-J0', city.secrets.get('GW-J0') ?? '');
      if (kept > 0) city.breach(`${kept} pieces of junk were retained`);
    });
  },
};

/** How many retained messages a new subscriber to everything of `gateway` is sent within a second. */
async function retainedFor(port: number, gateway: string, secret: string): Promise<number> {
  const socket = open(port, '127.0.0.1');
  const subscriptions = [{ topic: `lifeline/v1/${gateway}/junk/#`, qos: 0 as const }];
  socket.write(
    Buffer.concat([
      generate(connectPacket({ clientId: 'late', username: gateway, password: Buffer.from(secret) })),
      generate({ cmd: 'subscribe', messageId: 1, subscriptions }),
    ]),
  );
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await pass(1_000);
  socket.destroy();
  return Math.floor(bytes / JUNK_BYTES);
}
