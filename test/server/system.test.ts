import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROBLEMS } from '#server/problems.ts';
import { healthAs } from './fakes.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse({}, { brokerMetrics: () => ({ connections: 3 }) });
});
afterEach(() => house.close());

describe('health', () => {
  for (const [status, code] of [
    ['ok', 200],
    ['degraded', 200],
    ['failing', 503],
  ] as const) {
    it(`${status} answers ${code} to everybody, with the reasons`, async () => {
      house.city.health_ = healthAs({ status, reasons: [{ code: 'journal-slow', detail: 'p99 400 ms' }] });
      const reply = await house.ask(null, 'GET', '/api/v1/health');
      expect([reply.statusCode, reply.json()]).toEqual([code, house.city.health_]);
    });
  }
});

it('a look of the watchdog is told apart from everybody else’s', async () => {
  await house.close();
  let looks = 0;
  house = await openHouse({}, { onWatchdog: () => void (looks += 1) });
  await house.ask(null, 'GET', '/api/v1/health');
  expect(looks).toBe(0);
  await house.ask(null, 'GET', '/api/v1/health', undefined, { 'user-agent': 'lifeline-watchdog' });
  expect(looks).toBe(1);
});

describe('the figures', () => {
  it('are open on this machine and count what is refused, and why', async () => {
    house.city.raise({ id: 'a' });
    house.server.metrics.rejected('unknown-device', 7);
    await house.ask('viewer', 'GET', '/api/v1/users');
    await house.ask(null, 'GET', '/api/v1/alarms');
    const text = (await house.ask(null, 'GET', '/metrics')).body;
    for (const line of [
      'lifeline_rejected_total{reason="unknown-device"} 7',
      'lifeline_rejected_total{reason="forbidden"} 1',
      'lifeline_rejected_total{reason="unauthenticated"} 1',
      'lifeline_open_alarms{colour="orange"} 1',
      'lifeline_open_alarms{colour="red"} 0',
      'lifeline_mqtt_connections 3',
      'lifeline_console_connections 0',
    ]) {
      expect(text).toContain(line);
    }
  });

  it('need a log-in from elsewhere', async () => {
    const from = async (remoteAddress: string, username: string | null) => {
      const headers = username === null ? {} : { authorization: `Bearer ${await house.token(username)}` };
      return (await house.server.app.inject({ url: '/metrics', remoteAddress, headers })).statusCode;
    };
    expect(await from('10.0.0.9', null)).toBe(401);
    expect(await from('10.0.0.9', 'viewer')).toBe(403);
    expect(await from('10.0.0.9', 'system-admin')).toBe(200);
    expect(await from('::ffff:127.0.0.1', null)).toBe(200);
  });

  it('need one from elsewhere through a proxy on this machine too, whose word alone is taken', async () => {
    const from = async (remoteAddress: string, forwarded: string) => {
      const headers = { 'x-forwarded-for': forwarded };
      return (await house.server.app.inject({ url: '/metrics', remoteAddress, headers })).statusCode;
    };
    expect(await from('127.0.0.1', '10.0.0.9')).toBe(401);
    expect(await from('127.0.0.1', '127.0.0.1, 10.0.0.9')).toBe(401);
    expect(await from('10.0.0.9', '127.0.0.1')).toBe(401);
  });
});

describe('a problem', () => {
  it('has a code, a status and a title, each once', () => {
    const titles = Object.values(PROBLEMS).map(([, title]) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const [code, [status]] of Object.entries(PROBLEMS)) {
      expect(code).toMatch(/^[a-z][a-z-]+$/);
      expect(status).toBeGreaterThanOrEqual(400);
    }
  });

  const rows: [string, string, string, string | undefined, Record<string, string>, number, string][] = [
    ['an address nobody serves', 'GET', '/api/v1/nothing', undefined, {}, 404, 'unknown-route'],
    ['an address outside the API', 'GET', '/nothing', undefined, {}, 404, 'unknown-route'],
    ['a broken escape', 'GET', '/api/v1/alarms/%zz', undefined, {}, 400, 'invalid-request'],
    [
      'broken JSON',
      'POST',
      '/api/v1/session',
      '{',
      { 'content-type': 'application/json' },
      400,
      'invalid-json',
    ],
    [
      'no JSON',
      'POST',
      '/api/v1/session',
      'a=b',
      { 'content-type': 'text/plain' },
      415,
      'unsupported-media-type',
    ],
    [
      'a wrong shape',
      'POST',
      '/api/v1/session',
      '{}',
      { 'content-type': 'application/json' },
      400,
      'invalid-request',
    ],
    [
      'a body too large',
      'POST',
      '/api/v1/session',
      `{"username":"${'x'.repeat(1_100_000)}"}`,
      { 'content-type': 'application/json' },
      413,
      'body-too-large',
    ],
    ['no log-in', 'GET', '/api/v1/points', undefined, {}, 401, 'unauthenticated'],
  ];
  for (const [what, method, url, payload, headers, status, code] of rows) {
    it(`for ${what} is a document of ${status} ${code}`, async () => {
      const reply = await house.server.app.inject({
        method: method === 'POST' ? 'POST' : 'GET',
        url,
        headers,
        ...(payload === undefined ? {} : { payload }),
      });
      expect(reply.statusCode).toBe(status);
      expect(reply.headers['content-type']).toContain('application/problem+json');
      expect(reply.json()).toMatchObject({ code, status, type: `urn:city-lifeline:problem:${code}` });
      expect(Object.keys(reply.json()).slice(0, 5)).toEqual(['type', 'title', 'status', 'detail', 'code']);
    });
  }

  it('of our own shows nothing of the inside', async () => {
    house.city.openAlarms = () => {
      throw new Error('secret path /var/x');
    };
    const reply = await house.ask('viewer', 'GET', '/api/v1/alarms');
    expect([reply.statusCode, reply.json().code]).toEqual([500, 'internal']);
    expect(reply.body).not.toContain('secret');
  });

  it('of the ledger is 503, and the alarms stay', async () => {
    house.city.raise({ id: 'a' });
    house.ledger.failing = 'disk-failing';
    expect((await house.ask('viewer', 'GET', '/api/v1/alarms?state=all')).json().code).toBe(
      'ledger-unavailable',
    );
    expect((await house.ask('viewer', 'GET', '/api/v1/alarms')).json().items).toHaveLength(1);
    const taken = await house.ask('duty-officer', 'POST', '/api/v1/alarms/a/acknowledge', { revision: 1 });
    expect(taken.statusCode).toBe(200);
  });
});

