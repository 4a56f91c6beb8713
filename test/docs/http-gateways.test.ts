/** What the documents on HTTP push and mapping tell an engineer to paste is pasted here, on a running platform. */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { GatewayDiagnostics } from '#domain/contract/diagnostics.ts';
import { type Api, logIn, registerWell } from '#test/e2e/api.ts';
import {
  freshDataDirectory,
  type PlatformProcess,
  startPlatformProcess,
} from '#test/e2e/platform-process.ts';

// A platform and a dozen processes beside it.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
const run = promisify(execFile);
const directory = freshDataDirectory();
let platform: PlatformProcess;
let admin: Api;
let secret: string;

beforeAll(async () => {
  platform = await startPlatformProcess(directory.path);
  admin = await logIn(platform.http);
  secret = await registerWell(admin, ['G-0412']);
});
afterAll(async () => {
  await platform?.kill('SIGTERM');
  directory.remove();
});

/** The shell blocks of a document, with our own values in place of the reader's; every line of JSON they print. */
async function paste(document: string): Promise<Record<string, never>[]> {
  const text = readFileSync(new URL(`../../docs/gateways/${document}`, import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, code]) => code);
  const script = blocks
    .join('\n')
    .replace('http://127.0.0.1:8080', platform.http)
    .replace('the-secret-shown-once', secret)
    .replace('the-token-of-your-log-in', admin.token);
  const { stdout } = await run('bash', ['-euc', script]);
  return stdout
    .replaceAll('}{', '}\n{')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.skipIf(!existsSync('/usr/bin/curl'))('by copy and paste (curl)', () => {
  it('http-push.md pushes, is told what became of it, and counts a resend once', async () => {
    const answers = await paste('http-push.md');
    expect(answers).toMatchObject([
      { records: 1, refused: 1, refusals: [{ reason: 'unknown-device', device: 'G-9999' }] },
      { records: 1, refused: 0 },
      { records: 1, duplicates: 0 },
      { records: 1, duplicates: 0 },
    ]);
    const latest = await admin.get<{ value: number }>('/api/v1/points/G-0412/ch4/latest');
    expect(latest.value).toBe(0.6);
    const seen = await admin.get<GatewayDiagnostics>('/api/v1/gateways/GW-1/diagnostics');
    expect(seen).toMatchObject({
      registered: true,
      records: 3,
      rejected: 1,
      connection: { connected: false },
    });
    expect(seen.packets.map(({ steps }) => steps.at(-1)?.detail)).toEqual([
      '1 value taken',
      '1 value taken',
      '1 value taken; G-9999 unknown-device: not registered',
    ]);
  });

  it('mapping.md makes products, tries one, and the gateway is understood in it', async () => {
    const answers = await paste('mapping.md');
    expect(answers).toMatchObject([
      { id: 'acme-x1' },
      { records: [{ device: 'G-0412', values: { ch4: 0.4 } }] },
      { id: 'GW-1', product: 'acme-x1' },
      { id: 'jetlinks' },
      { id: 'rtu' },
    ]);
    const headers = {
      authorization: `Basic ${Buffer.from(`GW-1:${secret}`).toString('base64')}`,
      'content-type': 'application/json',
    };
    const body = JSON.stringify({ sn: 'G-0412', data: [{ k: 'CH4浓度', v: '0.7' }] });
    const pushed = await fetch(`${platform.http}/api/v1/ingest`, { method: 'POST', headers, body });
    expect(await pushed.json()).toMatchObject({ records: 1, values: 1 });
    expect(await admin.get('/api/v1/points/G-0412/ch4/latest')).toMatchObject({ value: 0.7 });
  });

  it('a name that nobody registered, and a wrong secret, are found by the engineer who looks', async () => {
    const knock = (user: string): Promise<Response> =>
      fetch(`${platform.http}/api/v1/ingest`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${user}:x`).toString('base64')}` },
      });
    expect([(await knock('GW-O1')).status, (await knock('GW-1')).status]).toEqual([401, 401]);
    const stranger = await admin.get<GatewayDiagnostics>('/api/v1/gateways/GW-O1/diagnostics');
    expect(stranger).toMatchObject({ registered: false, connection: { refusedLogin: { count: 1 } } });
    const known = await admin.get<GatewayDiagnostics>('/api/v1/gateways/GW-1/diagnostics');
    expect(known.connection.refusedLogin).toMatchObject({ count: 1, detail: 'wrong-secret over HTTP' });
  });
});
