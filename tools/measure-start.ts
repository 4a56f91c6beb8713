/**
 * `node tools/measure-start.ts [--points N] [--keep DIR]`: how long the platform takes from spawn until its health answers,
 * with N points registered, each with one value, and a snapshot on disk; after a clean stop and after a kill.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type LoadGateway, runLoad } from './load/generator.ts';
import { mixedCity } from './load/mixed-city.ts';

const { values: flags } = parseArgs({
  options: {
    points: { type: 'string', default: '100000' },
    /** A directory to register in, or to start from when it is there already. */
    keep: { type: 'string' },
    starts: { type: 'string', default: '3' },
    /** Options of the platform's node, as `--cpu-prof`. */
    node: { type: 'string', default: '' },
  },
});
const PASSWORD = 'Measure-1234';
const POINTS_PER_IMPORT = 5_000;
const SNAPSHOT_WITHIN_MS = 120_000;
const directory = flags.keep ?? mkdtempSync(join(tmpdir(), 'lifeline-start-'));
const known = flags.keep !== undefined && existsSync(join(flags.keep, 'ledger.db'));
mkdirSync(directory, { recursive: true });

type Started = {
  readonly child: ChildProcess;
  readonly http: string;
  readonly mqtt: number;
  readonly ms: number;
  /** Processor time of all its threads until then. */
  readonly cpuMs: number;
};

async function start(): Promise<Started> {
  const from = performance.now();
  const child = spawn(process.execPath, [...flags.node.split(' ').filter((one) => one !== ''), 'main.ts'], {
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
  const { http, mqtt } = await listening(child);
  const answer = await fetch(`${http}/api/v1/health`);
  if (!answer.ok) throw new Error(`health: ${await answer.text()}`);
  return { child, http, mqtt, ms: performance.now() - from, cpuMs: cpuMs(child.pid) };
}

function listening(child: ChildProcess): Promise<{ http: string; mqtt: number }> {
  let text = '';
  return new Promise((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8');
      const http = /console\s+(http:\/\/\S+)/.exec(text)?.[1];
      const mqtt = /mqtt:\/\/[^:]+:(\d+)/.exec(text)?.[1];
      if (http !== undefined && mqtt !== undefined) resolve({ http, mqtt: Number(mqtt) });
    });
    child.once('exit', () => reject(new Error(`the platform ended:\n${text}`)));
  });
}

async function stop({ child }: Started, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await ended;
}

async function fill({ http, mqtt }: Started): Promise<void> {
  let token = '';
  const post = async (path: string, body: unknown): Promise<unknown> => {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const answer = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  ({ token } = (await post('/api/v1/session', { username: 'admin', password: PASSWORD })) as {
    token: string;
  });
  const gateways: LoadGateway[] = [];
  const from = performance.now();
  const parts = [...mixedCity(Number(flags.points))];
  const perImport = Math.max(1, Math.floor(POINTS_PER_IMPORT / (parts[0]?.points.length ?? 1)));
  for (let at = 0; at < parts.length; at += perImport) {
    const some = parts.slice(at, at + perImport);
    const answer = (await post('/api/v1/import', {
      gateways: some.flatMap((part) => part.gateways),
      facilities: some.flatMap((part) => part.facilities),
      devices: some.flatMap((part) => part.devices),
      points: some.flatMap((part) => part.points),
    })) as { secrets: { id: string; secret: string }[] };
    for (const { id, secret } of answer.secrets) {
      const devices = some.flatMap((part) => part.devices).filter(({ gateway }) => gateway === id);
      gateways.push({ id, secret, devices: devices.map((device) => device.id) });
    }
  }
  console.log(`registered      ${flags.points} points in ${seconds(performance.now() - from)}`);
  const messages = gateways.reduce((sum, { devices }) => sum + devices.length, 0);
  const { seconds: took } = await runLoad(mqtt, gateways, { messages, window: 20 });
  console.log(`one value each  in ${took.toFixed(1)} s`);
  await snapshotAfter(Date.now());
}

/** The next one holds what was taken by now. */
async function snapshotAfter(time: number): Promise<void> {
  const folder = join(directory, 'snapshots');
  for (const until = time + SNAPSHOT_WITHIN_MS; Date.now() < until; await wait(200)) {
    const newest = readdirSync(folder)
      .filter((name) => name.endsWith('.snap'))
      .map((name) => statSync(join(folder, name)))
      .find(({ birthtimeMs }) => birthtimeMs > time);
    if (newest === undefined) continue;
    console.log(`snapshot        ${(newest.size / 1e6).toFixed(1)} MB`);
    return;
  }
  throw new Error('no snapshot came');
}

const CLOCK_TICKS_PER_S = 100;
function cpuMs(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S) * 1_000;
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(2)} s`;

try {
  if (!known) {
    const first = await start();
    console.log(`empty           ${seconds(first.ms)}`);
    await fill(first).finally(() => stop(first, 'SIGTERM'));
  }
  for (let round = 0; round < Number(flags.starts); round += 1)
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const started = await start();
      const { ms, cpuMs: cpu } = started;
      console.log(`start           ${seconds(ms)}, ${seconds(cpu)} of processor time, then ${signal}`);
      await stop(started, signal);
    }
} finally {
  if (flags.keep === undefined) rmSync(directory, { recursive: true, force: true });
}
