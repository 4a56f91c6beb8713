/** The answers of the mock server's API, in the platform's shapes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { AREAS } from '#domain/catalogue.ts';
import { placingFault } from '#domain/placing.ts';
import { isOpen, type Alarm } from '#domain/alarm.ts';
import type { Bucket } from '#domain/contract/history.ts';
import type { Role } from '#domain/user.ts';
import { isRecord } from '../../dashboard/src/api/http.ts';
import { list, ok, refusal, type MockAnswer } from './mock-answers.ts';
import { locationOf, ORGANISATIONS, PLACES, pointIdOf, type MockCity, type MockSample } from './mock-city.ts';

type MockUser = {
  readonly username: string;
  readonly name: string;
  readonly roles: readonly Role[];
  readonly scope: object;
};

export const MOCK_PASSWORD = 'Watch-2026';
const USERS: readonly MockUser[] = [
  { username: 'zhang', name: '张三', roles: ['duty-officer'], scope: {} },
  { username: 'li', name: '李四', roles: ['duty-leader'], scope: {} },
  { username: 'eng', name: '赵六', roles: ['engineer'], scope: {} },
  { username: 'admin', name: '管理员', roles: ['system-admin'], scope: {} },
  { username: 'sec', name: '孙安', roles: ['security-admin'], scope: {} },
  { username: 'view', name: '王五', roles: ['viewer'], scope: {} },
  { username: 'crew', name: '周工', roles: ['crew'], scope: {} },
  { username: 'aud', name: '吴计', roles: ['audit-admin'], scope: {} },
];
const READERS = USERS.map(({ username, name }) => ({ username, name }));
const VIEWERS = USERS.filter(({ roles }) => roles.join() === 'viewer');
const ROOT = join(import.meta.dirname, '../..');

/** The person of a request's cookies. */
export function userOfCookie(cookies: string): MockUser | null {
  const token = /lifeline_session=token-(\w+)/.exec(cookies)?.[1];
  return USERS.find((user) => token === user.username) ?? null;
}

export async function answerApi(
  city: MockCity,
  method: string,
  url: URL,
  cookies: string,
  body: unknown,
): Promise<MockAnswer> {
  const path = url.pathname.replace('/api/v1', '').split('/').map(decodeURIComponent);
  const [, head = '', id = '', tail = ''] = path;
  if (head === 'session' && id === 'wall') return beginWall(body);
  if (head === 'session' && method === 'POST') return logIn(body);
  const user = userOfCookie(cookies);
  if (user === null) return refusal(401, 'unauthenticated');
  if (!wholeInstants(url, body)) return refusal(400, 'invalid-request');
  if (head === 'session')
    return method === 'DELETE'
      ? { status: 204, body: null, cookie: 'lifeline_session=; Max-Age=0; Path=/' }
      : ok({ user });
  const onMap = mapAnswer(city, method, url, [head, id, tail], body);
  if (onMap !== null) return onMap;
  if (head === 'rules') return city.rules.answer(method, path, body, user.username);
  const configured = city.config.answer(method, path, url, body);
  if (configured !== null) return configured;
  if (head === 'catalogue') return ok(catalogue());
  if (head === 'walls') return id === '' ? list(VIEWERS) : ok({ token: `wall-${id}` });
  if (head === 'people') return list(id === 'on-duty' ? city.onDuty : READERS);
  if (head === 'organisations') return list(ORGANISATIONS);
  if (head === 'areas') return list(readJson('domain/catalogue/areas.json'));
  if (head === 'facilities')
    return id === '' ? facilityPage(city, url) : ok(facility(city, Number(id.slice(2))));
  if (head === 'devices') return list(devices(city, url.searchParams.get('facility')));
  if (head === 'edges') return list(edgesOf(city));
  if (head === 'points' && id === '' && url.searchParams.has('q')) return list(search(city, url));
  if (head === 'points' && id === '') return list(pointsOf(city, url.searchParams.get('device') ?? ''));
  if (head === 'replay') return replay(city, id, url);
  if (head === 'alarms' && id === '' && method === 'GET') return list(alarmsOf(city, url));
  if (head === 'alarms' && tail === 'notifications') return notifications(city, id);
  if (head === 'points') return point(city, id, tail, url);
  if (head === 'alarms' && method === 'POST') {
    const verdict = city.order(id, tail, body, user.username);
    if (!('status' in verdict)) return ok(verdict);
    return refusal(verdict.status, verdict.code, verdict.alarm === undefined ? {} : { alarm: verdict.alarm });
  }
  if (head === 'backfills') return list(city.backfills);
  if (head === 'alarms' && tail === 'events') return list(story(city, id));
  const alarm = head === 'alarms' ? city.alarms.get(id) : undefined;
  return alarm === undefined ? refusal(404, 'not-found') : ok(alarm);
}

