/** A client of the API as an outsider would write one. */
import type { Alarm } from '#domain/alarm.ts';
import { ADMIN_PASSWORD } from './platform-process.ts';

/** No assertion of a test runner: commands use this client too. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}

export type Api = {
  readonly token: string;
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<{ status: number; body: T }>;
};

export async function logIn(http: string, username = 'admin', password = ADMIN_PASSWORD): Promise<Api> {
  const answer = await fetch(`${http}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password }),
  });
  must(answer.status < 300, `log-in of ${username}: ${answer.status}`);
  const { token } = (await answer.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  return {
    token,
    async get<T>(path: string) {
      const response = await fetch(http + path, { headers });
      must(response.status === 200, `${path}: ${response.status}`);
      return response.json() as Promise<T>;
    },
    async post<T>(path: string, body: unknown) {
      const response = await fetch(http + path, { method: 'POST', headers, body: JSON.stringify(body) });
      return { status: response.status, body: (await response.json()) as T };
    },
  };
}

/** Registers a gas well with one gateway, `GW-1`, and its devices; returns the gateway's secret. */
export async function registerWell(
  api: Api,
  devices: readonly string[] = ['G-1'],
  unit = '%',
): Promise<string> {
  const facility = {
    id: 'V-1',
    name: '中华路阀井',
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lat: 35.25, lon: 115.44 },
    organisation: 'gas',
  };
  const answer = await api.post<{ secrets: { id: string; secret: string }[] }>('/api/v1/import', {
    organisations: [{ id: 'gas', name: '燃气公司', kind: 'owner', dutyPhone: '0530-1234567' }],
    facilities: [facility],
    gateways: [{ id: 'GW-1', name: '网关一', session: 'always-on' }],
    devices: devices.map((id) => ({ id, gateway: 'GW-1', facility: 'V-1' })),
    points: devices.map((device) => ({
      device,
      channel: 'ch4',
      quantity: 'ch4',
      unit,
      reportIntervalMs: 60_000,
    })),
  });
  must(answer.status < 300, JSON.stringify(answer.body));
  const secret = answer.body.secrets[0]?.secret;
  if (secret === undefined) throw new Error('no secret');
  return secret;
}

export async function createUser(api: Api, username: string, roles: readonly string[]): Promise<string> {
  const password = `Pass-${username}-1`;
  const answer = await api.post('/api/v1/users', { username, password, roles, scope: {} });
  must(answer.status < 300, JSON.stringify(answer.body));
  return password;
}

export const openAlarms = async (api: Api): Promise<Alarm[]> =>
  (await api.get<{ items: Alarm[] }>('/api/v1/alarms?state=open')).items;

/** Asks again, every 20 ms, until `wanted` says yes; fails with `what` after `withinMs`. */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T>,
  wanted: (value: T) => boolean,
): Promise<T> {
  const from = performance.now();
  for (;;) {
    const value = await ask();
    if (wanted(value)) return value;
    if (performance.now() - from > withinMs)
      throw new Error(`${what}: not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
