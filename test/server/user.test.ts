import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, PASSWORD, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const NEW = { username: 'li.ming', password: 'Li-Ming-2025', name: '李明', roles: ['duty-officer'] };
const create = (body: unknown) => house.ask('security-admin', 'POST', '/api/v1/users', body);

describe('a new person', () => {
  it('can log in at once and is shown without the password', async () => {
    const reply = await create({ ...NEW, scope: { areas: ['371702'] } });
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toEqual({
      username: 'li.ming',
      name: '李明',
      roles: ['duty-officer'],
      scope: { areas: ['371702'] },
      createdAt: house.clock.wallMs(),
      lockedForMs: 0,
    });
    const login = await house.ask(null, 'POST', '/api/v1/session', {
      username: 'li.ming',
      password: 'Li-Ming-2025',
    });
    expect(login.json().user).toMatchObject({ username: 'li.ming', name: '李明' });
    expect(JSON.stringify(house.ledger.log)).not.toContain('Li-Ming-2025');
    expect(house.ledger.log[0]).toMatchObject({
      action: 'user.create',
      username: 'security-admin',
      subject: 'li.ming',
    });
  });

  const bad: [string, unknown, number, string][] = [
    ['a weak password', { ...NEW, password: 'password' }, 422, 'weak-password'],
    ['a name that is taken, in any case', { ...NEW, username: 'VIEWER' }, 409, 'exists'],
    ['a role nobody knows', { ...NEW, roles: ['root'] }, 400, 'invalid-request'],
    ['no role', { ...NEW, roles: [] }, 400, 'invalid-request'],
    ['a scope of a kind nobody knows', { ...NEW, scope: { cities: [] } }, 400, 'invalid-request'],
    ['a name with a slash', { ...NEW, username: 'a/b' }, 400, 'invalid-request'],
  ];
  for (const [what, body, status, code] of bad) {
    it(`with ${what} is refused`, async () => {
      const reply = await create(body);
      expect([reply.statusCode, reply.json().code]).toEqual([status, code]);
    });
  }
});

