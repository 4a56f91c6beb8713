import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { publishPacket, RawClient } from './wire.ts';

const start = (...args: string[]) =>
  spawn(process.execPath, ['tools/conformance.ts', ...args], { stdio: ['ignore', 'pipe', 'pipe'] });

test('`npm run conformance` says one line when it listens, admits anybody, and ends on SIGTERM', async () => {
  const child = start('--port', '0');
  try {
    const [line] = await once(child.stdout, 'data');
    const port = Number(/^MQTT 3\.1\.1 on 127\.0\.0\.1:(\d+)\n$/.exec(String(line))?.[1]);
    const client = await RawClient.join(port, { clientId: 'anybody' });
    expect(await client.subscribe(['any/topic', 2], 'test/nosubscribe')).toEqual([2, 128]);
    client.send(publishPacket('any/topic', 'x', { messageId: 1 }));
    expect((await client.nextPublish()).topic).toBe('any/topic');
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
  } finally {
    child.kill('SIGKILL');
  }
});

test.each(['x', '-1', '70000', '1.5'])('--port=%s is refused with a reason', async (port) => {
  const child = start(`--port=${port}`);
  const [reason, exit] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
  expect(String(reason)).toContain('--port');
  expect(exit).toEqual([2, null]);
});
