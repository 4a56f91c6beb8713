/** Alarm quality over the API: who may ask, for what, and what Prometheus reads. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { START } from './fakes.ts';
import { EAST, openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const ask = (who: string, query = '') => house.ask(who, 'GET', `/api/v1/quality${query}`);
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('quality', () => {
  it('is of the last day when no period is named, with the limits of the settings', async () => {
    house.city.raise({ id: 'gas', onsetAt: START, colour: 'red' });
    house.clock.advance(60_000);
    const reply = await ask('duty-leader');
    expect(reply.statusCode).toBe(200);
    expect(reply.json()).toMatchObject({
      ...{ from: START + 60_000 - 86_400_000, to: START + 60_000, by: 'all', complete: true, groups: [] },
      total: { load: { rings: 1 }, mix: { red: 1 }, response: { red: { asked: 1, limitMs: 300_000 } } },
    });
  });

  it('is of one’s own part of the city', async () => {
    house.city.raise({ id: 'gas', onsetAt: START });
    house.city.raise({ id: 'flood', onsetAt: START, ...EAST });
    house.clock.advance(1_000);
    const period = `?from=${START - 1}&to=${START + 1}&by=lifeline`;
    const [all, west] = [await ask('viewer', period), await ask('gas-west', period)];
    expect(all.json().groups.map(({ id }: { id: string }) => id)).toEqual(['drainage', 'gas']);
    expect(west.json().groups.map(({ id }: { id: string }) => id)).toEqual(['gas']);
    expect(west.json().total.load.rings).toBe(1);
  });

  const refused: readonly [string, string, string, number, string][] = [
    ['a crew', 'crew', '', 403, 'forbidden'],
    ['a period that ends before it begins', 'viewer', '?from=2&to=1', 400, 'invalid-request'],
    ['more than a month', 'viewer', `?from=0&to=${32 * 86_400_000}`, 400, 'invalid-request'],
    ['a time that is none', 'viewer', '?from=yesterday', 400, 'invalid-request'],
    ['a grouping that is none', 'viewer', '?by=colour', 400, 'invalid-request'],
  ];
  it.each(refused)('refuses %s', async (_, who, query, status, code) => {
    const reply = await ask(who, query);
    expect([reply.statusCode, reply.json().code]).toEqual([status, code]);
  });

  it('is counted one question at a time: equal ones share the count, others are sent away', async () => {
    const counts = house.ledger.holdQuality();
    const [first, equal, other] = [ask('viewer'), ask('duty-leader'), ask('viewer', '?by=area')];
    const refusal = await other;
    expect([refusal.statusCode, refusal.json().code]).toEqual([503, 'busy']);
    counts.release();
    expect((await first).json()).toEqual((await equal).json());
    expect(counts.asked()).toBe(1);
    expect((await ask('viewer', '?by=area')).statusCode).toBe(200);
  });

  it('stands for a minute, and is each scope’s own', async () => {
    const rings = async (who: string): Promise<number> => (await ask(who)).json().total.load.rings;
    house.city.raise({ id: 'flood', onsetAt: START, ...EAST });
    house.clock.advance(1_000);
    expect([await rings('viewer'), await rings('gas-west')]).toEqual([1, 0]);
    house.city.raise({ id: 'gas', onsetAt: START });
    expect([await rings('viewer'), await rings('gas-west')]).toEqual([1, 0]);
    house.clock.advance(60_000);
    expect([await rings('viewer'), await rings('gas-west')]).toEqual([2, 1]);
  });

  it('is refused, not invented, while the ledger does not answer', async () => {
    house.ledger.failing = 'disk-full';
    expect((await ask('viewer')).statusCode).toBe(503);
  });
});

describe('metrics', () => {
  const figures = async () => (await house.server.app.inject({ method: 'GET', url: '/metrics' })).payload;

  it('carry the figures of the last day, counted anew at most once a minute', async () => {
    house.city.raise({ id: 'gas', onsetAt: START });
    house.clock.advance(1_000);
    expect(await figures()).toContain('lifeline_alarm_rings_per_10min Nan');
    await settled();
    expect(await figures()).toMatch(/lifeline_alarm_rings_per_10min 0\.00694/);
    house.city.raise({ id: 'more', onsetAt: START });
    await figures();
    await settled();
    expect(await figures()).toMatch(/lifeline_alarm_rings_per_10min 0\.00694/);
    house.clock.advance(60_000);
    await figures();
    await settled();
    expect(await figures()).toMatch(/lifeline_alarm_rings_per_10min 0\.0138/);
  });

  it('carry no figure while the ledger does not answer', async () => {
    house.city.raise({ id: 'gas', onsetAt: START });
    house.ledger.failing = 'disk-full';
    await figures();
    await settled();
    expect(await figures()).toContain('lifeline_alarm_rings_per_10min Nan');
  });
});
