import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { connectAsync } from 'mqtt';
import type { IClientOptions } from 'mqtt';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { generate } from 'mqtt-packet';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { connectPacket, RawClient } from './wire.ts';

let city: CityBroker;
afterEach(() => city.broker.close());

const TELEMETRY = 'lifeline/v1/GW-1/telemetry';
const ONCE: IClientOptions = { reconnectPeriod: 0, connectTimeout: 5000 };

describe('WebSocket', () => {
  const open = (protocol: string | undefined) =>
    new WebSocket(`ws://127.0.0.1:${city.broker.websocketPort}/mqtt`, protocol);
  const opened = (socket: WebSocket) => new Promise((resolve) => socket.once('open', resolve));
  const closed = (socket: WebSocket) => new Promise((resolve) => socket.once('close', resolve));

  test('a gateway publishes and gets its commands', async () => {
    city = await startCity({ websocketPort: 0 });
    const url = `ws://127.0.0.1:${city.broker.websocketPort}/mqtt`;
    const client = await connectAsync(url, { ...ONCE, ...as('GW-1') });
    await client.subscribeAsync('lifeline/v1/GW-1/command', { qos: 1 });
    await client.publishAsync(TELEMETRY, 'x'.repeat(200_000), { qos: 1 });
    const command = new Promise((resolve) =>
      client.once('message', (_topic, payload) => resolve(payload.toString())),
    );
    await city.broker.publish('lifeline/v1/GW-1/command', Buffer.from('go'), { qos: 1 });
    expect(await command).toBe('go');
    expect(city.texts()[0]?.length).toBe(200_000);
    expect(city.presences[0]).toMatchObject({ gateway: 'GW-1', address: '127.0.0.1' });
    await client.endAsync(true);
    await city.until(() => city.broker.connections() === 0);
  });

  test('a frame over the limit is refused before it is read, and counted', async () => {
    city = await startCity({ websocketPort: 0 });
    const socket = open('mqtt');
    await opened(socket);
    socket.send(Buffer.alloc(300 * 1024));
    await closed(socket);
    expect(city.refusals[0]).toMatchObject({ reason: 'packet-too-large', subject: '127.0.0.1' });
  });

  test('a packet over the limit in many small frames is refused too', async () => {
    city = await startCity({ websocketPort: 0 });
    const socket = open('mqtt');
    await opened(socket);
    socket.send(Buffer.from([0x10, 0xff, 0xff, 0x7f]));
    await closed(socket);
    expect(city.refusals).toMatchObject([{ reason: 'packet-too-large' }]);
  });

  test('text frames are not MQTT', async () => {
    city = await startCity({ websocketPort: 0 });
    const socket = open('mqtt');
    await opened(socket);
    socket.send('hello');
    await closed(socket);
    expect(city.refusals[0]).toMatchObject({ reason: 'protocol' });
  });

  test('the subprotocol that was offered is the one that is chosen', async () => {
    city = await startCity({ websocketPort: 0 });
    const socket = open('mqtt');
    await opened(socket);
    expect(socket.protocol).toBe('mqtt');
    socket.terminate();
  });

  test('a page that is no WebSocket is told to upgrade', async () => {
    city = await startCity({ websocketPort: 0 });
    const response = await fetch(`http://127.0.0.1:${city.broker.websocketPort}/`);
    expect(response.status).toBe(426);
  });

  test('connections are capped here as well', async () => {
    city = await startCity({ websocketPort: 0, connectionsMax: 1 });
    await RawClient.join(city.broker.port, as('GW-1'));
    const socket = open('mqtt');
    socket.on('error', () => {});
    await closed(socket);
    expect(city.refusals).toMatchObject([{ reason: 'too-many-connections' }]);
  });
});

test('a port that is taken is said so, and nothing stays open', async () => {
  city = await startCity({ websocketPort: 0 });
  const { port, websocketPort } = city.broker;
  await expect(startCity({ port })).rejects.toThrow('EADDRINUSE');
  await expect(startCity({ websocketPort: websocketPort ?? 0 })).rejects.toThrow('EADDRINUSE');
});

test('a closed broker sends nothing', async () => {
  city = await startCity();
  const gateway = await RawClient.join(city.broker.port, as('GW-1'));
  await city.broker.close();
  await gateway.closed;
  await expect(
    city.broker.publish('lifeline/v1/GW-1/command', Buffer.from('x'), { qos: 1 }),
  ).rejects.toThrow();
  await expect(RawClient.open(city.broker.port)).rejects.toThrow('ECONNREFUSED');
});