describe('a write repeated with its key', () => {
  const ORGANISATION = { id: 'heat-co', name: 'Heat', kind: 'owner', dutyPhone: '1' };
  const send = (body: unknown, key: string, username = 'engineer', path = 'organisations') =>
    house.ask(username, 'POST', `/api/v1/${path}`, body, { 'idempotency-key': key });

  it('gets the first answer and acts once', async () => {
    const first = await send(ORGANISATION, 'k1');
    const again = await send(ORGANISATION, 'k1');
    expect([again.statusCode, again.json()]).toEqual([201, first.json()]);
    expect([first.headers['idempotent-replay'], again.headers['idempotent-replay']]).toEqual([
      undefined,
      'true',
    ]);
    expect(house.city.commands).toHaveLength(1);
  });

  it('gets the first refusal too, as the same kind of document', async () => {
    await send({ ...ORGANISATION, kind: 5 }, 'k1');
    const again = await send({ ...ORGANISATION, kind: 5 }, 'k1');
    expect(again.statusCode).toBe(422);
    expect(again.headers['content-type']).toContain('application/problem+json');
  });

  it('but another body is refused', async () => {
    await send(ORGANISATION, 'k1');
    const other = await send({ ...ORGANISATION, id: 'x' }, 'k1');
    expect([other.statusCode, other.json().code]).toEqual([422, 'idempotency-mismatch']);
    const elsewhere = await send(ORGANISATION, 'k1', 'engineer', 'areas');
    expect(elsewhere.json().code).toBe('idempotency-mismatch');
  });

  it('of another person is another write', async () => {
    await send(ORGANISATION, 'k1');
    expect((await send(ORGANISATION, 'k1', 'system-admin')).json().code).toBe('exists');
  });

  it('is forgotten after an hour', async () => {
    await send(ORGANISATION, 'k1');
    for (let i = 0; i < 3; i++) {
      house.clock.advance(20 * 60_000);
      await house.ask('engineer', 'GET', '/api/v1/session');
    }
    expect((await send(ORGANISATION, 'k1')).json().code).toBe('exists');
  });

  it('has a bound on what is remembered', async () => {
    await send(ORGANISATION, 'first');
    for (let i = 0; i < 200; i++) await send({ ...ORGANISATION, kind: 5 }, `k${i}`);
    expect((await send(ORGANISATION, 'first')).json().code).toBe('exists');
  }, 20_000);

  it('needs a key that is one', async () => {
    expect((await send(ORGANISATION, 'x'.repeat(200))).json().code).toBe('invalid-request');
  });
});

describe('the console', () => {
  it('is served with its page never kept, its assets for ever, and no foreign origins', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'console-'));
    await mkdir(join(directory, 'assets'));
    await writeFile(join(directory, 'index.html'), '<!doctype html><title>城市生命线</title>');
    await writeFile(join(directory, 'assets', 'main-1a2b.js'), 'export {};');
    const own = await openHouse({ consoleDirectory: directory });
    const get = (url: string, accept = 'text/html') => own.server.app.inject({ url, headers: { accept } });
    for (const url of ['/', '/duty', '/duty/a/1f2e', '/login?next=%2Fduty']) {
      const page = await get(url);
      expect([url, page.statusCode, page.headers['cache-control']]).toEqual([url, 200, 'no-cache']);
      expect(page.body).toContain('城市生命线');
    }
    const asset = await get('/assets/main-1a2b.js', '*/*');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    for (const url of ['/assets/gone-9.js', '/api/v1/nothing', '/../package.json']) {
      expect([url, (await get(url)).statusCode]).toEqual([url, 404]);
    }
    const policy = String((await get('/duty')).headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    await own.close();
    await rm(directory, { recursive: true });
  });
});
