/**
 * The only reader of the environment. Every setting, bound and default of the product stands here with its reason.
 * An unknown LIFELINE_/INFLUX_ variable or a bad value refuses to start and says which and why.
 */
import { readFileSync } from 'node:fs';

export type Config = {
  readonly dataDir: string;
  readonly bind: string;
  readonly mqttPort: number;
  readonly mqttsPort: number | null;
  readonly mqttWsPort: number | null;
  readonly mqttWssPort: number | null;
  readonly httpPort: number;
  readonly tls: TlsSetting | null;
  readonly adminPassword: string | null;
  /** Node-RED in a process of its own (docs/node-red.md); 130 MB of memory. */
  readonly flows: boolean;
  /** Channels to people's phones with their secrets (docs/alerts.md); null = none. */
  readonly channelsFile: NamedFile | null;
  /** Base maps of the city (docs/map.md); null = the sketch. */
  readonly mapFile: NamedFile | null;
  /** Days a measurement is kept in the embedded store. */
  readonly retentionDays: number;
  /** About a stretch of the journal that cannot be read: stop, or go on without those inputs. */
  readonly damagedJournal: 'refuse' | 'skip';
  /** Null = measurements stay in the embedded store alone. */
  readonly influx: InfluxSettings | null;
  readonly bounds: Bounds;
};

/** As it was at the start. */
export type NamedFile = { readonly path: string; readonly text: string };

/** Where measurements go besides the embedded store. */
export type InfluxSettings = {
  /** Without a slash at its end. */
  readonly url: string;
  readonly auth:
    | { readonly kind: 'none' }
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'password'; readonly username: string; readonly password: string };
  readonly org: string | null;
  /** On 1.x the database. */
  readonly bucket: string;
  /** Null = asked of the server. */
  readonly profile: InfluxProfileName | null;
};
export type InfluxProfileName = 'v1' | 'v2' | 'v3core';

/** PEM texts as they were at the start, and where they are read again from when they are renewed. */
export type TlsSetting = TlsFiles & { readonly read: () => TlsFiles };
/** With `ca`, a client certificate signed by it proves a gateway by its CN. */
export type TlsFiles = { readonly cert: string; readonly key: string; readonly ca?: string };

export type Bounds = {
  /** A group commit closes at this many inputs: keeps one sync's acknowledgements in one write. */
  readonly commitEntriesMax: number;
  /** … or this long after its first input while an earlier commit is still syncing. */
  readonly commitDelayMs: number;
  /** MQTT packets above this close the connection: 1,000 records of 200 bytes fit. */
  readonly packetMaxBytes: number;
  /** Publishes of one client waiting for a sync; beyond it its socket is not read. */
  readonly heldPerClientMax: number;
  /** … and of all clients together. */
  readonly heldBytesMax: number;
  /** With 1,500 consoles and the files, below the usual descriptor limit of 20,000. */
  readonly connectionsMax: number;
  /** A carrier's whole network may stand behind a few addresses: raise it where all gateways share one. */
  readonly connectionsPerAddressMax: number;
  /** New connections, and so log-ins, of one address a second; a burst of the line above passes. */
  readonly connectionsPerSMax: number;
  /** Publishes and bytes of one gateway a second: a big one sends some hundred; a backlog may be sent in haste. */
  readonly publishesPerSMax: number;
  readonly publishBytesPerSMax: number;
  readonly connectTimeoutMs: number;
  /** A subscriber with more than this unsent loses QoS 0 messages. */
  readonly slowSubscriberBytes: number;
  readonly drainTimeoutMs: number;
  /** Snapshot at least this often, in time and in inputs: bounds the replay after a crash to 5 s. */
  readonly snapshotEveryMs: number;
  readonly snapshotEveryInputs: number;
  /** Alarm events held in memory for consoles that come back with `since`. */
  readonly eventsHeldMax: number;
  /** No commit for this long = the journal is failing: over-limit values are shown as 未入账. */
  readonly journalFailingAfterMs: number;
  /** Kept free for rules, ledger and system alarms when the disk fills. */
  readonly reserveBytes: number;
};

export const DEFAULT_BOUNDS: Bounds = {
  commitEntriesMax: 1_000,
  commitDelayMs: 5,
  packetMaxBytes: 256 * 1024,
  heldPerClientMax: 1_000,
  heldBytesMax: 64 * 1024 * 1024,
  connectionsMax: 18_200,
  connectionsPerAddressMax: 4_000,
  connectionsPerSMax: 200,
  publishesPerSMax: 2_000,
  publishBytesPerSMax: 2 * 1024 * 1024,
  connectTimeoutMs: 10_000,
  slowSubscriberBytes: 65_536,
  drainTimeoutMs: 15_000,
  snapshotEveryMs: 30_000,
  snapshotEveryInputs: 1_000_000,
  eventsHeldMax: 20_000,
  journalFailingAfterMs: 2_000,
  reserveBytes: 256 * 1024 * 1024,
};