const OPENSSL = 'openssl';
const hasOpenssl = spawnSync(OPENSSL, ['version']).status === 0;

describe.skipIf(!hasOpenssl)('TLS', () => {
  let folder: string;
  const pem = (name: string): string => readFileSync(join(folder, name), 'utf8');

  /** A CA, and certificates it signed for the server and two gateways, and one that signed itself. */
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'lifeline-tls-'));
    const openssl = (...args: string[]) => execFileSync(OPENSSL, args, { cwd: folder, stdio: 'pipe' });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const selfSigned = (name: string, subject: string) =>
      openssl(
        'req',
        '-x509',
        ...key,
        '-subj',
        subject,
        '-days',
        '2',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.crt`,
      );
    selfSigned('ca', '/CN=City CA');
    selfSigned('forged', '/CN=GW-1');
    writeFileSync(join(folder, 'san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
    for (const name of ['server', 'GW-1', 'GW-9']) {
      openssl('req', ...key, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.csr`);
      const sign = [
        'x509',
        '-req',
        '-in',
        `${name}.csr`,
        '-CA',
        'ca.crt',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
      ];
      openssl(...sign, '-days', '2', '-extfile', 'san', '-out', `${name}.crt`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const startTls = (withCa: boolean) =>
    startCity({
      tls: {
        port: 0,
        cert: pem('server.crt'),
        key: pem('server.key'),
        ...(withCa ? { ca: pem('ca.crt') } : {}),
      },
    });

  /** CONNACK's return code for a CONNECT over TLS with this certificate. */
  function logIn(certificate: string | null, change: Parameters<typeof connectPacket>[0]): Promise<number> {
    const own =
      certificate === null ? {} : { cert: pem(`${certificate}.crt`), key: pem(`${certificate}.key`) };
    const socket = connectTls({
      host: '127.0.0.1',
      port: city.broker.tlsPort ?? 0,
      ca: pem('ca.crt'),
      ...own,
    });
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => resolve(chunk[3] ?? -1));
      socket.once('secureConnect', () => socket.write(generate(connectPacket(change))));
    });
  }

  test.each([
    ['the secret, without a certificate', null, as('GW-1'), 0],
    ['a certificate of our CA', 'GW-1', {}, 0],
    ['a certificate of our CA for a gateway nobody registered', 'GW-9', {}, 4],
    ['a certificate that signed itself proves nothing', 'forged', {}, 4],
    ['a certificate that signed itself does not spoil the right secret', 'forged', as('GW-1'), 0],
  ])('%s', async (_how, certificate, change, returnCode) => {
    city = await startTls(true);
    expect(await logIn(certificate, change)).toBe(returnCode);
    if (returnCode === 0) expect(city.presences).toMatchObject([{ gateway: 'GW-1', connected: true }]);
  });

  test('without a CA no certificate is looked at', async () => {
    city = await startTls(false);
    expect(await logIn('GW-1', {})).toBe(4);
    expect(await logIn(null, as('GW-1'))).toBe(0);
  });

  test('plain MQTT on the TLS port is refused and counted', async () => {
    city = await startTls(false);
    const lost = await RawClient.open(city.broker.tlsPort ?? 0);
    lost.send(connectPacket(as('GW-1')));
    await lost.closed;
    await city.until(() => city.refusals.length > 0);
    expect(city.refusals[0]?.detail).toMatch(/^TLS: /);
  });

  test('the guard on packet size holds under TLS', async () => {
    city = await startTls(false);
    const socket = connectTls({ host: '127.0.0.1', port: city.broker.tlsPort ?? 0, ca: pem('ca.crt') });
    socket.on('error', () => {});
    socket.once('secureConnect', () => socket.write(Buffer.from([0x10, 0xff, 0xff, 0xff, 0x7f])));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(city.refusals).toMatchObject([{ reason: 'packet-too-large', subject: '127.0.0.1' }]);
  });

  test('connections over the cap are closed before the handshake', async () => {
    city = await startCity({
      tls: { port: 0, cert: pem('server.crt'), key: pem('server.key') },
      connectionsMax: 1,
    });
    await RawClient.join(city.broker.port, as('GW-1'));
    await expect(logIn(null, as('GW-2'))).rejects.toThrow();
    expect(city.refusals[0]).toMatchObject({ reason: 'too-many-connections' });
  });
});