/** `wall-<user>` is the token of a person who only views. */
function beginWall(body: unknown): MockAnswer {
  const user = isRecord(body) ? USERS.find((one) => body['token'] === `wall-${one.username}`) : undefined;
  if (user === undefined) return refusal(401, 'unauthenticated');
  return {
    ...ok({ user }),
    cookie: `lifeline_session=token-${user.username}; Path=/; HttpOnly; SameSite=Strict`,
  };
}

function logIn(body: unknown): MockAnswer {
  const user = isRecord(body) ? USERS.find((u) => u.username === body['username']) : undefined;
  if (user === undefined || !isRecord(body) || body['password'] !== MOCK_PASSWORD)
    return refusal(401, 'bad-credentials');
  const token = `token-${user.username}`;
  return { ...ok({ token, user }), cookie: `lifeline_session=${token}; Path=/; HttpOnly; SameSite=Strict` };
}

/** Two pages of facilities, so that the console follows the cursor. */
function facilityPage(city: MockCity, url: URL): MockAnswer {
  const second = url.searchParams.get('cursor') === 'second';
  const from = second ? 10 : 0;
  const items = Array.from({ length: second ? city.points - 10 : 10 }, (_, i) => facility(city, from + i));
  return ok({ items, next: second ? null : 'second' });
}

/** One a facility, one point each. */
const devices = (city: MockCity, facility: string | null): unknown[] =>
  Array.from({ length: city.points }, (_, i) => ({ id: `G-${i}`, gateway: 'GW', facility: `F-${i}` })).filter(
    (device) => facility === null || device.facility === facility,
  );

function pointsOf(city: MockCity, device: string): unknown[] {
  const number = Number(device.slice(2));
  const { channel, unit } = PLACES[number % PLACES.length] ?? PLACES[0];
  const quantity = channel === 'depth-1' ? 'water-depth' : channel;
  return number < city.points
    ? [{ id: `${device}/${channel}`, device, channel, quantity, unit, reportIntervalMs: 30_000 }]
    : [];
}

const EDGES = [
  { id: 'E-1', kind: 'gas-main', lifeline: 'gas', from: 'F-0', to: 'F-5' },
  { id: 'E-2', kind: 'gas-main', lifeline: 'gas', from: 'F-5', to: 'F-10' },
  { id: 'E-3', kind: 'drain', lifeline: 'drainage', from: 'F-1', to: 'F-6' },
  { id: 'E-4', kind: 'adjacent', lifeline: 'gas', from: 'F-0', to: 'F-1' },
  { id: 'E-5', kind: 'heat-main', lifeline: 'heat', from: 'F-4', to: 'F-9' },
  { id: 'E-6', kind: 'heat-branch', lifeline: 'heat', from: 'F-9', to: 'F-14' },
];

const edgesOf = (city: MockCity): unknown[] => [
  ...EDGES.filter(({ id }) => !city.drawn.has(id)),
  ...[...city.drawn.values()].filter((edge) => edge !== null),
];

/** Moving and joining, judged as the platform does; null for what is no matter of the map. */
function mapAnswer(
  city: MockCity,
  method: string,
  url: URL,
  [head = '', id = '', tail = '']: readonly string[],
  body: unknown,
): MockAnswer | null {
  const dry = url.searchParams.get('dryRun') === 'true';
  if (head === 'map') return ok({ bases: city.bases });
  if (head === 'facilities' && id === 'codes') {
    for (let number = 4; number < city.points; number += 5)
      city.moved.set(`F-${number}`, { code: `3717220168${String(number).padStart(6, '0')}` });
    return ok({ assigned: Math.floor(city.points / 5) });
  }
  if (head === 'facilities' && method === 'PATCH' && isRecord(body) && isRecord(body['location'])) {
    const before = facility(city, Number(id.slice(2)));
    const { lat, lon } = body['location'];
    const areas = new Map(AREAS.map((area) => [area.id, area]));
    const place = { lat: Number(lat), lon: Number(lon) };
    const fault = placingFault(place, String(before['area']), areas);
    if (fault !== null) return refusal(422, fault.code);
    if (!dry) city.moved.set(id, { ...city.moved.get(id), location: place });
    return ok({ ...before, location: place });
  }
  if (head !== 'edges' || method !== 'POST') return null;
  if (tail === 'retire') city.drawn.set(id, null);
  else if (isRecord(body) && !dry) city.drawn.set(String(body['id']), body);
  return { status: tail === 'retire' || dry ? 200 : 201, body };
}

