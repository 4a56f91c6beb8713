/** The watchdog as a program: a real process against a platform that answers, stalls, goes away and comes back. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { lookAt, readHealth } from '../../watchdog/look.ts';
import { readSettings } from '../../watchdog/settings.ts';
import { messageOf, tell } from '../../watchdog/tell.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** An HTTP server that answers as told; `said` is what it was sent. */
async function serve(answer: () => { status: number; body: string } | null) {
  const said: { agent: string | undefined; body: string }[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      said.push({ agent: request.headers['user-agent'], body });
      const given = answer();
      // A platform whose main thread is stuck takes the connection and says nothing.
      if (given === null) return;
      response.writeHead(given.status, { 'content-type': 'application/json' }).end(given.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  closing.push(() => (server.closeAllConnections(), server.close()));
  return { url: new URL(`http://127.0.0.1:${port}/api/v1/health`), said, server };
}

const health = (status: string, quietMs: unknown, codes: string[] = []): string =>
  JSON.stringify({ status, quietMs, reasons: codes.map((code) => ({ code, detail: '' })) });

describe('one look', () => {
  it.each([
    ['ok and lately at work', health('ok', 900), true, 'ok'],
    ['degraded is somebody’s work, not silence', health('degraded', 900), true, 'degraded'],
    [
      'failing names its reasons',
      health('failing', 900, ['journal-failing', 'x']),
      false,
      'failing: journal-failing, x',
    ],
    [
      'an alarm path at rest for too long',
      health('ok', 15_001),
      false,
      'the alarm path has not worked for 15 s',
    ],
    ['no word of the alarm path', health('ok', null), false, 'not a health answer'],
    ['something else’s page', '<html>', false, 'not a health answer'],
  ])('%s', (_, text, well, detail) => expect(readHealth(text)).toEqual({ well, detail }));

  it('is known by its name, waits three seconds and no more, and takes no answer for an answer', async () => {
    const stuck = await serve(() => null);
    const look = await lookAt(stuck.url);
    expect(look).toEqual({ well: false, detail: 'no answer within 3000 ms' });
    expect(stuck.said[0]?.agent).toBe('lifeline-watchdog');
    stuck.server.closeAllConnections();
    stuck.server.close();
    expect((await lookAt(stuck.url)).detail).toContain('ECONNREFUSED');
  });
});

describe('its settings', () => {
  it('name the platform beside it when nothing else is said', () => {
    expect(readSettings({}).target.href).toBe('http://127.0.0.1:8080/api/v1/health');
    expect(readSettings({ LIFELINE_HTTP_PORT: '9000', LIFELINE_TLS_CERT: 'x' }).target.href).toBe(
      'https://127.0.0.1:9000/api/v1/health',
    );
  });

  it.each([
    { LIFELINE_WATCHDOG_WEBHOOK: 'ops.example' },
    { LIFELINE_WATCHDOG_URL: 'ftp://x/' },
    { LIFELINE_WATCHDOG_COMAND: '/bin/true' },
  ])('refuse %o by name', (env) => expect(() => readSettings(env)).toThrow(Object.keys(env)[0]));
});

describe('telling', () => {
  const message = messageOf(
    { kind: 'down', since: 1_000, detail: 'ECONNREFUSED', again: false },
    12_000,
    1_800_000_000_000,
  );

  it('says since when by the time of day, in both languages', () => {
    expect(message).toMatchObject({
      kind: 'alarm-path-down',
      at: 1_800_000_000_000,
      since: 1_799_999_989_000,
    });
    expect(message.text.zh).toContain('中断 11 秒');
    expect(message.text.en).toContain('down for 11 s');
  });

  it('one means that fails does not keep the other from telling, and is named', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'watchdog-'));
    closing.push(() => rm(folder, { recursive: true }));
    const command = join(folder, 'ring');
    await writeFile(command, `#!/bin/sh\nprintf '%s|%s' "$1" "$2" > ${folder}/rung\n`);
    await chmod(command, 0o755);
    const broken = await serve(() => ({ status: 500, body: '' }));
    // The command has rung: what is left to try again is the webhook alone.
    expect(await tell({ webhook: broken.url, command }, message)).toEqual({
      left: { webhook: broken.url, command: null },
      why: ['Error: webhook answered 500'],
    });
    expect(await readFile(join(folder, 'rung'), 'utf8')).toBe(`alarm-path-down|${message.text.zh}`);
    const none = join(folder, 'none');
    expect(await tell({ webhook: null, command: none }, message)).toEqual({
      left: { webhook: null, command: none },
      why: [expect.stringContaining('ENOENT')],
    });
  });
});

it('the program rings by webhook ten seconds after the platform went away, and says when it is back', async () => {
  let alive = true;
  const platform = await serve(() => (alive ? { status: 200, body: health('ok', 100) } : null));
  let refusals = 1;
  const phone = await serve(() => ({ status: refusals-- > 0 ? 503 : 200, body: '' }));
  const child: ChildProcess = spawn(process.execPath, [join(import.meta.dirname, '../../watchdog/main.ts')], {
    env: { LIFELINE_WATCHDOG_URL: platform.url.href, LIFELINE_WATCHDOG_WEBHOOK: phone.url.href },
    stdio: 'ignore',
  });
  closing.push(() => child.kill('SIGKILL'));
  await expect.poll(() => platform.said.length).toBeGreaterThan(1);
  alive = false;
  // Refused once, so told again: what it owes it keeps.
  await expect.poll(() => phone.said.length, { timeout: 60_000 }).toBe(2);
  expect(phone.said.map(({ body }) => (JSON.parse(body) as { kind: string }).kind)).toEqual([
    'alarm-path-down',
    'alarm-path-down',
  ]);
  alive = true;
  await expect.poll(() => phone.said.length, { timeout: 60_000 }).toBe(3);
  expect(JSON.parse(phone.said[2]?.body ?? '{}')).toMatchObject({ kind: 'alarm-path-up' });
});
