/** Every setting, and every refusal in the words a person reads. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, DEFAULT_BOUNDS, readConfig } from '#config';
import { exposureWarning, isLoopback } from '../platform/exposure.ts';

const directory = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(directory, { recursive: true }));
const pem = (name: string): string => {
  const path = join(directory, name);
  writeFileSync(path, `-----${name}-----\n`);
  return path;
};
const tls = { LIFELINE_TLS_CERT: pem('cert'), LIFELINE_TLS_KEY: pem('key') };
const influx = { INFLUX_URL: 'https://db/influx' };

describe('settings', () => {
  it('have defaults that keep to this machine and hold no secret', () => {
    expect(readConfig({ PATH: '/bin', HOME: '/root' })).toEqual({
      dataDir: './data',
      bind: '127.0.0.1',
      mqttPort: 1883,
      mqttsPort: null,
      mqttWsPort: null,
      mqttWssPort: null,
      httpPort: 8080,
      tls: null,
      adminPassword: null,
      flows: true,
      channelsFile: null,
      damagedJournal: 'refuse',
      mapFile: null,
      retentionDays: 400,
      influx: null,
      bounds: DEFAULT_BOUNDS,
    });
  });

  it.each([
    [{ LIFELINE_DATA_DIR: '/var/lib/city' }, { dataDir: '/var/lib/city' }],
    [{ LIFELINE_BIND: '0.0.0.0' }, { bind: '0.0.0.0' }],
    [{ LIFELINE_MQTT_PORT: '0' }, { mqttPort: 0 }],
    [{ LIFELINE_MQTT_PORT: '65535' }, { mqttPort: 65_535 }],
    [{ LIFELINE_MQTT_WS_PORT: '9001' }, { mqttWsPort: 9_001 }],
    [{ LIFELINE_CONNECTIONS_PER_ADDRESS: '10' }, { bounds: { connectionsPerAddressMax: 10 } }],
    [{ LIFELINE_GATEWAY_PUBLISHES_PER_S: '5' }, { bounds: { publishesPerSMax: 5 } }],
    [{ LIFELINE_GATEWAY_KB_PER_S: '64' }, { bounds: { publishBytesPerSMax: 65_536 } }],
    [{ ...tls, LIFELINE_MQTT_WSS_PORT: '8884' }, { mqttWssPort: 8_884 }],
    [{ ...tls, LIFELINE_TLS_CA: pem('ca') }, { tls: { ca: '-----ca-----\n' } }],
    [{ LIFELINE_HTTP_PORT: '80' }, { httpPort: 80 }],
    [{ LIFELINE_ADMIN_PASSWORD: ' with space ' }, { adminPassword: ' with space ' }],
    [{ LIFELINE_RETENTION_DAYS: '1' }, { retentionDays: 1 }],
    [{ LIFELINE_FLOWS: 'off' }, { flows: false }],
    [
      { LIFELINE_MAP_FILE: pem('map') },
      { mapFile: { path: join(directory, 'map'), text: '-----map-----\n' } },
    ],
    [{ LIFELINE_DAMAGED_JOURNAL: 'skip' }, { damagedJournal: 'skip' }],
    [{ LIFELINE_RESERVE_MB: '0' }, { bounds: { ...DEFAULT_BOUNDS, reserveBytes: 0 } }],
    [{ LIFELINE_RESERVE_MB: '512' }, { bounds: { ...DEFAULT_BOUNDS, reserveBytes: 512 * 1_048_576 } }],
    [
      { INFLUX_URL: 'http://db:8086/' },
      {
        influx: {
          url: 'http://db:8086',
          auth: { kind: 'none' },
          org: null,
          bucket: 'lifeline',
          profile: null,
        },
      },
    ],
    [
      { ...influx, INFLUX_TOKEN: 't', INFLUX_ORG: '城', INFLUX_BUCKET: 'city', INFLUX_PROFILE: 'v2' },
      { influx: { auth: { kind: 'token', token: 't' }, org: '城', bucket: 'city', profile: 'v2' } },
    ],
    [
      { ...influx, INFLUX_USERNAME: 'u', INFLUX_PASSWORD: 'p' },
      { influx: { url: 'https://db/influx', auth: { kind: 'password', username: 'u', password: 'p' } } },
    ],
    [
      { ...tls, LIFELINE_MQTTS_PORT: '8883' },
      { mqttsPort: 8_883, tls: { cert: '-----cert-----\n', key: '-----key-----\n' } },
    ],
  ])('%j', (environment, wanted) => {
    expect(readConfig(environment)).toMatchObject(wanted);
  });

  const whole = (value: string, min: number, max: number): string =>
    `"${value}" is not a whole number from ${min} to ${max}`;
  it.each([
    [{ LIFELINE_MQTT_PROT: '1' }, 'LIFELINE_MQTT_PROT: no such setting (see README, "Settings")'],
    [{ INFLUX_URI: 'x' }, 'INFLUX_URI: no such setting (see README, "Settings")'],
    [{ LIFELINE_MQTT_WSS_PORT: '1' }, 'LIFELINE_MQTT_WSS_PORT: needs LIFELINE_TLS_CERT and LIFELINE_TLS_KEY'],
    [{ LIFELINE_TLS_CA: 'x' }, 'LIFELINE_TLS_CA: needs LIFELINE_TLS_CERT and LIFELINE_TLS_KEY'],
    [{ LIFELINE_DATA_DIR: '' }, 'LIFELINE_DATA_DIR: is empty'],
    [{ LIFELINE_BIND: '' }, 'LIFELINE_BIND: is empty'],
    [{ LIFELINE_FLOWS: 'yes' }, 'LIFELINE_FLOWS: "yes" is neither on nor off'],
    [{ LIFELINE_ADMIN_PASSWORD: '' }, 'LIFELINE_ADMIN_PASSWORD: is empty'],
    [{ LIFELINE_MQTT_PORT: '' }, `LIFELINE_MQTT_PORT: ${whole('', 0, 65_535)}`],
    [{ LIFELINE_MQTT_PORT: '65536' }, `LIFELINE_MQTT_PORT: ${whole('65536', 0, 65_535)}`],
    [{ LIFELINE_MQTT_WS_PORT: '-1' }, `LIFELINE_MQTT_WS_PORT: ${whole('-1', 0, 65_535)}`],
    [{ LIFELINE_HTTP_PORT: '80.5' }, `LIFELINE_HTTP_PORT: ${whole('80.5', 0, 65_535)}`],
    [{ LIFELINE_HTTP_PORT: '1e3' }, `LIFELINE_HTTP_PORT: ${whole('1e3', 0, 65_535)}`],
    [{ LIFELINE_HTTP_PORT: ' 80' }, `LIFELINE_HTTP_PORT: ${whole(' 80', 0, 65_535)}`],
    [{ LIFELINE_RETENTION_DAYS: '0' }, `LIFELINE_RETENTION_DAYS: ${whole('0', 1, 36_500)}`],
    [{ LIFELINE_RETENTION_DAYS: '36501' }, `LIFELINE_RETENTION_DAYS: ${whole('36501', 1, 36_500)}`],
    [{ LIFELINE_DAMAGED_JOURNAL: 'yes' }, 'LIFELINE_DAMAGED_JOURNAL: "yes" is neither refuse nor skip'],
    [{ LIFELINE_RESERVE_MB: '100001' }, `LIFELINE_RESERVE_MB: ${whole('100001', 0, 100_000)}`],
    [{ LIFELINE_MQTTS_PORT: '8883' }, 'LIFELINE_MQTTS_PORT: needs LIFELINE_TLS_CERT and LIFELINE_TLS_KEY'],
    [{ INFLUX_TOKEN: 't' }, 'INFLUX_TOKEN: needs INFLUX_URL beside it'],
    [{ INFLUX_URL: 'db:8086' }, 'INFLUX_URL: "db:8086" is no http:// or https:// address'],
    [{ INFLUX_URL: 'http://u:p@db' }, 'INFLUX_URL: holds a password'],
    [{ INFLUX_URL: 'http://db/write?db=x' }, 'INFLUX_URL: ends with the path'],
    [{ ...influx, INFLUX_BUCKET: 'a"b' }, 'INFLUX_BUCKET: takes letters'],
    [{ ...influx, INFLUX_PROFILE: 'v3' }, 'INFLUX_PROFILE: "v3" is none of v1, v2, v3core'],
    [{ ...influx, INFLUX_TOKEN: 't', INFLUX_USERNAME: 'u' }, 'INFLUX_TOKEN: stands alone'],
    [{ ...influx, INFLUX_USERNAME: 'u' }, 'INFLUX_PASSWORD: is needed beside INFLUX_USERNAME'],
    [{ ...influx, INFLUX_PASSWORD: 'p' }, 'INFLUX_USERNAME: is needed beside INFLUX_PASSWORD'],
    [{ ...influx, INFLUX_TOKEN: '' }, 'INFLUX_TOKEN: is empty'],
    [{ LIFELINE_TLS_CERT: tls.LIFELINE_TLS_CERT }, 'LIFELINE_TLS_KEY: is needed beside LIFELINE_TLS_CERT'],
    [{ LIFELINE_TLS_KEY: tls.LIFELINE_TLS_KEY }, 'LIFELINE_TLS_CERT: is needed beside LIFELINE_TLS_KEY'],
  ])('refuses %j', (environment, words) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(words);
  });

  it('refuses a certificate that cannot be read, with its path and the reason', () => {
    const missing = join(directory, 'nowhere.pem');
    const environment = { ...tls, LIFELINE_TLS_CERT: missing };
    expect(() => readConfig(environment)).toThrow(`LIFELINE_TLS_CERT: cannot read ${missing}: ENOENT`);
  });

  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['localhost', true],
    ['0.0.0.0', false],
    ['::', false],
    ['192.168.1.5', false],
    ['127.example.org', false],
  ])('%s is this machine alone: %s', (bind, alone) => {
    expect(isLoopback(bind)).toBe(alone);
  });
});

describe('whoever starts it is warned', () => {
  const given = (more: Record<string, string>): string | null => exposureWarning(readConfig(more));
  it.each([
    ['of nothing on this machine alone', {}, null],
    ['of nothing on this machine with TLS', { ...tls, LIFELINE_MQTTS_PORT: '8883' }, null],
    ['of everything beyond it without TLS', { LIFELINE_BIND: '0.0.0.0' }, /0\.0\.0\.0 without TLS/],
    [
      'of plain MQTT beyond it beside TLS',
      { ...tls, LIFELINE_BIND: '0.0.0.0' },
      /port 1883 is not encrypted/,
    ],
    [
      'of plain WebSocket beyond it beside TLS',
      { ...tls, LIFELINE_BIND: '10.0.0.1', LIFELINE_MQTT_WS_PORT: '9001' },
      /10\.0\.0\.1 port 1883 and 9001 \(WebSocket\)/,
    ],
  ] as const)('%s', (_, variables, expected) => {
    const warning = given(variables);
    if (expected === null) expect(warning).toBeNull();
    else expect(warning).toMatch(expected);
  });
});