describe('a person', () => {
  it('stands in a list, page by page', async () => {
    const first = (await house.ask('security-admin', 'GET', '/api/v1/users?limit=6')).json();
    const rest = (
      await house.ask('security-admin', 'GET', `/api/v1/users?limit=6&cursor=${first.next}`)
    ).json();
    const names = [...first.items, ...rest.items].map((user: { username: string }) => user.username);
    expect(names).toEqual([...names].sort());
    expect([names.length, rest.next]).toEqual([12, null]);
    expect(JSON.stringify(first)).not.toContain('argon2');
  });

  it('has new rights at the next request', async () => {
    expect((await house.ask('viewer', 'GET', '/api/v1/audit')).statusCode).toBe(403);
    const change = await house.ask('security-admin', 'PATCH', '/api/v1/users/viewer', {
      roles: ['audit-admin'],
    });
    expect(change.json().roles).toEqual(['audit-admin']);
    expect((await house.ask('viewer', 'GET', '/api/v1/audit')).statusCode).toBe(200);
    expect((await house.ask('viewer', 'GET', '/api/v1/alarms')).statusCode).toBe(403);
  });

  it('with a new password must log in with it', async () => {
    await house.ask('security-admin', 'PATCH', '/api/v1/users/viewer', { password: 'Changed-2026' });
    expect((await house.ask('viewer', 'GET', '/api/v1/alarms')).statusCode).toBe(401);
    const logIn = (password: string) =>
      house.ask(null, 'POST', '/api/v1/session', { username: 'viewer', password });
    expect((await logIn(PASSWORD)).statusCode).toBe(401);
    expect((await logIn('Changed-2026')).statusCode).toBe(200);
  });

  it('who is retired is out at once, and the name stays taken', async () => {
    const reply = await house.ask('security-admin', 'POST', '/api/v1/users/viewer/retire');
    expect(reply.json().retired).toBe(true);
    const left = [...house.ledger.saved.values()].map((session) => session.username);
    expect(left).not.toContain('viewer');
    expect((await house.ask('viewer', 'GET', '/api/v1/alarms')).statusCode).toBe(401);
    expect((await create({ ...NEW, username: 'viewer' })).statusCode).toBe(409);
  });

  it('who is the last security administrator stays one', async () => {
    const reply = await house.ask('security-admin', 'POST', '/api/v1/users/security-admin/retire');
    expect([reply.statusCode, reply.json().code]).toEqual([409, 'last-security-admin']);
    const second = { ...NEW, roles: ['security-admin', 'viewer'] };
    expect((await create(second)).statusCode).toBe(201);
    const stripped = await house.ask('security-admin', 'PATCH', '/api/v1/users/li.ming', {
      roles: ['viewer'],
    });
    expect(stripped.json().roles).toEqual(['viewer']);
    expect((await house.ask('security-admin', 'GET', '/api/v1/users')).statusCode).toBe(200);
  });

  it('gives no right to themselves: own roles may only become fewer, the own scope stays', async () => {
    const own = (body: unknown) => house.ask('security-admin', 'PATCH', '/api/v1/users/security-admin', body);
    for (const body of [{ roles: ['security-admin', 'engineer'] }, { scope: { areas: ['371702'] } }])
      expect([(await own(body)).statusCode, (await own(body)).json().code]).toEqual([403, 'own-rights']);
    expect((await own({ name: '王安', roles: ['security-admin'], scope: {} })).json().name).toBe('王安');
  });

  it('locked out by failures is shown so, and let in again by the administrator', async () => {
    const logIn = (password: string) =>
      house.ask(null, 'POST', '/api/v1/session', { username: 'Viewer', password });
    for (let i = 0; i < 5; i++) await logIn('Wrong-2026');
    const one = () => house.ask('security-admin', 'GET', '/api/v1/users/viewer');
    expect((await one()).json().lockedForMs).toBe(600_000);
    expect((await logIn(PASSWORD)).json().code).toBe('locked');
    const unlocked = await house.ask('security-admin', 'POST', '/api/v1/users/viewer/unlock');
    expect(unlocked.json().lockedForMs).toBe(0);
    expect((await logIn(PASSWORD)).statusCode).toBe(200);
    expect(house.ledger.log.at(-2)).toMatchObject({ action: 'user.unlock', subject: 'viewer' });
    expect((await house.ask('viewer', 'POST', '/api/v1/users/viewer/unlock')).statusCode).toBe(403);
  });

  it('is nobody else’s business', async () => {
    for (const username of ['system-admin', 'audit-admin', 'duty-leader']) {
      expect((await house.ask(username, 'GET', '/api/v1/users')).statusCode).toBe(403);
      expect((await house.ask(username, 'POST', '/api/v1/users', NEW)).statusCode).toBe(403);
    }
  });

  it('nobody knows is not found', async () => {
    expect((await house.ask('security-admin', 'GET', '/api/v1/users/nobody')).statusCode).toBe(404);
    expect((await house.ask('security-admin', 'PATCH', '/api/v1/users/nobody', {})).statusCode).toBe(404);
  });
});

describe('the audit log', () => {
  it('is read in pages by the audit administrator', async () => {
    for (let i = 0; i < 3; i++) await create({ ...NEW, username: `person-${i}` });
    const first = (await house.ask('audit-admin', 'GET', '/api/v1/audit?limit=2')).json();
    const rest = (await house.ask('audit-admin', 'GET', `/api/v1/audit?limit=2&cursor=${first.next}`)).json();
    const numbers = [...first.items, ...rest.items].map((entry: { number: number }) => entry.number);
    expect([numbers, rest.next]).toEqual([[1, 2, 3], null]);
    expect(first.items[0].hash).toMatch(/^[0-9a-f]{64}$/);
  });

  it('counts a refusal repeated at once instead of filling up', async () => {
    for (let i = 0; i < 50; i++) await house.ask('viewer', 'GET', '/api/v1/users');
    expect(house.ledger.log).toHaveLength(1);
    house.clock.advance(10_000);
    await house.ask('viewer', 'GET', '/api/v1/users');
    expect(house.ledger.log[1]?.detail).toMatchObject({ repeated: 49 });
  });
});
