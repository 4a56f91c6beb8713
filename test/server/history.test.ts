import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { START } from './fakes.ts';
import { openHouse, type House } from './house.ts';

let house: House;
const PATH = '/api/v1/points/G-1%2Fch4';
const row = (time: number, value: number | null) => ({
  time,
  deviceTime: time,
  receivedAt: time + 5,
  value,
  quality: value === null ? ('bad' as const) : ('good' as const),
});
beforeEach(async () => {
  house = await openHouse();
  house.history.add(
    0,
    [0, 10, 20, 30, 40].map((at) => row(1_000 + at, at === 40 ? null : at)),
  );
});
afterEach(() => house.close());

describe('the history of a point', () => {
  it('is half-open: from included, to not', async () => {
    const reply = await house.ask('viewer', 'GET', `${PATH}/measurements?from=1010&to=1030`);
    expect(reply.json()).toEqual({ items: [row(1_010, 10), row(1_020, 20)], next: null });
  });

  it('takes times in either form, and the id in either form', async () => {
    const iso = encodeURIComponent('1970-01-01T08:00:01.010+08:00');
    const reply = await house.ask('viewer', 'GET', `/api/v1/points/G-1/ch4/measurements?from=${iso}&to=1030`);
    expect(reply.json().items).toHaveLength(2);
  });

  it('goes on page by page', async () => {
    const first = (await house.ask('viewer', 'GET', `${PATH}/measurements?from=1000&to=2000&limit=3`)).json();
    expect(first.items).toHaveLength(3);
    const url = `${PATH}/measurements?from=1000&to=2000&limit=3&cursor=${first.next}`;
    const second = (await house.ask('viewer', 'GET', url)).json();
    expect([second.items, second.next]).toEqual([[row(1_030, 30), row(1_040, null)], null]);
  });

  it('comes in buckets of equal width, the empty ones left out', async () => {
    const reply = await house.ask('viewer', 'GET', `${PATH}/measurements?from=1000&to=1100&buckets=10`);
    const froms = reply.json().items.map((bucket: { from: number }) => bucket.from);
    expect(froms).toEqual([1_000, 1_010, 1_020, 1_030, 1_040]);
    expect(reply.json().items[1]).toEqual({
      from: 1_010,
      min: 10,
      max: 10,
      mean: 10,
      last: 10,
      count: 1,
      quality: 'good',
    });
  });

  it('without times is the last hour', async () => {
    house.history.add(0, [row(START - 1_000, 7)]);
    const reply = await house.ask('viewer', 'GET', `${PATH}/measurements`);
    expect(reply.json().items).toEqual([row(START - 1_000, 7)]);
  });

  const bad = [
    'from=2&to=1',
    'from=x',
    'from=2025-11-22T08:00:00',
    'buckets=0&from=1&to=2',
    'buckets=5001',
    'buckets=x',
  ];
  for (const query of bad) {
    it(`with ${query} is refused`, async () => {
      const reply = await house.ask('viewer', 'GET', `${PATH}/measurements?${query}`);
      expect([reply.statusCode, reply.json().code]).toEqual([400, 'invalid-request']);
    });
  }

  it('is hidden outside the scope', async () => {
    expect((await house.ask('drain-east', 'GET', `${PATH}/measurements`)).statusCode).toBe(404);
    expect((await house.ask('drain-east', 'GET', `${PATH}/latest`)).statusCode).toBe(404);
  });
});

describe('the latest value', () => {
  it('is one row, or 404 no-data', async () => {
    const none = await house.ask('viewer', 'GET', `${PATH}/latest`);
    expect([none.statusCode, none.json().code]).toEqual([404, 'no-data']);
    house.city.setLatest(0, row(5_000, 1.5));
    expect((await house.ask('viewer', 'GET', `${PATH}/latest`)).json()).toEqual(row(5_000, 1.5));
  });
});

describe('maintenance', () => {
  const until = START + 3_600_000;
  for (const path of ['points/G-1%2Fch4', 'points/G-1/ch4', 'gateways/GW-1', 'facilities/W-1']) {
    it(`of ${path} goes to the engine`, async () => {
      const body = { until, reason: 'calibration' };
      const reply = await house.ask('duty-leader', 'POST', `/api/v1/${path}/maintenance`, body);
      const target = path.split('/')[0];
      const id = target === 'points' ? 'G-1/ch4' : path.split('/')[1];
      expect(reply.json()).toEqual({ target, id, ...body });
      expect(house.city.commands).toMatchObject([{ command: 'maintenance', target, id, ...body }]);
    });
  }

  it('needs a reason, the right and a thing in sight', async () => {
    const path = '/api/v1/facilities/W-1/maintenance';
    expect((await house.ask('duty-leader', 'POST', path, { until })).statusCode).toBe(400);
    expect((await house.ask('duty-officer', 'POST', path, { until, reason: 'x' })).statusCode).toBe(403);
    const elsewhere = '/api/v1/facilities/X-1/maintenance';
    expect((await house.ask('duty-leader', 'POST', elsewhere, { until, reason: 'x' })).statusCode).toBe(404);
  });
});
