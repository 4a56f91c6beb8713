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
  readonly thread: string;
  readonly marker: string | null;
  readonly kind: 'write' | 'sync-done' | 'puback';
};

/**
 * A PUBACK is the four bytes 40 02 and a packet id, one publish at a time in one write.
 * Binary blocks may hold 40 02 anywhere, after a quote too: only a write that is nothing else counts.
 */
const PUBACK = /\b(?:write|sendto|sendmsg)\(\d+, "@\\(?:2|002)[^"]*(?:\\"[^"]*)*", 4[,) ]/;

/** The calls that matter, in order; a write counts when it begins, a sync when it has ended well. */
function readTrace(path: string): Call[] {
  const calls: Call[] = [];
  for (const text of readFileSync(path, 'latin1').split('\n')) {
    const thread = text.split(' ', 1)[0] ?? '';
    const marker = /mark-(\d{4})/.exec(text)?.[1] ?? null;
    if (/\b(fdatasync|fsync)\b.*= 0/.test(text)) calls.push({ thread, marker: null, kind: 'sync-done' });
    else if (PUBACK.test(text)) calls.push({ thread, marker: null, kind: 'puback' });
    else if (/\bwritev?\(|\bpwrite/.test(text) && marker !== null)
      calls.push({ thread, marker, kind: 'write' });
  }
  return calls;
}

it('tells a PUBACK from a block that holds its bytes', () => {
  expect('1 write(50, "@\\2e\\232", 4)          = 4').toMatch(PUBACK);
  expect('1 write(50, "@\\0020\\"", 4 <unfinished ...>').toMatch(PUBACK);
  expect('1 write(44, "GOLL\\0\\"@\\2\\1", 4) = 4').not.toMatch(PUBACK);
  expect('1 write(44, "@\\2\\0\\0{\\"device\\"", 576) = 576').not.toMatch(PUBACK);
});

describe.skipIf(!existsSync(STRACE))('the order of system calls (strace)', () => {
  it('each publish is written and synced before its PUBACK leaves', async () => {
    const trace = join(directory.path, 'trace.txt');
    const calls = 'trace=write,writev,pwrite64,pwritev,fsync,fdatasync,sendto,sendmsg';
    const platform = await startPlatformProcess(join(directory.path, 'data'), {
      // -D: the platform, not the tracer, is our child.
      wrapper: [STRACE, '-D', '-f', '-q', '-s', '65536', '-e', calls, '-o', trace],
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
    // strace pads the process id to five columns.
    const lastLine = new RegExp(`^${platform.pid} +\\+\\+\\+ exited`, 'm');
    await until(
      'the whole trace',
      60_000,
      async () => lastLine.test(readFileSync(trace, 'latin1')),
      (whole) => whole,
    );

    const writtenBy = new Map<string, Set<string>>();
    const synced = new Set<string>();
    let pubacks = 0;
    for (const { thread, marker, kind } of readTrace(trace)) {
      const written = writtenBy.get(thread) ?? new Set<string>();
      writtenBy.set(thread, written);
      if (kind === 'write' && marker !== null) written.add(marker);
      else if (kind === 'sync-done') for (const one of written) synced.add(one);
      else if (kind === 'puback') {
        const covered = `${String(pubacks).padStart(4, '0')}`;
        expect(synced.has(covered), `PUBACK ${pubacks} came before its sync`).toBe(true);
        pubacks += 1;
      }
    }
    console.log(`${pubacks} PUBACKs, each after the sync of its publish`);
    expect(pubacks).toBe(PUBLISHES);
  });
});