/** A setting that cannot be used; `setting` is the variable's name. */
export class ConfigError extends Error {
  readonly code = 'bad-setting';
  readonly setting: string;
  constructor(setting: string, why: string) {
    super(`${setting}: ${why}`);
    this.setting = setting;
  }
}

const KNOWN = new Set([
  ...['LIFELINE_DATA_DIR', 'LIFELINE_BIND'],
  ...['LIFELINE_MQTT_PORT', 'LIFELINE_MQTTS_PORT', 'LIFELINE_MQTT_WS_PORT', 'LIFELINE_MQTT_WSS_PORT'],
  'LIFELINE_HTTP_PORT',
  ...['LIFELINE_TLS_CERT', 'LIFELINE_TLS_KEY', 'LIFELINE_TLS_CA'],
  'LIFELINE_CONNECTIONS_PER_ADDRESS',
  'LIFELINE_GATEWAY_PUBLISHES_PER_S',
  'LIFELINE_GATEWAY_KB_PER_S',
  'LIFELINE_ADMIN_PASSWORD',
  'LIFELINE_FLOWS',
  'LIFELINE_RETENTION_DAYS',
  ...['LIFELINE_RESERVE_MB', 'LIFELINE_DAMAGED_JOURNAL'],
  ...['LIFELINE_CHANNELS_FILE', 'LIFELINE_MAP_FILE'],
  ...['INFLUX_URL', 'INFLUX_TOKEN', 'INFLUX_USERNAME', 'INFLUX_PASSWORD'],
  ...['INFLUX_ORG', 'INFLUX_BUCKET', 'INFLUX_PROFILE'],
]);

/** Reads the settings from `environment`; throws a ConfigError naming the first bad one. */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  for (const name of Object.keys(environment).sort()) {
    // LIFELINE_WATCHDOG_* are read by a program of its own, as strictly (watchdog/settings.ts).
    if (/^(LIFELINE|INFLUX)_(?!WATCHDOG_)/.test(name) && !KNOWN.has(name)) {
      throw new ConfigError(name, 'no such setting (see README, "Settings")');
    }
  }
  const text = (name: string, fallback: string): string => {
    const value = environment[name];
    if (value === undefined) return fallback;
    if (value === '') throw new ConfigError(name, 'is empty');
    return value;
  };
  const whole = (name: string, fallback: number, min: number, max: number): number => {
    const value = environment[name];
    if (value === undefined) return fallback;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (!(number >= min && number <= max)) {
      throw new ConfigError(name, `"${value}" is not a whole number from ${min} to ${max}`);
    }
    return number;
  };
  const oneOf = <T extends string>(name: string, first: T, second: T): T => {
    const value = text(name, first);
    if (value === first) return first;
    if (value === second) return second;
    throw new ConfigError(name, `"${value}" is neither ${first} nor ${second}`);
  };
  const optionalPort = (name: string) => (environment[name] === undefined ? null : whole(name, 0, 0, 65_535));
  const optionalFile = (name: string): NamedFile | null => {
    const path = environment[name];
    return path === undefined ? null : { path, text: readText(name, path) };
  };
  const tls = readTls(environment);
  const mqttsPort = optionalPort('LIFELINE_MQTTS_PORT');
  const mqttWssPort = optionalPort('LIFELINE_MQTT_WSS_PORT');
  for (const [name, port] of Object.entries({
    LIFELINE_MQTTS_PORT: mqttsPort,
    LIFELINE_MQTT_WSS_PORT: mqttWssPort,
  })) {
    if (port !== null && tls === null)
      throw new ConfigError(name, 'needs LIFELINE_TLS_CERT and LIFELINE_TLS_KEY');
  }
  return {
    dataDir: text('LIFELINE_DATA_DIR', './data'),
    bind: text('LIFELINE_BIND', '127.0.0.1'),
    mqttPort: whole('LIFELINE_MQTT_PORT', 1883, 0, 65_535),
    mqttsPort,
    mqttWsPort: optionalPort('LIFELINE_MQTT_WS_PORT'),
    mqttWssPort,
    httpPort: whole('LIFELINE_HTTP_PORT', 8080, 0, 65_535),
    tls,
    adminPassword:
      environment['LIFELINE_ADMIN_PASSWORD'] === undefined ? null : text('LIFELINE_ADMIN_PASSWORD', ''),
    flows: oneOf('LIFELINE_FLOWS', 'on', 'off') === 'on',
    channelsFile: optionalFile('LIFELINE_CHANNELS_FILE'),
    mapFile: optionalFile('LIFELINE_MAP_FILE'),
    retentionDays: whole('LIFELINE_RETENTION_DAYS', 400, 1, 36_500),
    damagedJournal: oneOf('LIFELINE_DAMAGED_JOURNAL', 'refuse', 'skip'),
    influx: readInflux(environment, text),
    bounds: {
      ...DEFAULT_BOUNDS,
      connectionsPerAddressMax: whole(
        'LIFELINE_CONNECTIONS_PER_ADDRESS',
        DEFAULT_BOUNDS.connectionsPerAddressMax,
        1,
        DEFAULT_BOUNDS.connectionsMax,
      ),
      publishesPerSMax: whole(
        'LIFELINE_GATEWAY_PUBLISHES_PER_S',
        DEFAULT_BOUNDS.publishesPerSMax,
        1,
        1_000_000,
      ),
      publishBytesPerSMax:
        whole('LIFELINE_GATEWAY_KB_PER_S', DEFAULT_BOUNDS.publishBytesPerSMax / 1024, 1, 1_000_000) * 1024,
      reserveBytes:
        whole('LIFELINE_RESERVE_MB', DEFAULT_BOUNDS.reserveBytes / 1_048_576, 0, 100_000) * 1_048_576,
    },
  };
}

