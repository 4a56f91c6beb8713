/** What differs between the servers, as data; chosen by what the server says of itself, or by INFLUX_PROFILE. */
import type { HttpAnswer } from './answer-policy.ts';

export type ProfileName = 'v1' | 'v2' | 'v3core';

export type InfluxTarget = {
  readonly url: string;
  readonly auth:
    | { readonly kind: 'none' }
    | { readonly kind: 'token'; readonly token: string }
    | { readonly kind: 'password'; readonly username: string; readonly password: string };
  readonly org: string | null;
  readonly bucket: string;
  readonly profile: ProfileName | null;
};

export type Profile = {
  readonly name: ProfileName;
  /** Path of writes; every server takes lines in milliseconds there. */
  readonly writePath: (target: Pick<InfluxTarget, 'org' | 'bucket'>) => string;
  /** How the place to write to comes to be. */
  readonly prepare: 'create-database' | 'map-bucket' | 'nothing';
  readonly needsOrg: boolean;
  /** One bad line of a batch: the rest is stored, or nothing is. */
  readonly badLine: 'rest-stored' | 'nothing-stored';
};

const enc = encodeURIComponent;
const apiPath = ({ org, bucket }: Pick<InfluxTarget, 'org' | 'bucket'>): string =>
  `/api/v2/write?bucket=${enc(bucket)}${org === null ? '' : `&org=${enc(org)}`}&precision=ms`;

export const PROFILES: Readonly<Record<ProfileName, Profile>> = {
  v1: {
    name: 'v1',
    writePath: ({ bucket }) => `/write?db=${enc(bucket)}&precision=ms`,
    prepare: 'create-database',
    needsOrg: false,
    badLine: 'rest-stored',
  },
  v2: {
    name: 'v2',
    writePath: apiPath,
    prepare: 'map-bucket',
    needsOrg: true,
    badLine: 'nothing-stored',
  },
  v3core: {
    name: 'v3core',
    writePath: apiPath,
    prepare: 'nothing',
    needsOrg: false,
    badLine: 'rest-stored',
  },
};

/** InfluxQL is the one way of reading that all of them share. */
export const queryPath = ({ bucket }: Pick<InfluxTarget, 'bucket'>): string =>
  `/query?db=${enc(bucket)}&epoch=ms`;

/** 1.x knows no tokens but takes user and password; the others take both in these forms. */
export function authorizationOf({ auth }: Pick<InfluxTarget, 'auth'>): string | null {
  if (auth.kind === 'token') return `Token ${auth.token}`;
  if (auth.kind === 'none') return null;
  return `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}`;
}

/** The profile from the answers to `/ping` and `/health`; null when neither is of a server we know. */
export function detectProfile(ping: HttpAnswer, health: HttpAnswer | null): ProfileName | null {
  const byHeader = byVersion(ping.headers['x-influxdb-version'] ?? '');
  if (byHeader !== null) return byHeader;
  if (health === null || health.status !== 200) return null;
  // 3 Core says just OK there; 1.8 and 2.x a document with their version.
  return health.text.trim() === 'OK'
    ? 'v3core'
    : byVersion(/"version"\s*:\s*"([^"]*)"/.exec(health.text)?.[1] ?? '');
}

function byVersion(version: string): ProfileName | null {
  const major = /^v?(\d+)\./.exec(version)?.[1];
  if (major === '1') return 'v1';
  if (major === '2') return 'v2';
  return major === '3' ? 'v3core' : null;
}