/** As the platform answers; none for an alarm that nobody was told of. */
function notifications(city: MockCity, id: string): MockAnswer {
  const found = city.notifications.get(id);
  return found === undefined ? refusal(404, 'not-found') : list(found);
}

function facility(city: MockCity, number: number): Record<string, unknown> {
  const { name, area, lifeline, kind, organisation } = PLACES[number % PLACES.length] ?? PLACES[0];
  const round = Math.floor(number / PLACES.length);
  const location = locationOf(number);
  return {
    id: `F-${number}`,
    name: round === 0 ? name : `${name}（${round + 1}）`,
    kind,
    lifeline,
    area,
    organisation,
    location,
    ...(number % 5 === 4 ? {} : { code: `3717020111${String(number + 1).padStart(6, '0')}` }),
    ...city.moved.get(`F-${number}`),
    ...(number === 0 ? { cameras: ['https://video.invalid/zhonghua-1', 'rtsp://10.0.0.9/2'] } : {}),
  };
}

/** Words of the id or the facility; an id given whole finds that one. */
function search(city: MockCity, url: URL): unknown[] {
  const words = (url.searchParams.get('q') ?? '').toLowerCase().split(/\s+/);
  const all = Array.from({ length: city.points }, (_, number) => {
    const [found] = pointsOf(city, `G-${number}`);
    const place = PLACES[number % PLACES.length] ?? PLACES[0];
    return { ...(found as { id: string }), facility: `F-${number}`, limits: { H: place.limitValue } };
  });
  const exact = all.filter(({ id }) => id.toLowerCase() === words.join(' '));
  if (exact.length > 0) return exact;
  const textOf = (number: number) =>
    `${pointIdOf(number)} ${PLACES[number % PLACES.length]?.name}`.toLowerCase();
  return all.filter((_, number) => words.every((word) => textOf(number).includes(word))).slice(0, 20);
}

/** Newest onset first; by point, rule and facility, and before an onset. */
function alarmsOf(city: MockCity, url: URL): unknown[] {
  const { searchParams: query } = url;
  const wanted = (name: string, value: string | null): boolean =>
    !query.has(name) || query.get(name) === value;
  return [...city.alarms.values()]
    .filter(({ point: id, rule, facility: at, onsetAt }) => {
      const early = !query.has('onsetBefore') || onsetAt < Number(query.get('onsetBefore'));
      return early && wanted('point', id) && wanted('rule', rule) && wanted('facility', at);
    })
    .sort((a, b) => b.onsetAt - a.onsetAt);
}

/** As the platform: an instant is whole milliseconds, or ISO 8601 (which these tests do not send). */
const wholeInstants = (url: URL, body: unknown): boolean =>
  ['from', 'to', 'at', 'until'].every(
    (name) =>
      /^-?\d+$|^$/.test(url.searchParams.get(name) ?? '') &&
      !(isRecord(body) && typeof body[name] === 'number' && !Number.isInteger(body[name])),
  );

/** What was, by the plainest reading of the events. */
function replay(city: MockCity, what: string, url: URL): MockAnswer {
  const number = (name: string): number => Number(url.searchParams.get(name));
  if (what === 'events')
    return list(
      city.events
        .filter(({ event: { at } }) => at >= number('from') && at < number('to'))
        .map(({ sequence, event: { at, change, by, ring }, alarm: { id, colour, facility: place } }) => ({
          sequence,
          alarm: id,
          at,
          change,
          colour,
          by,
          ring,
          facility: place,
        })),
    );
  const then = new Map<string, Alarm>();
  for (const { event, alarm } of city.events) if (event.at <= number('at')) then.set(alarm.id, alarm);
  const open = [...then.values()].filter(isOpen);
  if (what === 'alarms') return list(open);
  const wanted = (url.searchParams.get('points') ?? '').split(',');
  return list(
    open
      .filter(({ point: id }) => id !== null && wanted.includes(id))
      .map(({ point: id, value }) => ({
        point: id,
        time: number('at') - 2_000,
        deviceTime: null,
        receivedAt: number('at') - 2_000,
        value,
        quality: 'good',
      })),
  );
}

