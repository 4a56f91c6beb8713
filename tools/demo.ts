/**
 * `npm run demo`: the platform in its own data folder, one user of each role, a simulated city, and the console.
 * The first run prints the generated passwords; they are kept beside the demo's data so that the next run knows them.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readConfig } from '#config';
import { planCity } from '#firmware-sim/city-plan.ts';
import { seededRandom } from '#firmware-sim/random.ts';
import { startSimulation } from '#firmware-sim/simulation.ts';
import { startPlatform } from '../platform/platform.ts';

const SEED = 1;
const WELLS = 36;
const REPORT_INTERVAL_MS = 2_000;
const PACE = 10;

const USERS = [
  { username: 'duty', name: '张三', roles: ['duty-officer'] },
  { username: 'leader', name: '李四', roles: ['duty-leader'] },
  { username: 'crew', name: '王五', roles: ['crew'], scope: { organisations: ['gas-company'] } },
  { username: 'engineer', name: '赵六', roles: ['engineer'] },
  { username: 'viewer', name: '钱七', roles: ['viewer'] },
  { username: 'sysadmin', name: '系统管理员', roles: ['system-admin'] },
  { username: 'security', name: '安全管理员', roles: ['security-admin'] },
  { username: 'audit', name: '审计管理员', roles: ['audit-admin'] },
] as const;

type ImportAnswer = { readonly secrets: { id: string; secret: string }[] };
type Known = { readonly passwords: Record<string, string>; secrets: { id: string; secret: string }[] };

const config = readConfig({ LIFELINE_DATA_DIR: './demo-data', ...process.env });
mkdirSync(config.dataDir, { recursive: true });
const knownPath = join(config.dataDir, 'demo.json');
const known: Known = existsSync(knownPath)
  ? JSON.parse(readFileSync(knownPath, 'utf8'))
  : {
      passwords: {
        admin: newPassword(),
        ...Object.fromEntries(USERS.map((u) => [u.username, newPassword()])),
      },
      secrets: [],
    };
const keep = (): void => writeFileSync(knownPath, JSON.stringify(known, null, 1), { mode: 0o600 });
keep();

const platform = await startPlatform({ ...config, adminPassword: known.passwords['admin'] ?? null });
const base = `http://127.0.0.1:${platform.httpPort}`;
const token = await logIn('admin');
if (known.secrets.length === 0) await prepare();

const plan = planCity(seededRandom(SEED), WELLS, REPORT_INTERVAL_MS);
const simulation = startSimulation({
  plan,
  secrets: new Map(known.secrets.map(({ id, secret }) => [id, secret])),
  url: `mqtt://127.0.0.1:${platform.mqttPort}`,
  scenario: 'city',
  seed: SEED,
  reportIntervalMs: REPORT_INTERVAL_MS,
  pace: PACE,
  say: (line) => console.log(`field: ${line}`),
});

console.log(
  `\nCity Lifeline demo: ${plan.facilities.length} facilities, ${simulation.gateways.size} gateways\n`,
);
console.log(`  open  ${base}\n`);
for (const { username, roles } of [
  { username: 'admin', roles: ['system-admin', 'security-admin'] },
  ...USERS,
]) {
  console.log(`  ${username} / ${known.passwords[username] ?? '?'}    (${roles.join(', ')})`);
}
console.log('\nlog in as duty; the first gas alarm comes within a minute. Stop with Ctrl-C.\n');

const stop = (): void =>
  void simulation
    .stop()
    .then(() => platform.close())
    .then(() => process.exit(0));
process.once('SIGINT', stop);
process.once('SIGTERM', stop);

/** Users and the simulated city, through the API as any installer would. */
async function prepare(): Promise<void> {
  for (const { username, ...user } of USERS) {
    await post('/api/v1/users', { username, password: known.passwords[username], scope: {}, ...user });
  }
  const { organisations, facilities, gateways, devices, points } = planCity(
    seededRandom(SEED),
    WELLS,
    REPORT_INTERVAL_MS,
  );
  const answer = await post('/api/v1/import', { organisations, facilities, gateways, devices, points });
  known.secrets = answer.secrets;
  keep();
}

async function logIn(username: string): Promise<string> {
  const response = await fetch(`${base}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ username, password: known.passwords[username] }),
  });
  if (!response.ok) throw new Error(`cannot log in as ${username}: ${await response.text()}`);
  const { token: given } = (await response.json()) as { token: string };
  return given;
}

async function post(path: string, body: unknown): Promise<ImportAnswer> {
  const response = await fetch(base + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as ImportAnswer;
}

/** Three classes of characters, 96 bits. */
function newPassword(): string {
  return `Aa1-${randomBytes(12).toString('base64url')}`;
}
