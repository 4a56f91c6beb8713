/** The whole platform in this process, its clock in the test's hand; gateways, consoles and API are real. */
import mqtt, { type MqttClient } from 'mqtt';
import { io, type Socket } from 'socket.io-client';
import { readConfig } from '#config';
import type { Alarm } from '#domain/alarm.ts';
import type {
  AlarmMessage,
  ClientToServer,
  GatewayMessage,
  ServerToClient,
} from '#domain/contract/socket.ts';
import { type Platform, startPlatform } from '../../platform/platform.ts';
import { type Api, logIn, until } from './api.ts';
import { createHandClock, type HandClock } from './hand-clock.ts';
import { ADMIN_PASSWORD, freshDataDirectory } from './platform-process.ts';

export type PlannedPoint = {
  readonly gateway: string;
  readonly device: string;
  readonly channel: string;
  readonly quantity: string;
  readonly unit: string;
  /** Kind of its facility; one facility of each kind is made. */
  readonly kind: string;
  readonly reportIntervalMs: number;
  readonly limits?: Readonly<Record<string, unknown>>;
};

export type Gateway = {
  readonly id: string;
  readonly client: MqttClient;
  /** Resolves with the PUBACK. */
  send(records: unknown): Promise<void>;
};

export type Console = {
  readonly events: readonly AlarmMessage[];
  readonly gateways: readonly GatewayMessage[];
  /** Events about one point, in order. */
  of(point: string): AlarmMessage[];
  /** Waits for the first event, past or to come, that `wanted` accepts. */
  saw(what: string, wanted: (message: AlarmMessage) => boolean, withinMs?: number): Promise<AlarmMessage>;
  close(): void;
};

export type ClockedCity = {
  readonly clock: HandClock;
  readonly http: () => string;
  gateway(id: string): Promise<Gateway>;
  logIn(): Promise<Api>;
  console(): Promise<Console>;
  /** Lets time go by and waits until everything that fell due is journaled and decided. */
  pass(ms: number): Promise<void>;
  /** Stops the platform and starts it again on the same data after `downMs`. */
  restart(downMs: number): Promise<void>;
  close(): Promise<void>;
};

/** Gateway that belongs to no test: its publishes tell when everything before them is decided. */
const PROBE = 'GW-probe';
const PROBE_POINT: PlannedPoint = {
  gateway: PROBE,
  device: 'probe',
  channel: 'temperature',
  quantity: 'temperature',
  unit: 'Cel',
  kind: 'pump-station',
  reportIntervalMs: 86_400_000,
};
/** Registered last and so judged again last: once its own episode is there, all others are. */
export const LAST_POINT: PlannedPoint = {
  gateway: PROBE,
  device: 'last',
  channel: 'ch4',
  quantity: 'ch4',
  unit: '%',
  kind: 'gas-valve-well',
  reportIntervalMs: 60_000,
  limits: { H: 1 },
};

export async function startCity(wallMs: number, plan: readonly PlannedPoint[]): Promise<ClockedCity> {
  const clock = createHandClock(wallMs);
  const directory = freshDataDirectory();
  const open = new Set<{ close(): unknown }>();
  let platform = await start(directory.path, clock);
  const http = (): string => `http://127.0.0.1:${platform.httpPort}`;
  const secrets = await register(await logIn(http()), [...plan, PROBE_POINT, LAST_POINT]);
  let probe: Gateway | null = null;
  let boxes = 0;

  async function gateway(id: string): Promise<Gateway> {
    const password = secrets.get(id);
    if (password === undefined) throw new Error(`no gateway ${id}`);
    const url = `mqtt://127.0.0.1:${platform.mqttPort}`;
    const client = await mqtt.connectAsync(url, {
      username: id,
      password,
      clientId: `box-${(boxes += 1)}`,
      reconnectPeriod: 0,
    });
    client.on('error', () => {});
    open.add({ close: () => client.end(true) });
    const send = async (records: unknown): Promise<void> => {
      const payload = typeof records === 'string' ? records : JSON.stringify(records);
      await client.publishAsync(`lifeline/v1/${id}/telemetry`, payload, { qos: 1 });
    };
    return { id, client, send };
  }

  /** Its PUBACK comes after everything submitted before it was synced and decided. */
  async function settle(): Promise<void> {
    probe ??= await gateway(PROBE);
    await probe.client.publishAsync(`lifeline/v1/${PROBE}/status`, '{"online":true}', { qos: 1 });
  }

  async function closePlatform(): Promise<void> {
    for (const one of open) one.close();
    open.clear();
    probe = null;
    await platform.close();
  }

  return {
    clock,
    http,
    gateway,
    logIn: () => logIn(http()),
    async console() {
      const watching = await watch(http(), (await logIn(http())).token);
      open.add(watching);
      return watching;
    },
    async pass(ms) {
      await settle();
      clock.pass(ms);
      await settle();
    },
    async restart(downMs) {
      await closePlatform();
      clock.pass(downMs);
      platform = await start(directory.path, clock);
    },
    async close() {
      await closePlatform();
      directory.remove();
    },
  };
}

