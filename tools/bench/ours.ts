/** The whole platform: synced acknowledgement, decoding, quality, the rules in force, embedded store, live push. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import {
  cpuSecondsOf,
  end,
  gatewaysOf,
  rssMbOf,
  spawnUntil,
  type Contestant,
  type LoadGateway,
} from './contestant.ts';

export const BENCH_PASSWORD = 'Bench-pass-1234';
const ROOT = join(import.meta.dirname, '../..');
const PER_IMPORT = 100;

export type Ours = Contestant & {
  readonly http: string;
  readonly token: string;
  readonly pid: number;
  readonly directory: string;
};

/** `parent` is where its data directory is made. */
export async function startOurs(
  gatewayCount: number,
  env: NodeJS.ProcessEnv = {},
  parent = tmpdir(),
): Promise<Ours> {
  const directory = mkdtempSync(join(parent, 'lifeline-bench-'));
  const { child, match } = await spawnUntil(
    [process.execPath, join(ROOT, 'main.ts')],
    /console\s+(http:\S+)[\s\S]*mqtt:\/\/[^:]+:(\d+)/,
    {
      env: {
        ...{
          PATH: process.env['PATH'],
          LIFELINE_DATA_DIR: directory,
          LIFELINE_ADMIN_PASSWORD: BENCH_PASSWORD,
        },
        ...{
          LIFELINE_HTTP_PORT: '0',
          LIFELINE_MQTT_PORT: '0',
          LIFELINE_FLOWS: 'off',
          LIFELINE_RESERVE_MB: '1',
        },
        // One gateway of load A sends as much as the whole field of a small city.
        ...{ LIFELINE_GATEWAY_PUBLISHES_PER_S: '1000000', LIFELINE_GATEWAY_KB_PER_S: '1000000' },
        ...{ LIFELINE_CONNECTIONS_PER_ADDRESS: '18200', ...env },
      },
      cwd: ROOT,
    },
  );
  const http = match[1] ?? '';
  const post = postTo(http);
  const { token } = (await post('/api/v1/session', { username: 'admin', password: BENCH_PASSWORD }, '')) as {
    token: string;
  };
  const gateways: LoadGateway[] = [];
  const wanted = gatewaysOf(gatewayCount);
  for (let at = 0; at < wanted.length; at += PER_IMPORT)
    gateways.push(...(await register(post, token, wanted.slice(at, at + PER_IMPORT))));
  const { pid } = child;
  return {
    ...{
      name: 'city lifeline, whole',
      http,
      token,
      directory,
      pid: pid ?? 0,
      port: Number(match[2]),
      gateways,
    },
    cpuSeconds: () => cpuSecondsOf(pid),
    rssMb: () => rssMbOf(pid),
    async onAlarm(listener) {
      const socket = io(http, { auth: { token }, transports: ['websocket'] });
      await new Promise((resolve) => socket.once('snapshot', resolve));
      socket.on('alarm', ({ alarm }: { alarm: { value: number | null } }) => {
        if (alarm.value !== null) listener(alarm.value);
      });
      return async () => void socket.close();
    },
    async stop() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

type Post = (path: string, body: unknown, token: string) => Promise<unknown>;

const postTo =
  (http: string): Post =>
  async (path, body, token) => {
    const headers = {
      'content-type': 'application/json',
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    };
    const answer = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };

async function register(post: Post, token: string, some: readonly LoadGateway[]): Promise<LoadGateway[]> {
  const devices = some.flatMap(({ id, devices: ids }) =>
    ids.map((device) => ({ id: device, gateway: id, facility: `F-${id}` })),
  );
  const answer = (await post(
    '/api/v1/import',
    {
      facilities: some.map(({ id }) => wellOf(id)),
      gateways: some.map(({ id }) => ({ id, name: id, session: 'always-on' })),
      devices,
      points: devices.flatMap(({ id: device }) =>
        ['a', 'b', 'c', 'd', 'e'].map((channel) => ({
          device,
          channel,
          quantity: 'ch4',
          unit: '%',
          reportIntervalMs: 60_000,
        })),
      ),
    },
    token,
  )) as { secrets: { id: string; secret: string }[] };
  const secrets = new Map(answer.secrets.map(({ id, secret }) => [id, secret]));
  return some.map((gateway) => ({ ...gateway, secret: secrets.get(gateway.id) ?? '' }));
}

/** Two kilometres apart: wells of a city, not one well with thousands of sensors. */
function wellOf(id: string): Record<string, unknown> {
  const number = Number(id.slice('GW-'.length));
  const location = { lat: 34 + (number % 100) / 50, lon: 114 + Math.floor(number / 100) / 50 };
  return { id: `F-${id}`, name: id, kind: 'gas-valve-well', lifeline: 'gas', area: '371702', location };
}
