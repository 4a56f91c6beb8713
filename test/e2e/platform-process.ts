/** The platform as its own process, started as `npm start` starts it, on free ports and a fresh data directory. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type PlatformProcess = {
  readonly http: string;
  readonly mqttPort: number;
  readonly pid: number;
  /** Everything it printed. */
  output(): string;
  kill(signal: NodeJS.Signals): Promise<void>;
};

export const ADMIN_PASSWORD = 'Test-pass-1234';

export function freshDataDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'lifeline-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export type PlatformOptions = {
  /** Runs before node. */
  readonly wrapper?: readonly string[];
  readonly env?: Record<string, string>;
  /** Stands in for `main.ts`: a script of the tree and its arguments. */
  readonly script?: readonly string[];
};

/** A platform that has been started and may not listen yet. */
export type StartingPlatform = {
  readonly pid: number;
  /** Resolves once it says where it listens; rejects with its output when it ends first. */
  readonly listening: Promise<PlatformProcess>;
  /** Resolves with its exit code (null after a signal) and everything it printed. */
  readonly ended: Promise<{ readonly code: number | null; readonly output: string }>;
  kill(signal: NodeJS.Signals): Promise<void>;
};

/** Resolves once it says where it listens; rejects with its output when it ends first. */
export const startPlatformProcess = (
  dataDirectory: string,
  options: PlatformOptions = {},
): Promise<PlatformProcess> => spawnPlatform(dataDirectory, options).listening;

export function spawnPlatform(dataDirectory: string, options: PlatformOptions = {}): StartingPlatform {
  const [script = 'main.ts', ...args] = options.script ?? [];
  const command = [...(options.wrapper ?? []), process.execPath, join(ROOT, script), ...args];
  const child = spawn(command[0] ?? '', command.slice(1), {
    cwd: ROOT,
    env: {
      // Compiled once for all of them, as `npm start` does.
      NODE_COMPILE_CACHE: join(ROOT, 'node_modules', '.cache', 'compiled'),
      ...surroundings(),
      LIFELINE_DATA_DIR: dataDirectory,
      LIFELINE_HTTP_PORT: '0',
      LIFELINE_MQTT_PORT: '0',
      LIFELINE_ADMIN_PASSWORD: ADMIN_PASSWORD,
      LIFELINE_RESERVE_MB: '1',
      // Only the suites about flows pay for them.
      LIFELINE_FLOWS: 'off',
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = (signal: NodeJS.Signals): Promise<void> => end(child, signal, exited);
  const listening = new Promise<PlatformProcess>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString('utf8');
      const http = /console\s+(https?:\/\/\S+)/.exec(text)?.[1];
      const mqttPort = /mqtt:\/\/[^:]+:(\d+)/.exec(text)?.[1];
      if (http === undefined || mqttPort === undefined) return;
      resolve({ http, mqttPort: Number(mqttPort), pid: child.pid ?? 0, output: () => text, kill });
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('error', reject);
    void exited.then(() => reject(new Error(`the platform ended before it listened:\n${text}`)));
  });
  // Whoever kills it while it starts does not wait for it to listen.
  listening.catch(() => {});
  const ended = exited.then(() => ({ code: child.exitCode, output: text }));
  return { pid: child.pid ?? 0, listening, ended, kill };
}

/** Our own environment without settings of the product: those are the test's. */
const surroundings = (): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(LIFELINE|INFLUX)_/.test(name)));

async function end(child: ChildProcess, signal: NodeJS.Signals, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}
