import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from './console.ts';
import { openHouse, type House } from './house.ts';

const OF_GATEWAY = {
  point: null,
  device: null,
  facility: null,
  area: null,
  lifeline: null,
  rule: 'gateway-absent',
} as const;

let house: House;
beforeEach(async () => {
  house = await openHouse();
  house.city.register([
    {
      op: 'create',
      kind: 'gateways',
      value: { id: 'GW-3', name: 'No place', session: 'always-on', secretHmac: 'ab'.repeat(32) },
    },
    { op: 'upsert', kind: 'devices', value: { id: 'G-1', gateway: 'GW-3', facility: 'W-1' } },
  ]);
  house.city.raise({ id: 'dead-box', gateway: 'GW-3', ...OF_GATEWAY });
  house.city.raise({ id: 'other-box', gateway: 'GW-2', ...OF_GATEWAY });
  house.city.raise({ id: 'platform', gateway: null, ...OF_GATEWAY });
});
afterEach(() => house.close());

describe('the alarm of a gateway that stands at no facility', () => {
  const rows: [string, string[]][] = [
    ['gas-west', ['dead-box']],
    ['drain-east', ['other-box']],
    ['crew', ['dead-box']],
    ['viewer', ['dead-box', 'other-box', 'platform']],
  ];
  for (const [username, expected] of rows) {
    it(`reaches ${username} when it serves what ${username} watches`, async () => {
      for (const state of ['open', 'all']) {
        const reply = await house.ask(username, 'GET', `/api/v1/alarms?state=${state}`);
        const ids: string[] = reply.json().items.map((alarm: { id: string }) => alarm.id);
        expect(ids.sort()).toEqual(expected);
      }
    });
  }

  it('can be taken by the officer whose sensors it carries, and by no other', async () => {
    const take = (id: string) =>
      house.ask('gas-west', 'POST', `/api/v1/alarms/${id}/acknowledge`, { revision: 1 });
    expect((await take('other-box')).statusCode).toBe(404);
    expect((await take('dead-box')).statusCode).toBe(200);
  });

  it('reaches the open console of that officer', async () => {
    const { port } = await house.server.listen();
    const one = openConsole(port, { token: await house.token('gas-west') });
    try {
      expect((await one.next('snapshot')).alarms.map(({ id }) => id)).toEqual(['dead-box']);
      house.city.change('other-box', 'returned', { active: false });
      house.city.change('dead-box', 'returned', { active: false });
      expect((await one.next('alarm')).alarm.id).toBe('dead-box');
    } finally {
      one.close();
    }
  });
});
