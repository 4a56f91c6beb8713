/** MQTT over TLS and WebSocket over TLS, with the gateway's certificate as its identity, and renewal beside the work. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { connectAsync } from 'mqtt';
import type { IClientOptions } from 'mqtt';
import { generate } from 'mqtt-packet';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BrokerOptions } from '#broker/ports.ts';
import { hasOpenssl, type Office, openOffice } from './certificate-office.ts';
import type { CityBroker } from './city-broker.ts';
import { as, startCity } from './city-broker.ts';
import { connectPacket } from './wire.ts';

const run = promisify(execFile);
const TELEMETRY = 'lifeline/v1/GW-1/telemetry';
const ONCE: IClientOptions = { reconnectPeriod: 0, connectTimeout: 5000 };

describe.skipIf(!hasOpenssl)('with certificates', () => {
  let office: Office;
  let city: CityBroker;
  beforeAll(() => {
    office = openOffice();
    office.sign('GW-1', 'GW-1', { usage: 'clientAuth' });
    office.sign('over', 'GW-1', { usage: 'clientAuth', days: -1 });
    office.sign('server-only', 'GW-1', { usage: 'serverAuth' });
    office.selfSign('forged', 'GW-1');
    office.selfSign('ca-2', 'Another CA');
    office.sign('server-2', 'localhost', { ca: 'ca-2' });
  });
  afterAll(() => office.close());
  afterEach(() => city.broker.close());

  const texts = (server = 'server', ca = 'ca') => ({
    cert: office.pem(`${server}.crt`),
    key: office.pem(`${server}.key`),
    ca: office.pem(`${ca}.crt`),
  });
  const start = async (change: Partial<BrokerOptions> = {}): Promise<void> => {
    city = await startCity({ tls: { ...texts(), port: 0, websocketPort: 0 }, ...change });
  };
  const own = (name: string | null) =>
    name === null ? {} : { cert: office.pem(`${name}.crt`), key: office.pem(`${name}.key`) };

  /** CONNACK's return code; the socket stays open. */
  function logIn(
    name: string | null,
    change: Parameters<typeof connectPacket>[0],
    more: object = {},
  ): Promise<{ code: number; socket: TLSSocket; ticket: Buffer | undefined }> {
    const trusted = `${office.pem('ca.crt')}${office.pem('ca-2.crt')}`;
    const to = { host: '127.0.0.1', port: city.broker.tlsPort ?? 0, ca: trusted };
    const socket = connectTls({ ...to, ...own(name), ...more });
    let ticket: Buffer | undefined;
    socket.on('session', (session: Buffer) => (ticket = session));
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('data', (chunk: Buffer) => resolve({ code: chunk[3] ?? -1, socket, ticket }));
      socket.once('secureConnect', () => socket.write(generate(connectPacket(change))));
    });
  }

  test.each([
    ['that is over proves nothing', 'over', 4],
    ['for servers only proves nothing', 'server-only', 4],
    ['of the gateway logs it in', 'GW-1', 0],
  ])('a certificate %s', async (_what, name, code) => {
    await start();
    expect((await logIn(name, {})).code).toBe(code);
  });

  test('a session resumed with a forged certificate proves as little as before', async () => {
    await start();
    const first = await logIn('forged', as('GW-1'));
    expect(first.ticket).toBeDefined();
    first.socket.destroy();
    const again = await logIn('forged', {}, { session: first.ticket });
    expect(again.code).toBe(4);
  });

  test('TLS 1.1 is not spoken', async () => {
    await start();
    const old = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };
    await expect(logIn('GW-1', {}, old)).rejects.toThrow();
    await city.until(() => city.refusals.length > 0);
    expect(city.refusals[0]).toMatchObject({ reason: 'protocol', detail: expect.stringContaining('TLS: ') });
    expect((await logIn('GW-1', {}, { maxVersion: 'TLSv1.2' })).code).toBe(0);
  });

  test('mqtt.js over WebSocket and TLS: by secret, or by certificate alone', async () => {
    await start();
    const url = `wss://127.0.0.1:${city.broker.secureWebsocketPort}/mqtt`;
    const ca = office.pem('ca.crt');
    for (const identity of [as('GW-1'), { ...own('GW-1'), clientId: 'by-certificate' }]) {
      const client = await connectAsync(url, { ...ONCE, ca, ...identity });
      await client.publishAsync(TELEMETRY, '{}', { qos: 1 });
      await client.endAsync(true);
    }
    expect(city.published.map(({ input }) => input.gateway)).toEqual(['GW-1', 'GW-1']);
    await expect(connectAsync(url, { ...ONCE, ca, ...own('forged') })).rejects.toThrow();
  });

  test.skipIf(!existsSync('/usr/bin/mosquitto_pub'))(
    'mosquitto_pub with --cafile, --cert and --key',
    async () => {
      await start();
      const to = `-h localhost -p ${city.broker.tlsPort} -q 1 -i box -t ${TELEMETRY} -m {}`.split(' ');
      const trust = ['--cafile', office.path('ca.crt')];
      const certificate = ['--cert', office.path('GW-1.crt'), '--key', office.path('GW-1.key')];
      await run('mosquitto_pub', [...to, ...trust, ...certificate]);
      await run('mosquitto_pub', [...to, ...trust, '-u', 'GW-1', '-P', 'secret-GW-1']);
      expect(city.published).toHaveLength(2);
      await expect(run('mosquitto_pub', [...to, ...trust])).rejects.toThrow();
    },
  );

  test('a renewal serves the next handshakes and breaks no connection', async () => {
    await start();
    const before = await logIn('GW-1', {});
    expect(before.socket.getPeerCertificate().issuer.CN).toBe('City CA');
    city.broker.renewTls(texts('server-2'));
    const after = await logIn('GW-1', { clientId: 'second' });
    expect([after.code, after.socket.getPeerCertificate().issuer.CN]).toEqual([0, 'Another CA']);
    const answered = new Promise((resolve) => before.socket.once('data', resolve));
    before.socket.write(generate({ cmd: 'pingreq' }));
    await answered;
    expect(city.broker.connectionsOf('GW-1')).toBe(2);
  });

  test('a CA that is no longer trusted vouches for nobody, not even in a resumed session', async () => {
    await start();
    const first = await logIn('GW-1', {});
    expect(first.ticket).toBeDefined();
    city.broker.renewTls(texts('server', 'ca-2'));
    expect((await logIn('GW-1', {})).code).toBe(4);
    expect((await logIn('GW-1', {}, { session: first.ticket })).code).toBe(4);
  });

  test('texts that do not fit are refused, and those before them stay', async () => {
    await start();
    const mixed = { ...texts('server'), key: office.pem('server-2.key') };
    expect(() => city.broker.renewTls(mixed)).toThrow(/key/);
    expect((await logIn('GW-1', {})).code).toBe(0);
  });

  test('random bytes over TLS and over WebSocket break neither listener', async () => {
    await start();
    const { tlsPort, secureWebsocketPort } = city.broker;
    const ca = office.pem('ca.crt');
    const attack = (port: number | null, head: string): Promise<void> =>
      new Promise((resolve) => {
        const socket = connectTls({ host: '127.0.0.1', port: port ?? 0, ca });
        socket.once('secureConnect', () =>
          socket.write(Buffer.concat([Buffer.from(head), randomBytes(200)])),
        );
        socket.on('error', () => {});
        socket.resume();
        socket.once('close', () => resolve());
        setTimeout(() => socket.destroy(), 300);
      });
    const upgrade =
      'GET /mqtt HTTP/1.1\r\nhost: x\r\nupgrade: websocket\r\nconnection: upgrade\r\nsec-websocket-version: 13\r\n' +
      'sec-websocket-protocol: mqtt\r\nsec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
    const attacks = Array.from({ length: 20 }, () => [
      attack(tlsPort, ''),
      attack(secureWebsocketPort, ''),
      attack(secureWebsocketPort, upgrade),
    ]);
    await Promise.all(attacks.flat());
    expect(city.published).toEqual([]);
    expect((await logIn('GW-1', {})).code).toBe(0);
    const url = `wss://127.0.0.1:${secureWebsocketPort}/mqtt`;
    await (await connectAsync(url, { ...ONCE, ca, ...as('GW-2') })).endAsync(true);
  });

  test('a handshake that is never finished is dropped', async () => {
    await start({ connectTimeoutMs: 200 });
    const silent = connect({ port: city.broker.tlsPort ?? 0, host: '127.0.0.1' });
    silent.resume();
    silent.write(Buffer.from([0x16, 0x03, 0x01]));
    await new Promise((resolve) => silent.once('close', resolve));
    await city.until(() => city.refusals.length > 0);
    expect(city.refusals[0]).toMatchObject({ reason: 'protocol' });
  });
});
