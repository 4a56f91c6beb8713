import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, PASSWORD, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const DAY_MS = 86_400_000;
const tokenOf = async (username: string, by = 'system-admin'): Promise<string> =>
  (await house.ask(by, 'POST', `/api/v1/walls/${username}/token`)).json().token;
const alarms = (token: string) =>
  house.ask(null, 'GET', '/api/v1/alarms', undefined, { authorization: `Bearer ${token}` });
const begin = (token: string) => house.ask(null, 'POST', '/api/v1/session/wall', { token });

describe('a wall', () => {
  it('sees what its person sees for as long as it hangs, over days and a dark weekend', async () => {
    house.city.raise({ id: 'a' });
    const token = await tokenOf('viewer');
    for (let day = 0; day < 5; day++) {
      expect((await alarms(token)).json().items).toHaveLength(1);
      house.clock.advance(DAY_MS);
    }
    house.clock.advance(30 * DAY_MS);
    expect((await alarms(token)).statusCode).toBe(200);
  });

  it('takes the token as a cookie that outlives the browser, and can change nothing with it', async () => {
    house.city.raise({ id: 'a' });
    const reply = await begin(await tokenOf('viewer'));
    expect(reply.json().user).toEqual({ username: 'viewer', name: null, roles: ['viewer'], scope: {} });
    const cookie = reply.cookies[0];
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict', path: '/' });
    expect(cookie?.maxAge).toBeGreaterThan(300 * 86_400);
    const headers = { cookie: `lifeline_session=${cookie?.value}` };
    const seen = await house.ask(null, 'GET', '/api/v1/session', undefined, headers);
    expect(seen.json().user.username).toBe('viewer');
    const taken = await house.ask(null, 'POST', '/api/v1/alarms/a/acknowledge', { revision: 1 }, headers);
    expect(taken.statusCode).toBe(403);
  });

  it('goes dark at once with a new password, another role, or when its person retires', async () => {
    const make = async (username: string): Promise<string> => {
      const body = { username, password: PASSWORD, roles: ['viewer'] };
      expect((await house.ask('security-admin', 'POST', '/api/v1/users', body)).statusCode).toBe(201);
      return tokenOf(username);
    };
    for (const [username, url, body] of [
      ['wall-1', '/api/v1/users/wall-1', { password: 'Another-2026' }],
      ['wall-2', '/api/v1/users/wall-2', { roles: ['viewer', 'duty-officer'] }],
      ['wall-3', '/api/v1/users/wall-3/retire', undefined],
    ] as const) {
      const token = await make(username);
      expect((await alarms(token)).statusCode).toBe(200);
      await house.ask('security-admin', body === undefined ? 'POST' : 'PATCH', url, body);
      expect([username, (await alarms(token)).statusCode]).toEqual([username, 401]);
      expect((await begin(token)).statusCode).toBe(401);
    }
  });

  it('is made by the system administrator, for people who only view, and is audited', async () => {
    expect((await house.ask('security-admin', 'POST', '/api/v1/walls/viewer/token')).statusCode).toBe(403);
    expect((await house.ask('system-admin', 'POST', '/api/v1/walls/duty-officer/token')).statusCode).toBe(
      404,
    );
    await tokenOf('viewer');
    expect(house.ledger.log.at(-1)).toMatchObject({
      action: 'wall.token',
      subject: 'viewer',
      outcome: 'done',
    });
  });

  it('believes no made-up token', async () => {
    const token = await tokenOf('viewer');
    const other = token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    const forged = `wall-${'0'.repeat(64)}-${Buffer.from('viewer').toString('base64url')}`;
    for (const wrong of [other, forged, 'wall--', 'wall-x', ''])
      expect([wrong, (await begin(wrong)).statusCode]).toEqual([wrong, 401]);
    expect((await alarms(forged)).statusCode).toBe(401);
  });

  it('can be had for people who only view, and only the system administrator sees for whom', async () => {
    const names = async () =>
      (await house.ask('system-admin', 'GET', '/api/v1/walls'))
        .json()
        .items.map((one: { username: string }) => one.username);
    expect(await names()).toEqual(['viewer']);
    await house.ask('security-admin', 'POST', '/api/v1/users', {
      username: 'hall',
      password: PASSWORD,
      roles: ['viewer'],
    });
    expect(await names()).toEqual(['hall', 'viewer']);
    await house.ask('security-admin', 'PATCH', '/api/v1/users/hall', { roles: ['viewer', 'engineer'] });
    expect(await names()).toEqual(['viewer']);
    for (const who of ['security-admin', 'duty-leader', 'viewer'])
      expect((await house.ask(who, 'GET', '/api/v1/walls')).json().code).toBe('forbidden');
  });
});
