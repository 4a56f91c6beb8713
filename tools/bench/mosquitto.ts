/** mosquitto, merely acknowledging the same messages. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  cpuSecondsOf,
  end,
  freePort,
  gatewaysOf,
  rssMbOf,
  spawnUntil,
  type Contestant,
} from './contestant.ts';

export async function startMosquitto(gatewayCount: number): Promise<Contestant> {
  const directory = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  const port = await freePort();
  const settings = join(directory, 'mosquitto.conf');
  // Bounds off: a Node-RED behind it must lose nothing.
  writeFileSync(
    settings,
    `listener ${port} 127.0.0.1\nallow_anonymous true\nmax_inflight_messages 1000\nmax_queued_messages 0\nuser root\n`,
  );
  const { child } = await spawnUntil(['mosquitto', '-c', settings], /running/, {});
  child.stdout?.resume();
  return {
    ...{ name: 'mosquitto, acknowledging only', port, gateways: gatewaysOf(gatewayCount) },
    cpuSeconds: () => cpuSecondsOf(child.pid),
    rssMb: () => rssMbOf(child.pid),
    async stop() {
      await end(child);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
