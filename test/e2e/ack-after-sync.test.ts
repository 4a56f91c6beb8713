/** A trace of the system calls shows no PUBACK before the sync that covers its publish. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';
import { afterAll, describe, expect, it } from 'vitest';
import { logIn, registerWell, until } from './api.ts';
import { freshDataDirectory, startPlatformProcess } from './platform-process.ts';

const STRACE = '/usr/bin/strace';
const PUBLISHES = 50;
const directory = freshDataDirectory();
afterAll(() => directory.remove());

type Call = {
  readonly text: string;
  readonly marker: string | null;
  readonly kind: 'write' | 'sync-done' | 'puback';
};

/** The calls that matter, in the order the kernel ended them. */
function readTrace(path: string): Call[] {
  const calls: Call[] = [];
  for (const text of readFileSync(path, 'latin1').split('\n')) {
    const marker = /mark-(\d{4})/.exec(text)?.[1] ?? null;
    if (/\b(fdatasync|fsync)\b.*= 0/.test(text)) calls.push({ text, marker: null, kind: 'sync-done' });
    else if (/\b(write|pwrite64|writev|pwritev)\b/.test(text) && marker !== null)
      calls.push({ text, marker, kind: 'write' });
    else if (/\b(write|writev|sendto|sendmsg)\b.*"@\\2/.test(text))
      calls.push({ text, marker: null, kind: 'puback' });
  }
  return calls;
}

describe.skipIf(!existsSync(STRACE))('the order of system calls (strace)', () => {
  it('each publish is written and synced before its PUBACK leaves', async () => {
    const trace = join(directory.path, 'trace.txt');
    const calls = 'trace=write,writev,pwrite64,pwritev,fsync,fdatasync,sendto,sendmsg';
    const platform = await startPlatformProcess(join(directory.path, 'data'), {
      // -D: the platform, not the tracer, is our child.
      wrapper: [STRACE, '-D', '-f', '-q', '-s', '4096', '-e', calls, '-o', trace],
    });
    const secret = await registerWell(await logIn(platform.http));
    const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${platform.mqttPort}`, {
      username: 'GW-1',
      password: secret,
    });
    for (let i = 0; i < PUBLISHES; i++) {
      const note = `mark-${String(i).padStart(4, '0')}`;
      const record = { device: 'G-1', time: Date.now(), values: { ch4: i / 1_000 }, note };
      await client.publishAsync('lifeline/v1/GW-1/telemetry', JSON.stringify(record), { qos: 1 });
    }
    await client.endAsync();
    await platform.kill('SIGTERM');
    await until(
      'the whole trace',
      10_000,
      async () => readFileSync(trace, 'latin1').includes(`${platform.pid} +++ exited`),
      (whole) => whole,
    );

    const order = readTrace(trace);
    const written = new Set<string>();
    const synced = new Set<string>();
    let pubacks = 0;
    for (const call of order) {
      if (call.kind === 'write' && call.marker !== null) written.add(call.marker);
      else if (call.kind === 'sync-done') for (const marker of written) synced.add(marker);
      else if (call.kind === 'puback') {
        const covered = String(pubacks).padStart(4, '0');
        expect(synced.has(covered), `PUBACK ${pubacks} before its sync:\n${call.text}`).toBe(true);
        pubacks += 1;
      }
    }
    expect(pubacks).toBe(PUBLISHES);
  });
});
