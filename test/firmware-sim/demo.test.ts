/** `npm run demo` as somebody who tries it meets it: log-ins printed, stopped, started again, a port in the way. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { planCity } from '#firmware-sim/city-plan.ts';
import { logIn, until } from '#test/e2e/api.ts';
import { freshDataDirectory } from '#test/e2e/platform-process.ts';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
/** On a machine with much else to do. */
const PATIENCE_MS = 120_000;
const directory = freshDataDirectory();
const children: ChildProcess[] = [];
const blocker: Server = createServer();

afterAll(async () => {
  for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  await new Promise((resolve) => blocker.close(resolve));
  directory.remove();
});

type Demo = { output(): string; ended: Promise<number | null>; interrupt(): void };

function startDemo(env: Record<string, string> = {}): Demo {
  const child = spawn(process.execPath, [join(ROOT, 'tools', 'demo.ts')], {
    cwd: ROOT,
    env: {
      ...process.env,
      LIFELINE_DATA_DIR: join(directory.path, 'demo'),
      LIFELINE_FLOWS: 'off',
      LIFELINE_HTTP_PORT: '0',
      LIFELINE_MQTT_PORT: '0',
      LIFELINE_RESERVE_MB: '1',
      ...env,
    },
  });
  children.push(child);
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  return { output: () => text, ended, interrupt: () => void child.kill('SIGINT') };
}

const ready = (demo: Demo): Promise<string> =>
  until(
    'the demo is up',
    60_000,
    () => Promise.resolve(demo.output()),
    (text) => text.includes('Stop with Ctrl-C'),
  );

const address = (text: string): string => /open {2}(http:\S+)/.exec(text)?.[1] ?? '';
const logIns = (text: string): string[] => text.match(/^\S+ \/ \S+$/gm) ?? [];
const plan = planCity({ seed: 1, wells: 150, density: 'full', reportIntervalMs: 10_000 });
/** Every always-on gateway, and whichever sleeper is awake just now. */
const alwaysOn = plan.gateways.filter(({ session }) => session === 'always-on').length;
const areAllThere = (lines: string): boolean => Number(/mqtt_connections (\d+)/.exec(lines)?.[1]) >= alwaysOn;
const known = join(directory.path, 'demo', 'demo.json');

describe('the demo', () => {
  it(
    'prints one log-in for each role and its gateways come; interrupted twice it stops cleanly',
    async () => {
      const demo = startDemo();
      const text = await ready(demo);
      expect(logIns(text).map((line) => line.split(' ')[0])).toEqual([
        'admin',
        'duty',
        'leader',
        'crew',
        'engineer',
        'viewer',
        'sysadmin',
        'security',
        'audit',
      ]);
      for (const line of logIns(text)) {
        const [username = '', , password = ''] = line.split(' ');
        await logIn(address(text), username, password);
      }
      const metrics = async (): Promise<string> => (await fetch(`${address(text)}/metrics`)).text();
      await until('all gateways are there', 60_000, metrics, areAllThere);
      demo.interrupt();
      demo.interrupt();
      expect(await demo.ended).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'knows the same log-ins on its second start, and heals a first start that was cut short',
    async () => {
      const before = JSON.parse(readFileSync(known, 'utf8'));
      writeFileSync(known, JSON.stringify({ ...before, secrets: [] }));
      const demo = startDemo();
      const text = await ready(demo);
      expect(logIns(text)[1]).toBe(`duty / ${before.passwords.duty}`);
      const metrics = async (): Promise<string> => (await fetch(`${address(text)}/metrics`)).text();
      await until('all gateways are there', 60_000, metrics, areAllThere);
      const other = startDemo();
      expect(await other.ended).toBe(2);
      expect(other.output()).toMatch(/another process is using/);
      demo.interrupt();
      expect(await demo.ended).toBe(0);
      expect(JSON.parse(readFileSync(known, 'utf8')).secrets).toHaveLength(plan.gateways.length);
    },
    PATIENCE_MS,
  );

  it(
    'says which port is taken and how to choose another',
    async () => {
      const port = await new Promise<number>((resolve) => {
        blocker.listen(0, '127.0.0.1', () => {
          const bound = blocker.address();
          resolve(typeof bound === 'object' && bound !== null ? bound.port : 0);
        });
      });
      for (const name of ['LIFELINE_HTTP_PORT', 'LIFELINE_MQTT_PORT']) {
        const demo = startDemo({ [name]: String(port) });
        expect(await demo.ended).toBe(2);
        expect(demo.output()).toContain(`port ${port} is taken`);
        expect(demo.output()).toContain('LIFELINE_HTTP_PORT=');
      }
    },
    PATIENCE_MS,
  );

  it(
    'leaves a folder alone that is not its own',
    async () => {
      const demo = startDemo({ LIFELINE_DATA_DIR: join(directory.path, 'demo', 'journal', '..') });
      writeFileSync(known, JSON.stringify({ plan: 'another', passwords: {}, secrets: [] }));
      expect(await demo.ended).toBe(2);
      expect(demo.output()).toMatch(/another version of the demo/);
    },
    PATIENCE_MS,
  );
});
