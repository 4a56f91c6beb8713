import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { proposeOnboarding } from '#server/onboarding-proposal.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
  for (let n = 0; n < 5; n++) {
    const record = { device: 'SN-77', time: n * 300_000, values: { ch4: 0.1 * n, temp: 18 } };
    house.ledger.kept.push({ gateway: 'GW-1', device: 'SN-77', json: JSON.stringify(record), receivedAt: n });
  }
});
afterAll(() => house.close());

const onboard = (body: object, username = 'engineer') =>
  house.ask(username, 'POST', '/api/v1/quarantine/onboard', { gateway: 'GW-1', device: 'SN-77', ...body });
const CH4 = { channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 300_000 };

describe('a proposal for an unknown device', () => {
  it('names channels, quantities, units and the interval from what was kept', async () => {
    const url = '/api/v1/quarantine/proposal?gateway=GW-1&device=SN-77';
    expect((await house.ask('engineer', 'GET', url)).json()).toEqual({
      records: 5,
      reportIntervalMs: 300_000,
      channels: [
        { channel: 'ch4', samples: 5, min: 0, max: 0.4, quantity: 'ch4', unit: '%' },
        { channel: 'temp', samples: 5, min: 18, max: 18, quantity: 'temperature', unit: 'Cel' },
      ],
    });
    const none = await house.ask('engineer', 'GET', url.replace('SN-77', 'SN-78'));
    expect(none.json().code).toBe('nothing-kept');
  });

  it('tells volume percent from percent of the lower limit and from ppm by size, and leaves open what it cannot know', () => {
    const kept = [
      { json: JSON.stringify({ values: { CH4_1: 35, ch4_2: 800, 甲烷: null, x: 1 } }), receivedAt: 1 },
    ];
    expect(proposeOnboarding([...kept, { json: '{', receivedAt: 2 }])).toMatchObject({
      records: 1,
      reportIntervalMs: null,
      channels: [
        { channel: 'CH4_1', unit: '%{LEL}' },
        { channel: 'ch4_2', unit: '[ppm]' },
        { channel: '甲烷', quantity: 'ch4', unit: '%', min: null },
        { channel: 'x', quantity: null, unit: null },
      ],
    });
  });
});

describe('onboarding', () => {
  it('registers nothing when one row is refused', async () => {
    const reply = await onboard({
      id: 'G-77',
      facility: 'W-1',
      points: [CH4, { ...CH4, channel: 'x', unit: 'kPa' }],
    });
    expect([reply.statusCode, reply.json().code, reply.json().errors[0].row]).toEqual([
      422,
      'unit-mismatch',
      3,
    ]);
    expect(house.city.registry().devices.has('G-77')).toBe(false);
    expect((await onboard({ facility: 'W-1', points: [] })).statusCode).toBe(400);
    expect((await onboard({ facility: 'W-1', points: [CH4] }, 'viewer')).statusCode).toBe(403);
  });

  it('creates facility, device and points in one change and takes the kept records', async () => {
    const facility = {
      ...{ id: 'W-9', name: '新井', kind: 'gas-valve-well', lifeline: 'gas', area: '371702' },
      location: { lat: 35.2, lon: 115.4 },
    };
    const before = house.city.commands.length;
    const reply = await onboard({ id: 'G-77', facility, points: [CH4] });
    expect(reply.json()).toEqual({ device: 'G-77', points: ['G-77/ch4'], created: 3, records: 5 });
    const orders = house.city.commands.slice(before);
    expect(orders.map(({ command }) => command)).toEqual(['registry', 'approve-quarantine']);
    expect(orders[1]).toMatchObject({ gateway: 'GW-1', device: 'SN-77', by: { username: 'engineer' } });
    expect(house.city.registry().devices.get('G-77')).toMatchObject({ serial: 'SN-77', facility: 'W-9' });
  });

  it('adds channels to a device that is known by now', async () => {
    const temperature = { channel: 'temp', quantity: 'temperature', unit: 'Cel', reportIntervalMs: 300_000 };
    expect((await onboard({ points: [temperature] })).json()).toMatchObject({ device: 'G-77', created: 1 });
    const foreign = await onboard({ gateway: 'GW-2', points: [CH4] });
    expect([foreign.statusCode, foreign.json().code]).toEqual([409, 'exists']);
  });
});

describe('long lists', () => {
  it('the quarantine is read page by page, the latest refusal first', async () => {
    for (let n = 0; n < 25; n++) {
      const group = {
        gateway: 'GW-1',
        device: `d${n}`,
        reason: 'unknown-device',
        count: 1,
        firstAt: 1,
        sample: '',
      };
      house.ledger.groups.push({ ...group, id: n + 1, lastAt: Math.floor(n / 5), kept: 0 });
    }
    const seen: string[] = [];
    let cursor = '';
    for (let pages = 0; pages < 10; pages++) {
      const url = `/api/v1/quarantine?limit=7${cursor === '' ? '' : `&cursor=${cursor}`}`;
      const { items, next } = (await house.ask('engineer', 'GET', url)).json();
      seen.push(...items.map(({ device }: { device: string }) => device));
      cursor = next;
      if (next === null) break;
    }
    expect(seen).toEqual(Array.from({ length: 25 }, (_, n) => `d${24 - n}`));
    const other = await house.ask('engineer', 'GET', '/api/v1/quarantine?gateway=GW-2');
    expect(other.json()).toEqual({ items: [], next: null });
  });

  it('the events of an alarm are read page by page, the oldest first', async () => {
    house.city.raise({ id: 'long' });
    for (let n = 0; n < 9; n++) house.city.change('long', 'note', {});
    const seen: number[] = [];
    let query = '?limit=4';
    for (let pages = 0; pages < 5; pages++) {
      const { items, next } = (await house.ask('viewer', 'GET', `/api/v1/alarms/long/events${query}`)).json();
      seen.push(...items.map(({ sequence }: { sequence: number }) => sequence));
      if (next === null) break;
      query = `?limit=4&cursor=${next}`;
    }
    expect(seen).toHaveLength(10);
    expect([...seen].sort((a, b) => a - b)).toEqual(seen);
  });
});