function readInflux(
  environment: Readonly<Record<string, string | undefined>>,
  text: (name: string, fallback: string) => string,
): InfluxSettings | null {
  const given = Object.keys(environment).filter((name) => name.startsWith('INFLUX_'));
  if (environment['INFLUX_URL'] === undefined) {
    const [lone] = given.sort();
    if (lone !== undefined) throw new ConfigError(lone, 'needs INFLUX_URL beside it');
    return null;
  }
  const profile = environment['INFLUX_PROFILE'] ?? null;
  if (profile !== null && profile !== 'v1' && profile !== 'v2' && profile !== 'v3core') {
    throw new ConfigError('INFLUX_PROFILE', `"${profile}" is none of v1, v2, v3core`);
  }
  const bucket = text('INFLUX_BUCKET', 'lifeline');
  // It becomes part of addresses and of InfluxQL: a short alphabet leaves nothing to escape.
  if (!/^[A-Za-z0-9._-]{1,64}$/.test(bucket)) {
    throw new ConfigError('INFLUX_BUCKET', 'takes letters, digits, dot, underscore and hyphen, at most 64');
  }
  return {
    url: influxUrl(text('INFLUX_URL', '')),
    auth: influxAuth(environment, text),
    org: environment['INFLUX_ORG'] === undefined ? null : text('INFLUX_ORG', ''),
    bucket,
    profile,
  };
}

function influxUrl(value: string): string {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    throw new ConfigError('INFLUX_URL', `"${value}" is no http:// or https:// address`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError('INFLUX_URL', 'holds a password: use INFLUX_USERNAME and INFLUX_PASSWORD');
  }
  if (url.search !== '' || url.hash !== '') throw new ConfigError('INFLUX_URL', 'ends with the path');
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function influxAuth(
  environment: Readonly<Record<string, string | undefined>>,
  text: (name: string, fallback: string) => string,
): InfluxSettings['auth'] {
  const { INFLUX_TOKEN: token, INFLUX_USERNAME: username, INFLUX_PASSWORD: password } = environment;
  if (token !== undefined && (username !== undefined || password !== undefined)) {
    throw new ConfigError('INFLUX_TOKEN', 'stands alone: not beside INFLUX_USERNAME or INFLUX_PASSWORD');
  }
  if (token !== undefined) return { kind: 'token', token: text('INFLUX_TOKEN', '') };
  if (username === undefined && password === undefined) return { kind: 'none' };
  if (username === undefined) throw new ConfigError('INFLUX_USERNAME', 'is needed beside INFLUX_PASSWORD');
  if (password === undefined) throw new ConfigError('INFLUX_PASSWORD', 'is needed beside INFLUX_USERNAME');
  return { kind: 'password', username: text('INFLUX_USERNAME', ''), password: text('INFLUX_PASSWORD', '') };
}

function readTls(environment: Readonly<Record<string, string | undefined>>): Config['tls'] {
  const { LIFELINE_TLS_CERT: cert, LIFELINE_TLS_KEY: key, LIFELINE_TLS_CA: ca } = environment;
  if (cert === undefined && key === undefined) {
    if (ca === undefined) return null;
    throw new ConfigError('LIFELINE_TLS_CA', 'needs LIFELINE_TLS_CERT and LIFELINE_TLS_KEY');
  }
  if (cert === undefined) throw new ConfigError('LIFELINE_TLS_CERT', 'is needed beside LIFELINE_TLS_KEY');
  if (key === undefined) throw new ConfigError('LIFELINE_TLS_KEY', 'is needed beside LIFELINE_TLS_CERT');
  const read = (): TlsFiles => ({
    cert: readText('LIFELINE_TLS_CERT', cert),
    key: readText('LIFELINE_TLS_KEY', key),
    ...(ca === undefined ? {} : { ca: readText('LIFELINE_TLS_CA', ca) }),
  });
  return { ...read(), read };
}

function readText(setting: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigError(setting, `cannot read ${path}: ${why}`);
  }
}
