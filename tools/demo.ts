/**
 * `npm run demo`: the platform in its own data folder, one user of each role, a simulated city, and the console.
 * The first run makes passwords and gateway secrets; they are kept beside the demo's data so that the next run knows
 * them.
 */
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError, readConfig } from '#config';
import { planCity } from '#firmware-sim/city-plan.ts';
import { startSimulation } from '#firmware-sim/simulation.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { type Call, STAND_IN, startOfficer } from './demo-officer.ts';

const SEED = 1;
const WELLS = 150;
const REPORT_INTERVAL_MS = 10_000;
const PACE = 10;

const ADMIN = { username: 'admin', roles: ['system-admin', 'security-admin'] } as const;
const USERS = [
  { username: 'duty', name: '张三', roles: ['duty-officer'], scope: {} },
  { username: 'leader', name: '李四', roles: ['duty-leader'], scope: {} },
  { username: 'crew', name: '王五', roles: ['crew'], scope: { organisations: ['gas-company'] } },
  { username: 'engineer', name: '赵六', roles: ['engineer'], scope: {} },
  { username: 'viewer', name: '钱七', roles: ['viewer'], scope: {} },
  { username: 'sysadmin', name: '系统管理员', roles: ['system-admin'], scope: {} },
  { username: 'security', name: '安全管理员', roles: ['security-admin'], scope: {} },
  { username: 'audit', name: '审计管理员', roles: ['audit-admin'], scope: {} },
] as const;

/** Settings or a data folder that the demo cannot run with; starting again cannot help. */
const EXIT_REFUSED = 2;

/** What the demo keeps of itself between runs. */
type Known = {
  readonly plan: string;
  readonly passwords: Record<string, string>;
  secrets: { id: string; secret: string }[];
};

const plan = planCity({ seed: SEED, wells: WELLS, density: 'full', reportIntervalMs: REPORT_INTERVAL_MS });
const planHash = createHash('sha256').update(JSON.stringify(plan)).digest('hex').slice(0, 16);

await main().catch((cause: unknown) => {
  console.error(explain(cause));
  process.exit(EXIT_REFUSED);
});

async function main(): Promise<void> {
  const config = readConfig({ LIFELINE_DATA_DIR: './demo-data', ...process.env });
  if (config.tls !== null) throw new ConfigError('LIFELINE_TLS_CERT', 'the demo runs without TLS');
  const known = readKnown(config);
  const platform = await startPlatform({ ...config, adminPassword: known.passwords['admin'] ?? null });
  const host = ['0.0.0.0', '::'].includes(config.bind) ? '127.0.0.1' : config.bind;
  const base = `http://${host}:${platform.httpPort}`;
  if (known.secrets.length === 0) {
    known.secrets = await prepare(await logIn(base, ADMIN.username, known), known);
    keep(config, known);
  }
  const simulation = startSimulation({
    plan,
    secrets: new Map(known.secrets.map(({ id, secret }) => [id, secret])),
    url: `mqtt://${host}:${platform.mqttPort}`,
    scenarios: ['city'],
    seed: SEED,
    pace: PACE,
    say: (line) => console.log(`field: ${line}`),
  });
  welcome(base, known);
  const say = (line: string): void => console.log(`officer: ${line}`);
  const officer = startOfficer(await logIn(base, STAND_IN.username, known), say);
  stopOnSignal(platform, async () => {
    officer.stop();
    await simulation.stop();
  });
}

function welcome(base: string, { passwords }: Known): void {
  const { facilities, gateways, points } = plan;
  console.log(
    `\nCity Lifeline demo: ${facilities.length} facilities, ${gateways.length} gateways, ${points.length} points\n`,
  );
  console.log(`  open  ${base}\n`);
  for (const { username } of [ADMIN, ...USERS]) console.log(`${username} / ${passwords[username] ?? '?'}`);
  console.log('\nLog in as duty; the first gas alarm comes within a minute. Stop with Ctrl-C.\n');
}

