/** A gateway's back-fill is one line, for whoever sees that gateway. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Backfill } from '#domain/backfill.ts';
import { type Console, openConsole } from './console.ts';
import { type House, openHouse } from './house.ts';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const line = (gateway: string, at: number): Backfill => ({
  ...{ gateway, at, from: 0, to: at, points: 300, added: 12, changed: 1, withdrawn: 2 },
  ...{ byColour: { blue: 10, yellow: 1, orange: 1, red: 0 }, alarms: ['a'] },
});

it('is listed newest first, page by page, within the scope of the asker', async () => {
  house.ledger.lines.push(line('GW-1', 1), line('GW-2', 2), line('GW-1', 3));
  const ask = async (who: string, query = '') =>
    (await house.ask(who, 'GET', `/api/v1/backfills${query}`)).json();
  const times = (page: { items: Backfill[] }): number[] => page.items.map(({ at }) => at);
  const all = await ask('viewer');
  expect([times(all), all.next, all.items[0]]).toEqual([[3, 2, 1], null, line('GW-1', 3)]);
  const first = await ask('viewer', '?limit=2');
  expect([times(first), times(await ask('viewer', `?cursor=${first.next}`))]).toEqual([[3, 2], [1]]);
  expect(times(await ask('gas-west'))).toEqual([3, 1]);
  expect(times(await ask('drain-east'))).toEqual([2]);
  expect((await ask('security-admin')).code).toBe('forbidden');
});

it('is told to open consoles at once, each of the gateways it sees', async () => {
  const { port } = await house.server.listen();
  const open = async (who: string): Promise<Console> => {
    const one = openConsole(port, { token: await house.token(who) });
    await one.next('snapshot');
    return one;
  };
  const [west, east] = [await open('gas-west'), await open('drain-east')];
  house.city.backfilled(line('GW-1', 4));
  house.city.backfilled(line('GW-2', 5));
  expect((await west.next('backfill')).backfill).toEqual(line('GW-1', 4));
  expect((await east.next('backfill')).backfill).toEqual(line('GW-2', 5));
  expect(west.kinds().filter((kind) => kind === 'backfill')).toEqual([]);
  for (const one of [west, east]) one.socket.disconnect();
});
