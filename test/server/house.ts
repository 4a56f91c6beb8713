/** A small city with a server before it, and people of every role to ask it things. */
import type { LightMyRequestResponse } from 'fastify';
import type { RegistryItem, RegistryKind } from '#domain/registry.ts';
import { ROLES, type Role, type Scope } from '#domain/user.ts';
import type { ServerPorts } from '#server/context.ts';
import { createPasswordHasher } from '#server/passwords.ts';
import { hashToken } from '#server/sessions.ts';
import { buildServer, type Server, type ServerOptions } from '#server/server.ts';
import { createLedger, type FakeLedger } from './fake-ledger.ts';
import { createDiagnostics, type FakeDiagnostics } from './fake-diagnostics.ts';
import { bookPort } from '../../platform/rules-port.ts';
import { createIntake, type FakeIntake } from './fake-intake.ts';
import {
  createCity,
  createClock,
  createHistory,
  createRandomBytes,
  secretHmac,
  type FakeCity,
  type ManualClock,
} from './fakes.ts';

export const PASSWORD = 'Lifeline-2025';

export type House = {
  readonly server: Server;
  readonly city: FakeCity;
  readonly ledger: FakeLedger;
  readonly history: ReturnType<typeof createHistory>;
  readonly intake: FakeIntake;
  readonly diagnostics: FakeDiagnostics;
  readonly clock: ManualClock;
  readonly ports: ServerPorts;
  /** Token of the person named after the role, e.g. `duty-officer`. */
  token(username: string): Promise<string>;
  ask(
    username: string | null,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
};

/** Hashing costs 50 ms a time, so everybody in these tests shares one hash. */
const sharedHash = createPasswordHasher(createRandomBytes()).hash(PASSWORD);

export async function openHouse(
  options: Partial<ServerOptions> = {},
  extra: Partial<ServerPorts> = {},
): Promise<House> {
  const clock = createClock();
  const city = createCity(clock);
  const ledger = createLedger();
  const history = createHistory();
  const intake = createIntake();
  const randomBytes = createRandomBytes();
  city.register(CITY);
  city.onAlarm((event) => {
    if (event.alarm.unjournaled !== true) ledger.follow(event);
  });
  const person = async (username: string, roles: readonly Role[], scope: Scope = {}): Promise<void> => {
    await ledger.createUser({
      username,
      roles,
      scope,
      passwordHash: await sharedHash,
      createdAt: clock.wallMs(),
    });
  };
  for (const role of ROLES) await person(role, [role], role === 'crew' ? { organisations: ['gas-co'] } : {});
  await person('gas-west', ['duty-officer'], { areas: ['371702'], lifelines: ['gas'] });
  await person('drain-east', ['duty-officer'], { areas: ['371721'] });
  await person('west-leader', ['duty-leader'], { areas: ['371702'] });
  await person('west-engineer', ['engineer'], { areas: ['371702'] });
  const diagnostics = createDiagnostics(city, clock);
  const ports: ServerPorts = {
    city,
    history,
    intake,
    diagnostics,
    ledger,
    rules: {
      ...bookPort(() => city.book),
      unbound: () => [],
      startRun: () => ({ ok: false, code: 'backtest-busy' }),
      runs: () => [],
      cancelRun: () => false,
      unkeptRuns: () => 0,
      startShadow: () => ({ ok: false, code: 'too-many-shadows' }),
      shadows: () => [],
      stopShadow: () => false,
    },
    clock,
    secretHmac,
    randomBytes,
    ...extra,
  };
  // Everybody has logged in before the platform started: no test pays for a hash that it is not about.
  const tokens = new Map<string, string>();
  for (const { username } of await ledger.users()) {
    const token = Buffer.from(randomBytes(32)).toString('base64url');
    await ledger.saveSession(hashToken(token), username, clock.wallMs() + 24 * 3_600_000);
    tokens.set(username, token);
  }
  const server = await buildServer({ bind: '127.0.0.1', port: 0, ...options }, ports);
  const ask: House['ask'] = async (username, method, url, body, headers = {}) =>
    server.app.inject({
      method,
      url,
      headers: {
        ...(username === null ? {} : { authorization: `Bearer ${await token(username)}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: body as object }),
    });
  const token = async (username: string): Promise<string> => {
    const known = tokens.get(username);
    if (known !== undefined) return known;
    const reply = await ask(null, 'POST', '/api/v1/session', { username, password: PASSWORD });
    const fresh: string = reply.json().token;
    tokens.set(username, fresh);
    return fresh;
  };
  return {
    server,
    city,
    ledger,
    history,
    intake,
    diagnostics,
    clock,
    ports,
    token,
    ask,
    close: () => server.close(),
  };
}

const make = (kind: RegistryKind, value: unknown): RegistryItem => ({
  op: 'create',
  kind,
  value,
});

const well = (
  id: string,
  area: string,
  lifeline: string,
  kind: string,
  organisation?: string,
): RegistryItem =>
  make('facilities', {
    id,
    name: `Facility ${id}`,
    kind,
    lifeline,
    area,
    location: { lat: 35.2, lon: 115.4 },
    ...(organisation === undefined ? {} : { organisation }),
  });

const point = (device: string, channel: string, quantity: string, unit: string): RegistryItem =>
  make('points', { device, channel, quantity, unit, reportIntervalMs: 60_000 });

/** W-1: gas in 牡丹区 of gas-co; U-1: an underpass in 曹县 of nobody. */
export const CITY: readonly RegistryItem[] = [
  make('organisations', { id: 'gas-co', name: 'Gas company', kind: 'owner', dutyPhone: '0530-110' }),
  make('organisations', { id: 'water-co', name: 'Water company', kind: 'owner', dutyPhone: '0530-120' }),
  well('W-1', '371702', 'gas', 'gas-valve-well', 'gas-co'),
  well('U-1', '371721', 'drainage', 'underpass'),
  make('gateways', {
    id: 'GW-1',
    name: 'West',
    facility: 'W-1',
    session: 'always-on',
    secretHmac: secretHmac('w'),
  }),
  make('gateways', {
    id: 'GW-2',
    name: 'East',
    facility: 'U-1',
    session: 'sleepy',
    secretHmac: secretHmac('e'),
  }),
  make('devices', { id: 'G-1', gateway: 'GW-1', facility: 'W-1', serial: 'SN-1' }),
  make('devices', { id: 'D-1', gateway: 'GW-2', facility: 'U-1' }),
  point('G-1', 'ch4', 'ch4', '%'),
  point('D-1', 'depth', 'water-depth', 'cm'),
];

/** Fields of an alarm of U-1. */
export const EAST = {
  point: 'D-1/depth',
  device: 'D-1',
  facility: 'U-1',
  area: '371721',
  lifeline: 'drainage',
  gateway: 'GW-2',
} as const;
