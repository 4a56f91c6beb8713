/**
 * `node tools/record-influx.ts URL [TOKEN] [ORG] [BUCKET]`: small scenarios against a real InfluxDB, printed as JSON:
 * what it answers, word for word. Writes a few rows into the bucket's measurement `lifeline_record`. The answers of
 * servers we have met lie in test/store/influx/fixtures.
 */
import type { HttpAnswer } from '#store/influx/answer-policy.ts';
import {
  authorizationOf,
  detectProfile,
  type InfluxTarget,
  PROFILES,
  queryPath,
} from '#store/influx/profile.ts';
import { openInfluxHttp } from '#store/influx/transport.ts';

const [url = '', token = '', org = '', bucket = 'lifeline_record'] = process.argv.slice(2);
if (url === '') throw new Error('which server? node tools/record-influx.ts URL [TOKEN] [ORG] [BUCKET]');
const target: InfluxTarget = {
  url,
  auth: token === '' ? { kind: 'none' } : { kind: 'token', token },
  org: org === '' ? null : org,
  bucket,
  profile: null,
};
const http = openInfluxHttp(url, authorizationOf(target));
const ping = await http.ask({ method: 'GET', path: '/ping' });
const health = await http.ask({ method: 'GET', path: '/health' });
const profile = detectProfile(ping, health);
const write = (body: string, to = target): Promise<HttpAnswer> =>
  http.ask({ method: 'POST', path: PROFILES[profile ?? 'v1'].writePath(to), body });
const query = (q: string): Promise<HttpAnswer> =>
  http.ask({
    method: 'POST',
    path: queryPath(target),
    body: new URLSearchParams({ q }).toString(),
    contentType: 'application/x-www-form-urlencoded',
  });
const at = Math.floor(Date.now() / 3_600_000) * 3_600_000;
const created = profile === 'v1' ? await query(`CREATE DATABASE "${bucket}"`) : null;
const row = 'lifeline_record,point=a';
const scenarios: Record<string, HttpAnswer | null> = {
  ping,
  health,
  created,
  'good line': await write(`${row} value=1.5,q=0i ${at}`),
  'unparsable line among good ones': await write(`${row} value=2,q=0i ${at + 1}\n${row} value= ${at + 2}`),
  'field type conflict': await write(`${row} value="text" ${at + 3}`),
  'unknown bucket': await write(`${row} value=1 ${at}`, { ...target, bucket: 'no-such-bucket' }),
  'rows of a point': await query(
    `SELECT value,q FROM lifeline_record WHERE point='a' AND time>=${at}ms AND time<${at + 1000}ms`,
  ),
  counts: await query(
    `SELECT count(q) FROM lifeline_record WHERE time>=${at}ms AND time<${at + 1000}ms GROUP BY point`,
  ),
  'a question it cannot take': await query('SELECT nonsense('),
};
console.log(JSON.stringify({ profile, at, scenarios }, null, 2));
http.close();