function start(dataDirectory: string, clock: HandClock): Promise<Platform> {
  const config = readConfig({
    LIFELINE_DATA_DIR: dataDirectory,
    LIFELINE_HTTP_PORT: '0',
    LIFELINE_MQTT_PORT: '0',
    LIFELINE_ADMIN_PASSWORD: ADMIN_PASSWORD,
    LIFELINE_RESERVE_MB: '1',
    LIFELINE_FLOWS: 'off',
    // Recordings are years old and must not be swept away.
    LIFELINE_RETENTION_DAYS: '36500',
  });
  // A clock moved by months would otherwise ask for a snapshot at every step; and a rate needs a clock that runs.
  const unlimited = { publishesPerSMax: 1e9, publishBytesPerSMax: 1e12 };
  const bounds = { ...config.bounds, ...unlimited, snapshotEveryMs: 1e13 };
  return startPlatform({ ...config, bounds }, { clock });
}

async function register(api: Api, plan: readonly PlannedPoint[]): Promise<Map<string, string>> {
  const kinds = [...new Set(plan.map(({ kind }) => kind))];
  const answer = await api.post<{ secrets: { id: string; secret: string }[] }>('/api/v1/import', {
    organisations: [{ id: 'city', name: '市政', kind: 'owner', dutyPhone: '0530-1234567' }],
    facilities: kinds.map((kind) => ({
      id: `F-${kind}`,
      name: kind,
      kind,
      area: '371702',
      organisation: 'city',
      lifeline: kind.startsWith('gas') ? 'gas' : 'drainage',
      location: { lat: 35.25, lon: 115.44 },
    })),
    gateways: [...new Set(plan.map((point) => point.gateway))].map((id) => ({
      id,
      name: id,
      session: 'always-on',
    })),
    devices: plan.map(({ device: id, gateway, kind }) => ({ id, gateway, facility: `F-${kind}` })),
    points: plan.map(pointOf),
  });
  if (answer.status >= 300) throw new Error(JSON.stringify(answer.body));
  return new Map(answer.body.secrets.map(({ id, secret }) => [id, secret]));
}

function pointOf({ device, channel, quantity, unit, reportIntervalMs, limits }: PlannedPoint) {
  return { device, channel, quantity, unit, reportIntervalMs, ...(limits === undefined ? {} : { limits }) };
}

async function watch(http: string, token: string): Promise<Console> {
  const socket: Socket<ServerToClient, ClientToServer> = io(http, {
    auth: { token },
    transports: ['websocket'],
    forceNew: true,
  });
  const events: AlarmMessage[] = [];
  const gateways: GatewayMessage[] = [];
  socket.on('alarm', (message) => void events.push(message));
  socket.on('gateway', (message) => void gateways.push(message));
  await new Promise<void>((resolve, reject) => {
    socket.once('snapshot', () => resolve());
    socket.once('connect_error', reject);
  });
  return {
    events,
    gateways,
    of: (point) => events.filter(({ alarm }) => alarm.point === point),
    async saw(what, wanted, withinMs = 60_000) {
      const found = await until(
        what,
        withinMs,
        async () => events.find(wanted),
        (one) => one !== undefined,
      );
      if (found === undefined) throw new Error(what);
      return found;
    },
    close: () => socket.close(),
  };
}

/** Every alarm there ever was, through all pages. */
export const allAlarms = (api: Api): Promise<Alarm[]> => allPages(api, '/api/v1/alarms?state=all&limit=1000');

/** Every item of a list, page after page; `path` has a query already. */
export async function allPages<T>(api: Api, path: string): Promise<T[]> {
  const items: T[] = [];
  let cursor: string | null = null;
  do {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { items: T[]; next: string | null } = await api.get(path + query);
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== null);
  return items;
}
