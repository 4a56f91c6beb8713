import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, PASSWORD, type House } from './house.ts';
import { buildServer } from '#server/server.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const logIn = (username: string, password: string, forwardedFor?: string) =>
  house.ask(
    null,
    'POST',
    '/api/v1/session',
    { username, password },
    forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
  );

describe('logging in', () => {
  it('gives a token and a strict cookie that both say who it is', async () => {
    const reply = await logIn('duty-officer', PASSWORD);
    expect(reply.statusCode).toBe(200);
    expect(reply.json().user).toEqual({
      username: 'duty-officer',
      name: null,
      roles: ['duty-officer'],
      scope: {},
    });
    const cookie = reply.cookies[0];
    expect(cookie).toMatchObject({ name: 'lifeline_session', httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.secure).toBeUndefined();
    const byCookie = await house.ask(null, 'GET', '/api/v1/session', undefined, {
      cookie: `lifeline_session=${cookie?.value}`,
    });
    expect(byCookie.json().user.username).toBe('duty-officer');
    const byToken = await house.ask(null, 'GET', '/api/v1/session', undefined, {
      authorization: `Bearer ${reply.json().token}`,
    });
    expect(byToken.json().user.username).toBe('duty-officer');
  });

  it('gives a cookie for TLS alone when a proxy on this machine speaks TLS', async () => {
    const body = { username: 'duty-officer', password: PASSWORD };
    const headers = { 'x-forwarded-for': '10.0.0.9', 'x-forwarded-proto': 'https' };
    const reply = await house.ask(null, 'POST', '/api/v1/session', body, headers);
    expect(reply.cookies[0]).toMatchObject({ secure: true });
  });

  it('takes the name in any case', async () => {
    expect((await logIn('Duty-OFFICER', PASSWORD)).statusCode).toBe(200);
  });

  it('keeps only a hash of the token', async () => {
    const before = house.ledger.saved.size;
    const { token } = (await logIn('viewer', PASSWORD)).json();
    expect(JSON.stringify([...house.ledger.saved])).not.toContain(token);
    expect(house.ledger.saved.size).toBe(before + 1);
  });

  it('says the same of a wrong password, an unknown name and a retired person', async () => {
    await house.ask('security-admin', 'POST', '/api/v1/users/viewer/retire');
    const replies = [
      await logIn('crew', 'wrong'),
      await logIn('nobody', 'wrong'),
      await logIn('viewer', PASSWORD),
    ];
    for (const reply of replies) {
      expect(reply.statusCode).toBe(401);
      expect(reply.json()).toEqual(replies[0]?.json());
    }
    expect(replies[0]?.json().code).toBe('bad-credentials');
  });

  it('writes every log-in, failure and log-out into the audit log', async () => {
    await logIn('crew', 'wrong');
    const { token } = (await logIn('crew', PASSWORD)).json();
    await house.ask(null, 'DELETE', '/api/v1/session', undefined, { authorization: `Bearer ${token}` });
    const lines = house.ledger.log.map((entry) => [entry.action, entry.username, entry.outcome]);
    expect(lines).toEqual([
      ['session.open', 'crew', 'bad-credentials'],
      ['session.open', 'crew', 'done'],
      ['session.close', 'crew', 'done'],
    ]);
    expect(house.ledger.log[0]?.address).toBe('127.0.0.1');
  });

  it('works, and is audited later, while the ledger fails', async () => {
    house.ledger.failing = 'disk-failing';
    const reply = await logIn('duty-officer', PASSWORD);
    expect(reply.statusCode).toBe(200);
    house.ledger.failing = null;
    house.clock.advance(1_000);
    await Promise.resolve();
    expect(house.ledger.log.map((entry) => entry.action)).toEqual(['session.open']);
  });
});

describe('guessing', () => {
  for (const name of ['duty-officer', 'nobody']) {
    it(`locks ${name} for ten minutes after five failures`, async () => {
      for (let i = 0; i < 5; i++) expect((await logIn(name, 'wrong')).statusCode).toBe(401);
      const locked = await logIn(name, PASSWORD);
      expect(locked.statusCode).toBe(429);
      expect(locked.json().code).toBe('locked');
      expect(locked.headers['retry-after']).toBe('600');
      house.clock.stepWall(86_400_000);
      expect((await logIn(name, PASSWORD)).statusCode).toBe(429);
      house.clock.advance(599_000);
      expect((await logIn(name, PASSWORD)).statusCode).toBe(429);
      house.clock.advance(1_001);
      expect((await logIn(name, PASSWORD)).statusCode).toBe(name === 'nobody' ? 401 : 200);
    });
  }

  it('cannot slip more than five tries through at once', async () => {
    const tries = await Promise.all(Array.from({ length: 12 }, () => logIn('duty-officer', 'wrong')));
    expect(tries.filter((reply) => reply.statusCode === 401)).toHaveLength(5);
    expect(tries.filter((reply) => reply.statusCode === 429)).toHaveLength(7);
  });

  it('leaves a person who is logged in at work', async () => {
    const before = await house.token('duty-officer');
    for (let i = 0; i < 6; i++) await logIn('duty-officer', 'wrong');
    const reply = await house.ask(null, 'GET', '/api/v1/alarms', undefined, {
      authorization: `Bearer ${before}`,
    });
    expect(reply.statusCode).toBe(200);
  });

  it('forgets four failures after a right password', async () => {
    for (let i = 0; i < 4; i++) await logIn('crew', 'wrong');
    expect((await logIn('crew', PASSWORD)).statusCode).toBe(200);
    for (let i = 0; i < 4; i++) expect((await logIn('crew', 'wrong')).statusCode).toBe(401);
    expect((await logIn('crew', PASSWORD)).statusCode).toBe(200);
  });

  it('over many names locks the address', async () => {
    for (let i = 0; i < 30; i++) await logIn(`name-${i}`, 'wrong');
    expect((await logIn('duty-officer', PASSWORD)).json().code).toBe('locked');
    // Behind a proxy on this machine everybody else has another address and goes on.
    expect((await logIn('duty-officer', PASSWORD, '10.0.0.8')).statusCode).toBe(200);
  }, 20_000);
});

describe('a session', () => {
  const who = (token: string) =>
    house.ask(null, 'GET', '/api/v1/session', undefined, { authorization: `Bearer ${token}` });

  it('ends after half an hour without use, whatever the wall clock does', async () => {
    const token = await house.token('viewer');
    const kept = house.ledger.saved.size;
    house.clock.stepWall(365 * 86_400_000);
    house.clock.advance(29 * 60_000);
    expect((await who(token)).statusCode).toBe(200);
    house.clock.advance(30 * 60_000);
    const reply = await who(token);
    expect(reply.statusCode).toBe(401);
    expect(reply.json().code).toBe('unauthenticated');
    expect(house.ledger.saved.size).toBe(kept - 1);
  });

  it('ends after a day and an hour even in use', async () => {
    const { token } = (await logIn('viewer', PASSWORD)).json();
    for (let i = 0; i < 74; i++) {
      house.clock.advance(20 * 60_000);
      expect((await who(token)).statusCode).toBe(200);
    }
    house.clock.advance(20 * 60_000);
    expect((await who(token)).statusCode).toBe(401);
  });

  it('survives a restart of the platform', async () => {
    const token = await house.token('viewer');
    const again = await buildServer({ bind: '127.0.0.1', port: 0 }, house.ports);
    const reply = await again.app.inject({
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(reply.json().user.username).toBe('viewer');
    await again.close();
  });

  it('in use outlives the forgotten ones of a person who logs in again and again', async () => {
    const used = await house.token('viewer');
    const forgotten: string[] = [];
    for (let i = 0; i < 16; i++) {
      forgotten.push((await logIn('viewer', PASSWORD)).json().token);
      house.clock.advance(1_000);
      await who(used);
    }
    expect((await who(used)).statusCode).toBe(200);
    expect((await who(forgotten[0] ?? '')).statusCode).toBe(401);
    expect((await who(forgotten[15] ?? '')).statusCode).toBe(200);
  });

  it('is over at once after logging out', async () => {
    const token = await house.token('viewer');
    const out = await house.ask('viewer', 'DELETE', '/api/v1/session');
    expect(out.statusCode).toBe(204);
    expect((await who(token)).statusCode).toBe(401);
  });

  it('of others ends when the person changes the password', async () => {
    const other = await house.token('viewer');
    const own = (await logIn('viewer', PASSWORD)).json().token;
    const headers = { authorization: `Bearer ${own}` };
    const change = (current: string, password: string) =>
      house.ask(null, 'POST', '/api/v1/session/password', { current, password }, headers);
    expect((await change('wrong', 'Another-2026')).statusCode).toBe(401);
    expect((await change(PASSWORD, 'weak')).json().code).toBe('weak-password');
    expect((await change(PASSWORD, 'Another-2026')).statusCode).toBe(204);
    expect((await who(other)).statusCode).toBe(401);
    expect((await who(own)).statusCode).toBe(200);
    expect((await logIn('viewer', 'Another-2026')).statusCode).toBe(200);
  });
});

describe('a cookie', () => {
  const rows: [string, Record<string, string>, number][] = [
    ['from our own page', { 'sec-fetch-site': 'same-origin' }, 204],
    ['from another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['from a neighbour on the same site', { 'sec-fetch-site': 'same-site' }, 403],
    ['from an older browser on our page', { origin: 'http://city.local', host: 'city.local' }, 204],
    ['from an older browser elsewhere', { origin: 'http://evil.example', host: 'city.local' }, 403],
    ['with an origin hidden', { origin: 'null', host: 'city.local' }, 403],
    ['from a program', {}, 204],
  ];
  for (const [what, headers, status] of rows) {
    it(`${what} ${status === 204 ? 'may' : 'may not'} write`, async () => {
      const token = await house.token('viewer');
      const cookie = `lifeline_session=${token}`;
      const reply = await house.ask(null, 'DELETE', '/api/v1/session', undefined, { ...headers, cookie });
      expect(reply.statusCode).toBe(status);
      if (status === 403) expect(reply.json().code).toBe('cross-site');
    });
  }

  it('does not help a bearer token that is wrong', async () => {
    const cookie = `lifeline_session=${await house.token('viewer')}`;
    const headers = { cookie, authorization: 'Bearer 0000000000000000000000' };
    expect((await house.ask(null, 'GET', '/api/v1/session', undefined, headers)).statusCode).toBe(401);
  });
});
