/** `npm run sim`: a plan to import, a recording to play, and a plain word for what cannot be done. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CityPlan, planCity } from '#firmware-sim/city-plan.ts';
import { startWatchedBroker, until, type WatchedBroker } from './watched-broker.ts';

const MAIN = join(dirname(dirname(dirname(fileURLToPath(import.meta.url)))), 'firmware-sim', 'main.ts');
const folder = mkdtempSync(join(tmpdir(), 'lifeline-sim-'));
let city: WatchedBroker;

beforeAll(async () => {
  city = await startWatchedBroker();
});
afterAll(async () => {
  await city.close();
  rmSync(folder, { recursive: true });
});

function sim(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<{ code: number | null; text: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, text })),
  );
  return { ended, output: () => text, interrupt: () => void child.kill('SIGINT') };
}

const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

it('prints the plan of its seed', async () => {
  const { code, text } = await sim('--print-plan', '--seed', '7', '--wells', '40', '--density', 'sparse')
    .ended;
  expect(code).toBe(0);
  const plan: CityPlan = JSON.parse(text);
  expect(plan).toEqual(planCity({ seed: 7, wells: 40, density: 'sparse', reportIntervalMs: 10_000 }));
});

it('plays a recording and says what it left out', async () => {
  const path = file('r.csv', 'time,v\n2024-05-01 12:00,1\n2024-05-01 12:01,\n2024-05-01 12:02,"2.5"\n');
  const flags = ['--gateway', 'GW-P', '--secret', 's', '--value-column', 'v', '--channel', 'ch4'];
  const { code, text } = await sim('--play', path, '--url', city.url, '--device-prefix', 'D', ...flags).ended;
  expect(text).toBe(
    'played 2 samples in 1 publishes, all acknowledged; 1 rows hold no number and were left out\n',
  );
  expect(code).toBe(0);
  const noon = Date.UTC(2024, 4, 1, 4);
  expect(city.records()).toEqual([
    { device: 'D', time: noon, seq: 1, values: { ch4: 1 } },
    { device: 'D', time: noon + 120_000, seq: 2, values: { ch4: 2.5 } },
  ]);
});

it('plays the city with the gateways whose secrets it has, until it is interrupted', async () => {
  const secrets = file('secrets.json', '{"secrets":[{"id":"GW-gas-371702-001","secret":"s"}]}');
  const small = ['--density', 'sparse', '--wells', '40', '--interval', '1000', '--scenario', 'quiet'];
  const run = sim('--secrets', secrets, '--url', city.url, ...small);
  await until('the gateway reports', () => city.records().some(({ device }) => device === 'D-GS-371702-01'));
  run.interrupt();
  run.interrupt();
  const { code, text } = await run.ended;
  expect(code).toBe(0);
  expect(text).toContain('1 gateways, scenario quiet, seed 1');
});

it.each([
  { args: ['--bogus'], code: 2, why: /Unknown option '--bogus'/ },
  { args: ['--play', 'x.csv'], code: 2, why: /--gateway is missing/ },
  { args: ['--print-plan', '--wells', '3'], code: 2, why: /--wells takes a number from 40/ },
  { args: ['--print-plan', '--density', 'thick'], code: 2, why: /--density is sparse or full/ },
  { args: ['--secrets', '/nowhere/secrets.json'], code: 1, why: /no such file/ },
])('$args is refused with a reason', async ({ args, code, why }) => {
  const ended = await sim(...args).ended;
  expect(ended.code).toBe(code);
  expect(ended.text).toMatch(why);
});
