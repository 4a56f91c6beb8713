import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EAST, openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const get = (path: string, username = 'viewer') => house.ask(username, 'GET', `/api/v1${path}`);
const idsAt = async (at: number, username = 'viewer'): Promise<string[]> =>
  (await get(`/replay/alarms?at=${at}`, username)).json().items.map(({ id }: { id: string }) => id);

describe('the alarms of a past time', () => {
  let start: number;
  beforeEach(() => {
    start = house.clock.wallMs();
    house.city.raise({ id: 'gas', onsetAt: start });
    house.clock.advance(60_000);
    house.city.raise({ id: 'flood', onsetAt: start + 60_000, colour: 'red', ...EAST });
    house.clock.advance(60_000);
    house.city.change('gas', 'acknowledged', { state: 'acknowledged', acknowledgedBy: 'zhang' });
    house.clock.advance(60_000);
    house.city.change('gas', 'normal', { state: 'normal', active: false });
  });

  it('are those of that second, as they were', async () => {
    expect(await idsAt(start - 1)).toEqual([]);
    expect(await idsAt(start)).toEqual(['gas']);
    expect(await idsAt(start + 60_000)).toEqual(['flood', 'gas']);
    expect(await idsAt(start + 180_000)).toEqual(['flood']);
    const [, gas] = (await get(`/replay/alarms?at=${start + 119_999}`)).json().items;
    expect(gas).toMatchObject({ id: 'gas', state: 'unacknowledged', acknowledgedBy: null, isaState: 'B' });
    const [, taken] = (await get(`/replay/alarms?at=${start + 120_000}`)).json().items;
    expect(taken).toMatchObject({ state: 'acknowledged', acknowledgedBy: 'zhang' });
  });

  it('know what the ledger has not been told yet', async () => {
    house.ledger.follow = () => undefined;
    house.clock.advance(1_000);
    house.city.raise({ id: 'late', onsetAt: house.clock.wallMs() });
    expect(await idsAt(house.clock.wallMs())).toEqual(['late', 'flood']);
    expect(await idsAt(house.clock.wallMs() - 1)).toEqual(['flood']);
  });

  it('and the events are for whoever may see them, in pages', async () => {
    expect(await idsAt(start + 60_000, 'gas-west')).toEqual(['gas']);
    expect((await get(`/replay/alarms?at=${start}`, 'audit-admin')).statusCode).toBe(403);
    const of = async (username: string): Promise<unknown[]> => {
      const reply = await get(`/replay/events?from=${start}&to=${start + 180_000}&limit=2`, username);
      const first = reply.json();
      if (first.next === null) return first.items;
      const rest = await get(
        `/replay/events?from=${start}&to=${start + 180_000}&limit=2&cursor=${first.next}`,
        username,
      );
      expect(rest.json().next).toBeNull();
      return [...first.items, ...rest.json().items];
    };
    expect(await of('viewer')).toMatchObject([
      { alarm: 'gas', change: 'raised', at: start, ring: true },
      { alarm: 'flood', change: 'raised', at: start + 60_000, colour: 'red' },
      { alarm: 'gas', change: 'acknowledged', at: start + 120_000 },
    ]);
    expect(await of('drain-east')).toMatchObject([{ alarm: 'flood' }]);
  });

  it('refuses the future, and a span that ends before it begins', async () => {
    expect((await get(`/replay/alarms?at=${start + 999_999_999}`)).json().code).toBe('invalid-request');
    expect((await get(`/replay/events?from=${start}&to=${start}`)).json().code).toBe('invalid-request');
  });
});

describe('the values of a past time', () => {
  const index = (): number => house.city.registry().points.get('G-1/ch4')?.index ?? -1;
  const row = (time: number, value: number, receivedAt = time) => ({
    time,
    deviceTime: time,
    receivedAt,
    value,
    quality: 'good' as const,
  });
  const valueAt = async (at: number): Promise<unknown> =>
    (await get(`/replay/values?at=${at}&points=G-1/ch4`)).json().items[0]?.value;

  it('are the newest by then, without what came later', async () => {
    const start = house.clock.wallMs() - 3_600_000;
    house.history.add(index(), [
      row(start, 1),
      row(start + 5_000, 9, start + 1_800_000),
      row(start + 10_000, 2),
      ...Array.from({ length: 5_000 }, (_, i) => row(start + 20_000 + i, 100 + i)),
    ]);
    expect(await valueAt(start - 1)).toBeUndefined();
    expect(await valueAt(start + 4_999)).toBe(1);
    expect(await valueAt(start + 9_999)).toBe(1);
    expect(await valueAt(start + 10_000)).toBe(2);
    expect(await valueAt(start + 24_321)).toBe(100 + 4_321);
    expect(await valueAt(start + 1_000_000)).toBe(100 + 4_999);
  });

  it('are nobody’s outside the scope', async () => {
    const start = house.clock.wallMs() - 60_000;
    house.history.add(index(), [row(start, 1)]);
    const reply = await get(`/replay/values?at=${start}&points=G-1/ch4,none/such`, 'drain-east');
    expect(reply.json()).toEqual({ items: [], next: null });
  });
});

describe('the list of alarms of one point', () => {
  it('goes back from a time', async () => {
    house.city.raise({ id: 'a1', onsetAt: 1_000, point: 'G-1/ch4' });
    house.city.raise({ id: 'a2', onsetAt: 2_000, point: 'G-1/ch4' });
    house.city.raise({ id: 'b', onsetAt: 1_500, point: 'G-1/temperature' });
    const reply = await get('/alarms?state=all&point=G-1/ch4&onsetBefore=2000');
    expect(reply.json().items.map(({ id }: { id: string }) => id)).toEqual(['a1']);
    expect((await get('/alarms?onsetBefore=soon')).json().code).toBe('invalid-request');
  });
});

describe('a search for points', () => {
  const found = async (words: string, username = 'viewer'): Promise<unknown[]> =>
    (await get(`/points?q=${encodeURIComponent(words)}`, username)).json().items;

  it('goes by the code, by the facility’s name, and by every word of both', async () => {
    const all = (await get('/points')).json().items.map(({ id }: { id: string }) => id);
    const facility = house.city.registry().facilities.get('W-1');
    const byName = await found(`${facility?.name} ch4`);
    expect(byName).toMatchObject([{ id: 'G-1/ch4', facility: 'W-1' }]);
    expect(await found('g-1')).toHaveLength(all.filter((id: string) => /g-1/i.test(id)).length);
    expect(await found('G-1/ch4')).toHaveLength(1);
    expect(await found('G-1 no-such')).toEqual([]);
  });

  it('finds nothing outside the scope', async () => {
    expect(await found('G-1/ch4', 'drain-east')).toEqual([]);
  });
});
