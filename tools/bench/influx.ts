/** Debian's InfluxDB on a port and a folder of its own; null where it is not installed. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuSecondsOf, end, freePort, spawnUntil } from './contestant.ts';

export type Influx = {
  readonly url: string;
  readonly writeUrl: string;
  readonly directory: string;
  cpuSeconds(): number;
  stop(): Promise<void>;
};

const DATABASE = 'bench';

export async function startInflux(): Promise<Influx | null> {
  if (!existsSync('/usr/bin/influxd')) return null;
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  const [port, backup] = [await freePort(), await freePort()];
  const settings = join(directory, 'influxdb.conf');
  writeFileSync(
    settings,
    `reporting-disabled = true\nbind-address = "127.0.0.1:${backup + 1}"\n[meta]\ndir = "${directory}/meta"\n[data]\ndir = "${directory}/data"\nwal-dir = "${directory}/wal"\nindex-version = "tsi1"\nquery-log-enabled = false\n[http]\nbind-address = "127.0.0.1:${port}"\nlog-enabled = false\n`,
  );
  const { child } = await spawnUntil(['influxd', '-config', settings], /Listening for signals/);
  child.stdout?.resume();
  child.stderr?.resume();
  const url = `http://127.0.0.1:${port}`;
  const made = await fetch(`${url}/query`, {
    method: 'POST',
    body: new URLSearchParams({ q: `CREATE DATABASE ${DATABASE}` }),
  });
  if (!made.ok) throw new Error(`no database: ${await made.text()}`);
  return {
    ...{ url, directory, writeUrl: `${url}/write?db=${DATABASE}&precision=ms` },
    cpuSeconds: () => cpuSecondsOf(child.pid),
    async stop() {
      await end(child, 'SIGKILL');
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