function point(city: MockCity, id: string, tail: string, url: URL): MockAnswer {
  const stored = city.samples.get(id);
  if (stored !== undefined && tail === 'measurements') return list(measured(stored, url));
  const alarm = [...city.alarms.values()].find((a) => a.point === id);
  if (alarm === undefined) return refusal(404, 'not-found');
  const [device = '', channel = ''] = id.split('/');
  if (tail === 'measurements') {
    const found = buckets(
      Number(url.searchParams.get('from')),
      Number(url.searchParams.get('to')),
      alarm.value ?? 1,
    );
    if (url.searchParams.has('buckets')) return list(found);
    return list(
      found.map(({ from: time, mean: value, quality }) => ({
        time,
        deviceTime: time,
        receivedAt: time,
        value,
        quality,
      })),
    );
  }
  if (tail === 'latest') {
    const time = city.now() - 3_000;
    return ok({ time, deviceTime: time, receivedAt: time, value: alarm.value, quality: 'good' });
  }
  return ok({
    id,
    device,
    channel,
    quantity: channel === 'depth-1' ? 'water-depth' : channel,
    unit: alarm.unit,
    reportIntervalMs: 30_000,
  });
}

/** As the platform answers: equal widths from `from`, empty ones left out; or raw rows. */
function measured(samples: readonly MockSample[], url: URL): unknown[] {
  const [from, to, count] = ['from', 'to', 'buckets'].map((name) => Number(url.searchParams.get(name)));
  if (from === undefined || to === undefined || count === undefined) return [];
  const within = samples.filter(({ time }) => time >= from && time < to);
  if (count === 0) return within.map((row) => ({ ...row, deviceTime: row.time, receivedAt: row.time }));
  const width = (to - from) / count;
  const found = new Map<number, MockSample[]>();
  for (const sample of within) {
    const slot = Math.floor((sample.time - from) / width);
    const members = found.get(slot);
    if (members === undefined) found.set(slot, [sample]);
    else members.push(sample);
  }
  return [...found].map(([slot, members]) => {
    const values = members.flatMap(({ value, quality }) => (quality === 'bad' ? [] : (value ?? [])));
    const known = values.length > 0;
    return {
      from: from + slot * width,
      min: known ? Math.min(...values) : null,
      max: known ? Math.max(...values) : null,
      mean: known ? values.reduce((sum, value) => sum + value, 0) / values.length : null,
      last: values.at(-1) ?? null,
      count: values.length,
      quality:
        ['bad', 'uncertain'].find((worst) => members.some(({ quality }) => quality === worst)) ?? 'good',
    };
  });
}

/** A slow rise to the value with a gap of ten minutes in it. */
function buckets(from: number, to: number, value: number): Bucket[] {
  const rows: Bucket[] = [];
  for (let at = from; at < to; at += 30_000) {
    const done = (at - from) / (to - from);
    if (done > 0.45 && done < 0.6) continue;
    const mean = value * (0.35 + 0.65 * done ** 2) + value * 0.02 * Math.sin(at / 50_000);
    rows.push({ from: at, min: mean * 0.98, max: mean * 1.02, mean, last: mean, count: 1, quality: 'good' });
  }
  return rows;
}

const story = (city: MockCity, id: string): unknown[] =>
  city.events
    .filter((message) => message.alarm.id === id)
    .map(({ sequence, event, alarm }) => ({ sequence, ...event, alarm }));

function catalogue(): unknown {
  const files = readdirSync(join(ROOT, 'rules/catalogue')).filter((name) => name.endsWith('.json'));
  const rules = files.filter((name) => name !== 'system.json' && name !== 'settings.json');
  return {
    rules: rules.map((name) => readJson(`rules/catalogue/${name}`)),
    system: readJson('rules/catalogue/system.json'),
    quantities: readJson('domain/catalogue/quantities.json'),
    lifelines: readJson('domain/catalogue/lifelines.json'),
    kinds: readJson('domain/catalogue/facility-kinds.json'),
    edgeKinds: readJson('domain/catalogue/edge-kinds.json'),
  };
}

const readJson = (path: string): unknown => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
