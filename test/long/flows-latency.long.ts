/** From a publish to its alarm on a console's socket: the same beside a well-behaved and a misbehaving flows' process. */
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AlarmMessage, ClientToServer, ServerToClient } from '#domain/contract/socket.ts';
import { type FlowsCity, openFlowsCity, pressed } from '../node-red/flows-city.ts';

const EACH = 60;
const ESCAPE = `const process = msg.constructor.constructor('return process')();
  const later = process.getBuiltinModule('timers').setTimeout;`;
const PHASES: readonly [string, string | null][] = [
  ['quiet before', null],
  ['endless loop', `later(() => { for (;;); }, 1);`],
  [
    '100 MB on the pipe',
    `later(() => process.getBuiltinModule('fs').writeSync(3, Buffer.alloc(100e6, 65)), 1);`,
  ],
  [
    '100 MB on the log',
    `later(() => process.getBuiltinModule('fs').writeSync(1, Buffer.alloc(100e6, 65)), 1);`,
  ],
  [
    '4 GB of memory',
    `const kept = []; later(function more() { kept.push(Buffer.alloc(64e6, 1)); later(more); });`,
  ],
  ['kill -9', ''],
  ['quiet after', null],
];
const devices = PHASES.flatMap((_, phase) => Array.from({ length: EACH }, (__, n) => `D-${phase}-${n}`));

let city: FlowsCity;
let socket: Socket<ServerToClient, ClientToServer>;
const arrived = new Map<string, (at: number) => void>();
beforeAll(async () => {
  city = await openFlowsCity(devices);
  await city.until('up');
  socket = io(city.platform().http, { auth: { token: city.duty().token }, transports: ['websocket'] });
  socket.on('alarm', ({ alarm }: AlarmMessage) => arrived.get(alarm.device ?? '')?.(performance.now()));
  await new Promise<void>((resolve) => socket.once('snapshot', () => resolve()));
}, 240_000);
afterAll(async () => {
  socket?.close();
  await city?.close();
});

/** One alarm of each device, one after another; how long each took, sorted. */
async function alarmsOf(phase: number): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < EACH; n += 1) {
    const device = `D-${phase}-${n}`;
    const from = performance.now();
    const seen = new Promise<number>((resolve) => arrived.set(device, resolve));
    await city.send(3, device);
    took.push((await seen) - from);
  }
  return took.sort((a, b) => a - b);
}

it('is as short, and no alarm is missing', async () => {
  const figures: Record<string, { p50: number; p99: number; starts: number }> = {};
  for (const [phase, [name, code]] of PHASES.entries()) {
    await city.until('up');
    if (code === '') process.kill(city.pid(), 'SIGKILL');
    else if (code !== null) {
      await city.deploy(pressed(`${ESCAPE} ${code} return null;`));
      await city.press('i').catch(() => 0);
    }
    const took = await alarmsOf(phase);
    const { starts } = await city.status();
    const at = (share: number): number => Math.round((took[Math.floor(took.length * share)] ?? 0) * 10) / 10;
    figures[name] = { p50: at(0.5), p99: at(0.99), starts };
    if (code !== null && code !== '') await city.deploy([]).catch(() => 0);
  }
  console.table(figures);
  const quiet = Math.max(figures['quiet before']?.p50 ?? 0, figures['quiet after']?.p50 ?? 0);
  for (const [name, { p50 }] of Object.entries(figures)) expect(p50, name).toBeLessThan(quiet * 4 + 20);
}, 600_000);
