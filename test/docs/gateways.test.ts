/** What the documents tell an engineer to paste is pasted here, into a platform that knows nothing yet. */
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { hasOpenssl } from '#test/broker/certificate-office.ts';
import { publishPacket, RawClient } from '#test/broker/wire.ts';
import { logIn, openAlarms, registerWell, until } from '#test/e2e/api.ts';
import {
  ADMIN_PASSWORD,
  freshDataDirectory,
  type PlatformProcess,
  startPlatformProcess,
} from '#test/e2e/platform-process.ts';

// Each starts a platform and a dozen processes beside it.
vi.setConfig({ testTimeout: 120_000 });
const run = promisify(execFile);
const TOOLS = ['curl', 'jq', 'mosquitto_pub'].map((name) => `/usr/bin/${name}`);
const hasTools = TOOLS.every(existsSync) && hasOpenssl;

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

type Blocks = { readonly start: Record<string, string>; readonly before: string; readonly after: string };

/** The document's blocks, in their order: before and after the start of the platform, whose settings it may give. */
function blocksOf(name: string): Blocks {
  const text = readFileSync(new URL(`../../docs/gateways/${name}`, import.meta.url), 'utf8');
  const parts = { before: '', start: '', after: '' };
  const fenced = [...text.matchAll(/^```sh( start)?\n(.*?)^```$/gms)];
  const startAt = fenced.findIndex(([, start]) => start !== undefined);
  for (const [place, [, , code = '']] of fenced.entries())
    parts[place < startAt ? 'before' : place === startAt ? 'start' : 'after'] += code;
  const settings = [...parts.start.matchAll(/(LIFELINE_\w+)=(\S+)/g)];
  return { ...parts, start: Object.fromEntries(settings.map(([, key = '', value = '']) => [key, value])) };
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'lifeline-docs-'));
  cleanUp.push(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function start(env: Record<string, string> = {}): Promise<PlatformProcess> {
  const directory = freshDataDirectory();
  cleanUp.push(directory.remove);
  const platform = await startPlatformProcess(directory.path, { env });
  cleanUp.push(() => platform.kill('SIGTERM'));
  return platform;
}

/** Runs pasted text as a careful shell would, with the reader's own values in place of the document's. */
async function paste(cwd: string, text: string, own: Record<string, string> = {}): Promise<string[]> {
  let script = text;
  for (const [name, value] of Object.entries(own)) {
    expect(script, `${name} is said in the document`).toMatch(new RegExp(`^${name}=`, 'm'));
    script = script.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}='${value}'`);
  }
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { cwd });
  return stdout.trim().split('\n');
}

const ORANGE = '{"point":"G-1/ch4","colour":"orange","value":3}';

describe.skipIf(!hasTools)('docs/gateways', () => {
  test.each([
    ['mosquitto.md', 'good'],
    ['thingsboard.md', 'uncertain'],
  ])('%s: from nothing to the first alarm', async (name, quality) => {
    const platform = await start();
    const answers = await paste(folder(), blocksOf(name).after, {
      CITY: platform.http,
      MQTT_PORT: String(platform.mqttPort),
      ADMIN_PASSWORD,
    });
    expect(answers).toEqual([`{"value":0.4,"quality":"${quality}"}`, ORANGE]);
  });

  test('tls.md: certificates, secret and certificate log-in, first alarm', async () => {
    const cwd = folder();
    const { before, start: settings, after } = blocksOf('tls.md');
    await paste(cwd, before);
    const files = Object.entries(settings).filter(([name]) => name.startsWith('LIFELINE_TLS_'));
    const platform = await start({
      ...Object.fromEntries(files.map(([name, file]) => [name, join(cwd, file)])),
      LIFELINE_MQTTS_PORT: '0',
      LIFELINE_MQTT_WSS_PORT: '0',
    });
    // It listens as soon as it names its first ports; the others follow, line by line.
    await expect.poll(() => platform.output()).toMatch(/wss:\/\/\S+:\d+/);
    const port = /mqtts:\/\/\S+:(\d+)/.exec(platform.output())?.[1] ?? '';
    const answers = await paste(cwd, after, {
      CITY: platform.http.replace('127.0.0.1', 'localhost'),
      MQTTS_PORT: port,
      ADMIN_PASSWORD,
    });
    expect(answers).toEqual(['{"value":3,"quality":"good"}', ORANGE]);
    expect(Object.keys(settings).toSorted()).toEqual([
      'LIFELINE_MQTTS_PORT',
      'LIFELINE_MQTT_WSS_PORT',
      'LIFELINE_TLS_CA',
      'LIFELINE_TLS_CERT',
      'LIFELINE_TLS_KEY',
    ]);
  });
});

test('a ThingsBoard device in raw frames: log-in, subscriptions, attributes, values, and the end of its token', async () => {
  const platform = await start();
  const admin = await logIn(platform.http);
  await registerWell(admin);
  const made = await admin.post<{ token: string }>('/api/v1/gateways/GW-1/token', {});
  const device = await RawClient.join(platform.mqttPort, {
    username: made.body.token,
    password: Buffer.alloc(0),
    clientId: 'tb_device',
  });
  const filters = [
    'v1/devices/me/attributes',
    'v1/devices/me/attributes/response/+',
    'v1/devices/me/rpc/request/+',
  ];
  expect(await device.subscribe(...filters)).toEqual([1, 1, 1]);
  const sent = [
    ['v1/devices/me/attributes', '{"firmware":"1.2"}'],
    ['v1/devices/me/attributes/request/1', '{"sharedKeys":"interval"}'],
    ['v1/devices/me/telemetry', '{"ch4":3}'],
    ['v1/gateway/connect', '{"device":"G-1"}'],
    ['v1/gateway/telemetry', `{"G-1":[{"ts":${Date.now()},"values":{"ch4":4.2}}]}`],
  ] as const;
  for (const [n, [topic, text]] of sent.entries()) {
    device.send(publishPacket(topic, text, { messageId: n + 1 }));
    expect(await device.next('puback')).toMatchObject({ messageId: n + 1 });
  }
  const alarms = await until(
    'the alarm',
    2_000,
    () => openAlarms(admin),
    (open) => open[0]?.colour === 'red',
  );
  expect(alarms.map(({ point, value }) => [point, value])).toEqual([['G-1/ch4', 4.2]]);
  await admin.post('/api/v1/gateways/GW-1/token/revoke', {});
  await device.closed;
  await expect(RawClient.join(platform.mqttPort, { username: made.body.token })).rejects.toThrow('CONNACK 4');
});
