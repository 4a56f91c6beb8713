import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openHouse, type House } from './house.ts';

let house: House;
const GROUP = {
  id: 1,
  gateway: 'GW-1',
  device: 'G-77',
  reason: 'unknown-device',
  count: 12,
  firstAt: 1,
  lastAt: 2,
  sample: '{"device":"G-77"}',
  kept: 2,
};
beforeEach(async () => {
  house = await openHouse();
  house.ledger.groups.push(GROUP, {
    ...GROUP,
    id: 2,
    lastAt: 1,
    gateway: 'GW-2',
    device: null,
    reason: 'not-json',
    kept: 0,
  });
  for (const n of [1, 2]) {
    house.ledger.kept.push({ gateway: 'GW-1', device: 'G-77', json: `{"n":${n}}`, receivedAt: n });
  }
});
afterEach(() => house.close());

describe('the quarantine', () => {
  it('shows the groups with exact counts, and their samples', async () => {
    const groups = (await house.ask('engineer', 'GET', '/api/v1/quarantine')).json();
    expect([groups.items.length, groups.items[0]]).toEqual([2, GROUP]);
    const samples = (query: string) => house.ask('engineer', 'GET', `/api/v1/quarantine/samples?${query}`);
    const known = await samples('gateway=GW-1&device=G-77&reason=unknown-device');
    expect(known.json().items).toEqual([{ at: 2, sample: GROUP.sample, detail: 'unknown-device' }]);
    expect((await samples('gateway=GW-2&reason=not-json')).json().items).toHaveLength(1);
  });

  it('shows what came from gateways nobody has registered to people without restriction', async () => {
    house.ledger.groups.push({ ...GROUP, gateway: 'stranger' });
    const groups = (await house.ask('engineer', 'GET', '/api/v1/quarantine')).json();
    expect(groups.items.map((group: { gateway: string }) => group.gateway)).toContain('stranger');
  });

  it('hands the kept records of a device to the engine', async () => {
    const reply = await house.ask('engineer', 'POST', '/api/v1/quarantine/approve', {
      gateway: 'GW-1',
      device: 'G-77',
    });
    expect(reply.json()).toEqual({ records: 2 });
    expect(house.city.commands).toMatchObject([
      {
        command: 'approve-quarantine',
        by: { username: 'engineer' },
        gateway: 'GW-1',
        device: 'G-77',
        records: [
          { json: '{"n":1}', receivedAt: 1 },
          { json: '{"n":2}', receivedAt: 2 },
        ],
      },
    ]);
  });

  it('has nothing to approve where nothing was kept', async () => {
    const reply = await house.ask('engineer', 'POST', '/api/v1/quarantine/approve', {
      gateway: 'GW-2',
      device: 'x',
    });
    expect([reply.statusCode, reply.json().code]).toEqual([404, 'nothing-kept']);
  });

  it('shows an engineer of one area that area’s gateways', async () => {
    await house.ask('security-admin', 'PATCH', '/api/v1/users/engineer', { scope: { areas: ['371721'] } });
    const groups = (await house.ask('engineer', 'GET', '/api/v1/quarantine')).json();
    expect(groups.items.map((group: { gateway: string }) => group.gateway)).toEqual(['GW-2']);
    const body = { gateway: 'GW-1', device: 'G-77' };
    expect((await house.ask('engineer', 'POST', '/api/v1/quarantine/approve', body)).statusCode).toBe(404);
  });

  it('is not the duty officer’s', async () => {
    expect((await house.ask('duty-officer', 'GET', '/api/v1/quarantine')).statusCode).toBe(403);
  });
});
