/** What every contestant of the bench is: a broker on a port, and what it costs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

export type LoadGateway = {
  readonly id: string;
  readonly secret: string;
  readonly devices: readonly string[];
};

export type Contestant = {
  readonly name: string;
  readonly port: number;
  readonly gateways: readonly LoadGateway[];
  /** User and system time of all its processes so far. */
  cpuSeconds(): number;
  rssMb(): number;
  /** Hears the value of every alarm that it raises; absent: it raises none. Resolves once listening. */
  onAlarm?(listener: (value: number) => void): Promise<() => Promise<void>>;
  stop(): Promise<void>;
};

const CLOCK_TICKS_PER_S = 100;
const DEVICES_PER_GATEWAY = 5;

export const gatewaysOf = (count: number): LoadGateway[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `GW-${at}`,
    secret: 'x',
    devices: Array.from({ length: DEVICES_PER_GATEWAY }, (__, device) => `GW-${at}-D${device}`),
  }));

export function cpuSecondsOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / CLOCK_TICKS_PER_S;
}

export const rssMbOf = (pid: number | undefined): number =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);

/** A port below the system's own, free a moment ago. */
export async function freePort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 5_000); port < 32_000; port += 1) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error('no free port below 32000');
}

/** Starts it and waits for the line that says where it is; what it said is in the error when it ends first. */
export function spawnUntil(
  command: readonly string[],
  ready: RegExp,
  options: { readonly env?: NodeJS.ProcessEnv; readonly cwd?: string } = {},
): Promise<{ child: ChildProcess; match: RegExpExecArray }> {
  const child = spawn(command[0] ?? '', command.slice(1), { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  return new Promise((resolve, reject) => {
    const read = (part: Buffer): void => {
      said = (said + part.toString()).slice(-20_000);
      const match = ready.exec(said);
      if (match !== null) resolve({ child, match });
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`${command.join(' ')} ended with ${code}:\n${said}`)));
  });
}

export async function end(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await gone;
}
