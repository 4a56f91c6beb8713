/**
 * `node tools/measure-load.ts`: the whole platform under load on this machine. Prints synced publishes a second, CPU
 * per million, publish -> `alarm` latency over a console's socket, memory, and bytes on disk per value. Figures of one
 * run on shared cores: compare ratios, never absolute numbers of two machines.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import mqtt from 'mqtt';
import { io } from 'socket.io-client';
import { type LoadGateway, runLoad } from './load/generator.ts';

const { values: flags } = parseArgs({
  options: {
    gateways: { type: 'string', default: '50' },
    window: { type: 'string', default: '20' },
    messages: { type: 'string', default: '300000' },
    alarms: { type: 'string', default: '1000' },
  },
});
const PASSWORD = 'Measure-1234';
const DEVICES_PER_GATEWAY = 5;
const CLOCK_TICKS_PER_S = 100;

const directory = mkdtempSync(join(tmpdir(), 'lifeline-load-'));
const child = spawn(process.execPath, ['main.ts'], {
  env: {
    ...process.env,
    LIFELINE_DATA_DIR: directory,
    LIFELINE_FLOWS: 'off',
    LIFELINE_HTTP_PORT: '0',
    LIFELINE_MQTT_PORT: '0',
    LIFELINE_ADMIN_PASSWORD: PASSWORD,
    LIFELINE_RESERVE_MB: '1',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});

try {
  const { http, port } = await listening();
  const call = await logIn(http);
  const gateways = await register(call, Number(flags.gateways));
  await runLoad(port, gateways, { messages: 20_000, window: Number(flags.window) });
  const cpuFrom = cpuSeconds(child.pid);
  const load = await runLoad(port, gateways, {
    messages: Number(flags.messages),
    window: Number(flags.window),
  });
  const cpu = cpuSeconds(child.pid) - cpuFrom;
  const perMillion = (seconds: number): string => ((seconds / load.messages) * 1e6).toFixed(1);
  console.log(`load            ${gateways.length} gateways, window ${flags.window}, 5 values a message`);
  console.log(`synced publishes ${Math.round(load.messages / load.seconds)} /s over ${load.messages}`);
  console.log(`platform CPU    ${perMillion(cpu)} s per million messages`);
  console.log(`generator CPU   ${perMillion(load.cpuSeconds)} s per million (shares the cores)`);
  console.log(`memory          ${rssMb(child.pid)} MB resident`);
  const delays = await alarmDelays(http, port, call.token, gateways, Number(flags.alarms));
  console.log(
    `publish->alarm  p50 ${at(delays, 0.5)} ms, p99 ${at(delays, 0.99)} ms, max ${at(delays, 1)} ms (${delays.length} alarms, idle otherwise)`,
  );
  child.kill('SIGTERM');
  await new Promise((resolve) => child.once('exit', resolve));
  const values = (load.messages + 20_000) * 5;
  console.log(
    `on disk         measurements ${bytesIn(join(directory, 'measurements')) / values} B/value sealed so far, record log and journal ${((bytesIn(join(directory, 'records')) + bytesIn(join(directory, 'journal'))) / values).toFixed(1)} B/value before release`,
  );
} finally {
  child.kill('SIGKILL');
  rmSync(directory, { recursive: true, force: true });
}

type Call = { readonly token: string; post(path: string, body: unknown): Promise<unknown> };

function listening(): Promise<{ http: string; port: number }> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const http = /console\s+(http:\/\/\S+)/.exec(text)?.[1];
      const port = /mqtt:\/\/[^:]+:(\d+)/.exec(text)?.[1];
      if (http !== undefined && port !== undefined) resolve({ http, port: Number(port) });
    });
    child.once('exit', () => reject(new Error(`the platform ended:\n${text}`)));
  });
}

async function logIn(http: string): Promise<Call> {
  let token = '';
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const answer = await fetch(http + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const session = (await post('/api/v1/session', { username: 'admin', password: PASSWORD })) as {
    token: string;
  };
  token = session.token;
  return { token, post };
}

async function register(call: Call, count: number): Promise<LoadGateway[]> {
  const gateways: LoadGateway[] = [];
  for (let from = 0; from < count; from += 100) {
    const ids = Array.from({ length: Math.min(100, count - from) }, (_, i) => `GW-${from + i}`);
    const devicesOf = (id: string): string[] =>
      Array.from({ length: DEVICES_PER_GATEWAY }, (_, d) => `${id}-D${d}`);
    const answer = (await call.post('/api/v1/import', {
      facilities: ids.map((id) => ({
        id: `F-${id}`,
        name: id,
        kind: 'gas-valve-well',
        lifeline: 'gas',
        area: '371702',
        location: placeOf(id),
      })),
      gateways: ids.map((id) => ({ id, name: id, session: 'always-on' })),
      devices: ids.flatMap((id) =>
        devicesOf(id).map((device) => ({ id: device, gateway: id, facility: `F-${id}` })),
      ),
      points: ids.flatMap((id) =>
        devicesOf(id).flatMap((device) =>
          ['a', 'b', 'c', 'd', 'e'].map((channel) => ({
            device,
            channel,
            quantity: 'ch4',
            unit: '%',
            reportIntervalMs: 60_000,
          })),
        ),
      ),
    })) as { secrets: { id: string; secret: string }[] };
    for (const { id, secret } of answer.secrets) gateways.push({ id, secret, devices: devicesOf(id) });
  }
  return gateways;
}

/** Wells some 2 km apart: rules that join neighbours find none, as in most of a city. */
function placeOf(id: string): { lat: number; lon: number } {
  const number = Number(id.slice('GW-'.length));
  return { lat: 34 + (number % 50) * 0.02, lon: 115 + Math.floor(number / 50) * 0.02 };
}

/** One publish over the limit at a time, orange then red, each on a point of its own; ms until the console has the alarm. */
async function alarmDelays(
  http: string,
  port: number,
  token: string,
  gateways: readonly LoadGateway[],
  count: number,
): Promise<number[]> {
  const socket = io(http, { auth: { token }, transports: ['websocket'] });
  await new Promise((resolve) => socket.once('snapshot', resolve));
  const delays: number[] = [];
  for (const { id, secret, devices } of gateways) {
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${port}`, { username: id, password: secret });
    for (const device of devices) {
      for (const channel of ['a', 'b', 'c', 'd', 'e']) {
        for (const value of [3, 4.5]) {
          if (delays.length >= count) break;
          const point = `${device}/${channel}`;
          const heard = new Promise<void>((resolve) => {
            const look = ({ alarm }: { alarm: { point: string | null; value: number | null } }): void => {
              if (alarm.point !== point || alarm.value !== value) return;
              socket.off('alarm', look);
              resolve();
            };
            socket.on('alarm', look);
          });
          const from = performance.now();
          const record = JSON.stringify({ device, time: Date.now(), values: { [channel]: value } });
          client.publish(`lifeline/v1/${id}/telemetry`, record, { qos: 1 });
          await heard;
          delays.push(performance.now() - from);
        }
      }
    }
    await client.endAsync();
    if (delays.length >= count) break;
  }
  socket.close();
  return delays.sort((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN).toFixed(1);
}

function cpuSeconds(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
}

function rssMb(pid: number | undefined): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
