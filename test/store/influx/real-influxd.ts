/** Debian's influxd 1.6.7 on a data directory of its own, on free ports of this machine alone. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const hasInfluxd = existsSync('/usr/bin/influxd');

export type RealInfluxd = {
  readonly url: string;
  /** Ends it; resolves when it is gone. */
  stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Starts it (again) on the same data. */
  start(): Promise<void>;
  query(q: string, database?: string): Promise<{ columns: string[]; values: unknown[][]; tags?: object }[]>;
  dispose(): Promise<void>;
};

/** A free port below the ephemeral range, where no client's own port can take it meanwhile. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const free = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}

export async function realInfluxd(): Promise<RealInfluxd> {
  const directory = mkdtempSync(join(tmpdir(), 'influxd-'));
  const [http, rpc] = [await freePort(), await freePort()];
  const config = join(directory, 'influxdb.conf');
  writeFileSync(config, configuration(directory, http, rpc));
  const url = `http://127.0.0.1:${http}`;
  let child: ChildProcess | null = null;
  const server: RealInfluxd = {
    url,
    async stop(signal) {
      const running = child;
      child = null;
      if (running === null || running.exitCode !== null) return;
      const gone = new Promise((resolve) => running.once('exit', resolve));
      running.kill(signal);
      await gone;
    },
    async start() {
      const started = spawn('/usr/bin/influxd', ['-config', config], { stdio: 'ignore' });
      child = started;
      for (let attempt = 0; attempt < 600; attempt += 1) {
        // Answering is no proof that it is ours: the child must live.
        if (started.exitCode !== null) throw new Error(`influxd ended with ${started.exitCode}`);
        const answer = await fetch(`${url}/ping`).catch(() => null);
        if (answer?.status === 204) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      throw new Error('influxd does not answer');
    },
    async query(q, database = '') {
      const answer = await fetch(`${url}/query?db=${database}&epoch=ms`, {
        method: 'POST',
        body: new URLSearchParams({ q }),
      });
      const document = (await answer.json()) as { results?: { series?: never[]; error?: string }[] };
      const [result] = document.results ?? [];
      if (answer.status !== 200 || result?.error !== undefined) throw new Error(JSON.stringify(document));
      return result?.series ?? [];
    },
    async dispose() {
      await server.stop('SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
  await server.start();
  return server;
}

const configuration = (directory: string, http: number, rpc: number): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${directory}/meta"
[data]
  dir = "${directory}/data"
  wal-dir = "${directory}/wal"
  index-version = "tsi1"
  max-values-per-tag = 0
  max-series-per-database = 0
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${http}"
  log-enabled = false
[logging]
  level = "error"
[continuous_queries]
  enabled = false
`;