/** A terminal sends Ctrl-C to starter and demo alike, and the starter passes it on: it may come twice. */
function stopOnSignal(platform: Platform, stopField: () => Promise<void>): void {
  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    await stopField();
    await platform.close();
    process.exit(0);
  };
  const onSignal = (): void =>
    void stop().catch((cause: unknown) => {
      console.error('the demo did not stop cleanly; its next start replays the journal', cause);
      process.exit(1);
    });
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function readKnown(config: Config): Known {
  mkdirSync(config.dataDir, { recursive: true });
  const path = knownPath(config);
  if (existsSync(path)) {
    const known: Known = JSON.parse(readFileSync(path, 'utf8'));
    if (known.plan === planHash) return known;
    throw new ConfigError(
      'LIFELINE_DATA_DIR',
      `${config.dataDir} holds the city of another version of the demo; remove it or name another folder`,
    );
  }
  if (existsSync(join(config.dataDir, 'journal'))) {
    throw new ConfigError('LIFELINE_DATA_DIR', `${config.dataDir} is not the demo's; name another folder`);
  }
  const passwords = Object.fromEntries(
    [ADMIN, ...USERS, STAND_IN].map(({ username }) => [username, newPassword()] as const),
  );
  if (config.adminPassword !== null) passwords['admin'] = config.adminPassword;
  const known = { plan: planHash, passwords, secrets: [] };
  keep(config, known);
  return known;
}

function knownPath(config: Config): string {
  return join(config.dataDir, 'demo.json');
}

function keep(config: Config, known: Known): void {
  writeFileSync(knownPath(config), JSON.stringify(known, null, 1), { mode: 0o600 });
}

/**
 * Users and the simulated city, through the API as any installer would; answers the gateways' secrets. What an
 * interrupted first run has already made is taken as it is, its lost secrets are rotated.
 */
async function prepare(call: Call, { passwords }: Known): Promise<Known['secrets']> {
  for (const user of [...USERS, STAND_IN]) {
    const { status, body } = await call('POST', '/api/v1/users', {
      ...user,
      password: passwords[user.username],
    });
    if (status >= 300 && status !== 409)
      throw new Error(`cannot create ${user.username}: ${JSON.stringify(body)}`);
  }
  const imported = await call('POST', '/api/v1/import', plan);
  if (imported.status >= 300) throw new Error(`cannot import the city: ${JSON.stringify(imported.body)}`);
  const secrets = secretsIn(imported.body);
  const given = new Set(secrets.map(({ id }) => id));
  for (const { id } of plan.gateways.filter((gateway) => !given.has(gateway.id))) {
    const { status, body } = await call('POST', `/api/v1/gateways/${id}/secret`, {});
    if (status >= 300) throw new Error(`cannot rotate the secret of ${id}: ${JSON.stringify(body)}`);
    secrets.push(...secretsIn({ secrets: [body] }));
  }
  return secrets;
}

function secretsIn(body: unknown): Known['secrets'] {
  const { secrets } = Object(body);
  return Array.isArray(secrets)
    ? secrets.map(({ id, secret }) => ({ id: String(id), secret: String(secret) }))
    : [];
}

async function logIn(base: string, username: string, { passwords }: Known): Promise<Call> {
  const password = passwords[username];
  const session = await request('POST', `${base}/api/v1/session`, {}, { username, password });
  if (session.status >= 300) throw new Error(`cannot log in as ${username}: ${JSON.stringify(session.body)}`);
  const authorization = `Bearer ${String(Object(session.body).token)}`;
  return (method, path, body) => request(method, base + path, { authorization }, body);
}

async function request(method: string, url: string, headers: Record<string, string>, body?: unknown) {
  const response = await fetch(url, {
    method,
    headers: body === undefined ? headers : { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => null);
  return { status: response.status, body: answer };
}

/** One sentence a person can act on. */
function explain(cause: unknown): string {
  if (!(cause instanceof Error)) return `the demo cannot start: ${String(cause)}`;
  const { code, port } = Object(cause);
  if (code === 'EADDRINUSE')
    return (
      `the demo cannot start: port ${port} is taken. Stop what uses it (another demo?), or choose others:\n` +
      '  LIFELINE_HTTP_PORT=8090 LIFELINE_MQTT_PORT=1893 npm run demo'
    );
  if (code === 'EACCES' && port !== undefined)
    return `the demo cannot start: this account may not open port ${port}`;
  return `the demo cannot start: ${cause.message}`;
}

/** Three classes of characters, 96 bits. */
function newPassword(): string {
  return `Aa1-${randomBytes(12).toString('base64url')}`;
}
