/** Before the first line: which server is it, is there a place to write to, does it take a line? */
import { judgeAnswer } from './answer-policy.ts';
import { type Delivered, type DeliveryPorts, tryCanary } from './delivery.ts';
import { InfluxUnavailable, queryInflux } from './influxql.ts';
import { detectProfile, type InfluxTarget, type Profile, PROFILES } from './profile.ts';
import type { InfluxHttp } from './transport.ts';

type Held = Delivered & { kind: 'wait' | 'pause' };
export type Prepared =
  | Held
  | {
      readonly kind: 'ready';
      readonly profile: Profile;
      /** Why history cannot be read from it; null = it can. */
      readonly readingTrouble: string | null;
    };

export async function prepare(
  http: InfluxHttp,
  target: InfluxTarget,
  ports: (profile: Profile) => DeliveryPorts,
): Promise<Prepared> {
  const profile = target.profile === null ? await detect(http) : PROFILES[target.profile];
  if ('kind' in profile) return profile;
  if (profile.needsOrg && target.org === null) {
    return { kind: 'pause', why: `InfluxDB ${profile.name.slice(1)}.x needs INFLUX_ORG` };
  }
  const trouble = await makePlace(http, target, profile);
  const against = await tryCanary(ports(profile));
  if (against !== null && against.kind !== 'done') {
    return { ...against, why: trouble === null ? against.why : `${against.why} (${trouble})` };
  }
  return { kind: 'ready', profile, readingTrouble: profile.prepare === 'map-bucket' ? trouble : null };
}

async function detect(http: InfluxHttp): Promise<Profile | Held> {
  const ping = await http.ask({ method: 'GET', path: '/ping' });
  if (ping.status === null || ping.status >= 500) return { kind: 'wait', afterMs: null, why: `${ping.text}` };
  const named = detectProfile(ping, null);
  if (named !== null) return PROFILES[named];
  const health = await http.ask({ method: 'GET', path: '/health' });
  const name = detectProfile(ping, health);
  if (name !== null) return PROFILES[name];
  const why = `/ping answers ${ping.status} and names no InfluxDB 1.x, 2.x or 3; set INFLUX_PROFILE`;
  return { kind: 'pause', why };
}

/** Returns what failed. The canary has the last word: whoever may not create may still write. */
async function makePlace(http: InfluxHttp, target: InfluxTarget, profile: Profile): Promise<string | null> {
  if (profile.prepare === 'nothing') return null;
  try {
    if (profile.prepare === 'create-database') {
      await queryInflux(http, target.bucket, `CREATE DATABASE "${target.bucket}"`);
      return null;
    }
    return await mapBucket(http, target);
  } catch (error) {
    if (error instanceof InfluxUnavailable) return error.message;
    throw error;
  }
}

/** 2.x reads InfluxQL only of a bucket that is mapped to a database name; newer ones map it by themselves. */
async function mapBucket(http: InfluxHttp, { org, bucket }: InfluxTarget): Promise<string | null> {
  const place = `org=${encodeURIComponent(org ?? '')}`;
  const mappings = await askJson(http, `/api/v2/dbrps?${place}&db=${encodeURIComponent(bucket)}`);
  if (listIn(mappings, 'content').length > 0) return null;
  const found = await askJson(http, `/api/v2/buckets?${place}&name=${encodeURIComponent(bucket)}`);
  const [one] = listIn(found, 'buckets');
  if (one === undefined) return `there is no bucket ${bucket}`;
  const body = {
    bucketID: one['id'],
    orgID: one['orgID'],
    database: bucket,
    retention_policy: 'autogen',
    default: true,
  };
  await askJson(http, '/api/v2/dbrps', JSON.stringify(body));
  return null;
}

async function askJson(http: InfluxHttp, path: string, body?: string): Promise<unknown> {
  const answer = await http.ask(
    body === undefined
      ? { method: 'GET', path }
      : { method: 'POST', path, body, contentType: 'application/json' },
  );
  const { status, text } = answer;
  if (status === null || status >= 300) {
    const verdict = judgeAnswer(answer, 0);
    throw new InfluxUnavailable('why' in verdict ? verdict.why : `${status}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw new InfluxUnavailable(`${path} answers no JSON`);
    throw error;
  }
}

function listIn(document: unknown, name: string): Record<string, unknown>[] {
  const list =
    typeof document === 'object' && document !== null
      ? Object.entries(document).find(([key]) => key === name)
      : undefined;
  return Array.isArray(list?.[1]) ? list[1] : [];
}
