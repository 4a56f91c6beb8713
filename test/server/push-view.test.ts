import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainAlarm } from './fakes.ts';
import { openConsole, type Console } from './console.ts';
import { EAST, openHouse, type House } from './house.ts';

let house: House;
let port: number;
let consoles: Console[];
beforeEach(async () => {
  house = await openHouse();
  port = (await house.server.listen()).port;
  consoles = [];
});
afterEach(async () => {
  for (const one of consoles) one.close();
  await house.close();
});

async function open(username: string, since?: string): Promise<Console> {
  const auth = { token: await house.token(username), ...(since === undefined ? {} : { since }) };
  const one = openConsole(port, auth);
  consoles.push(one);
  return one;
}
async function nobodyThere(): Promise<void> {
  while (house.server.sockets() > 0) await new Promise((resolve) => setImmediate(resolve));
}
const closed = (one: Console): Promise<string> => one.next('closed');

const NEW_POINT = {
  op: 'create',
  kind: 'points',
  value: { device: 'G-1', channel: 'temp', quantity: 'temperature', unit: 'Cel', reportIntervalMs: 1_000 },
} as const;

describe('live values', () => {
  it('come once a second, the newest of each point, and only of one’s own', async () => {
    const [west, all] = [await open('gas-west'), await open('viewer')];
    for (const one of [west, all]) await one.next('snapshot');
    for (let i = 1; i <= 100; i++) house.city.points([{ index: 0, value: i / 4, quality: 0 }]);
    house.city.points([{ index: 1, value: Number.NaN, quality: 2 }]);
    house.clock.advance(1_000);
    expect(await west.next('points')).toEqual([{ index: 0, value: 25, quality: 0 }]);
    expect(await all.next('points')).toEqual([
      { index: 0, value: 25, quality: 0 },
      { index: 1, value: Number.NaN, quality: 2 },
    ]);
    house.clock.advance(1_000);
    await west.next('beat');
    house.clock.advance(2_000);
    await west.next('beat');
    expect(west.kinds()).toEqual([]);
  });

  it('are not lost when an alarm is on its way at the same moment', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    house.city.raise({ id: 'a' });
    house.city.points([{ index: 0, value: 3, quality: 0 }]);
    house.clock.advance(1_000);
    expect(await one.next('points')).toEqual([{ index: 0, value: 3, quality: 0 }]);
  });

  it('wait for a console that is behind, which then gets the newest once', async () => {
    const [behind, other] = [await open('viewer'), await open('duty-officer')];
    for (const one of [behind, other]) await one.next('snapshot');
    // Twelve messages in one turn: they cannot have left before it ends.
    for (let i = 0; i < 12; i++) house.city.raise({ id: `a${i}` });
    for (const value of [1, 2, 3]) {
      house.city.points([{ index: 0, value, quality: 0 }]);
      house.clock.advance(1_000);
    }
    for (const one of [behind, other]) for (let i = 0; i < 12; i++) await one.next('alarm');
    house.city.points([{ index: 1, value: 9, quality: 1 }]);
    house.clock.advance(1_000);
    for (const one of [behind, other]) {
      expect(await one.next('points')).toEqual([
        { index: 0, value: 3, quality: 0 },
        { index: 1, value: 9, quality: 1 },
      ]);
    }
    house.clock.advance(1_000);
    house.clock.advance(1_000);
    for (const one of [behind, other]) {
      await one.next('beat');
      await one.next('beat');
      await one.next('beat');
      expect(one.kinds()).toEqual([]);
    }
  });

  it('known before come with the first picture', async () => {
    house.city.setLatest(0, { time: 1, deviceTime: 1, receivedAt: 1, value: 0.5, quality: 'uncertain' });
    const one = await open('viewer');
    await one.next('snapshot');
    expect(await one.next('points')).toEqual([{ index: 0, value: 0.5, quality: 1 }]);
  });
});

describe('an alarm that is in no journal yet (未入账)', () => {
  it('is shown at once and leaves the chain as it was', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    house.city.raise({ id: 'a' });
    await one.next('alarm');
    house.city.shadow({ ...plainAlarm(5), id: 'shadow' });
    expect(await one.next('alarm')).toMatchObject({ sequence: 1, previous: 1, alarm: { unjournaled: true } });
    house.city.raise({ id: 'b' });
    expect(await one.next('alarm')).toMatchObject({ sequence: 2, previous: 1 });
  });
});

describe('what a console may see', () => {
  it('follows its person’s rights: it is cut off, and comes back to the new picture', async () => {
    house.city.raise({ id: 'gas' });
    house.city.raise({ id: 'flood', ...EAST });
    const one = await open('viewer');
    expect((await one.next('snapshot')).alarms).toHaveLength(2);
    await house.ask('security-admin', 'PATCH', '/api/v1/users/viewer', { scope: { areas: ['371721'] } });
    // Not "io server disconnect", after which a client would stay away.
    expect(await closed(one)).toBe('transport close');
    const back = await open('viewer');
    expect((await back.next('snapshot')).alarms.map((alarm) => alarm.id)).toEqual(['flood']);
  });

  it('ends with a retirement and with a log-out', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    await house.ask('security-admin', 'POST', '/api/v1/users/viewer/retire');
    await closed(one);
    expect(await (await open('viewer')).next('refused')).toBe('unauthenticated');
    const two = await open('crew');
    await two.next('snapshot');
    await house.ask('crew', 'DELETE', '/api/v1/session');
    house.clock.advance(2_000);
    await closed(two);
  });

  it('stays while it is open: a quiet night does not log it out', async () => {
    await house.close();
    house = await openHouse({ sessionLimits: { idleMs: 5_000, absoluteMs: 86_400_000 } });
    port = (await house.server.listen()).port;
    const one = await open('viewer');
    await one.next('snapshot');
    for (let i = 0; i < 10; i++) {
      house.clock.advance(2_000);
      await one.next('beat');
    }
    one.close();
    await nobodyThere();
    house.clock.advance(5_000);
    expect(await (await open('viewer')).next('refused')).toBe('unauthenticated');
  });

  it('grows with the registry, one picture for a burst of changes', async () => {
    const [all, east] = [await open('viewer'), await open('drain-east')];
    for (const one of [all, east]) await one.next('snapshot');
    house.city.register([NEW_POINT]);
    house.city.register([{ op: 'update', kind: 'facilities', value: { id: 'W-1', name: 'renamed' } }]);
    house.clock.advance(1_000);
    expect((await all.next('snapshot')).pointIndex).toEqual({ 'G-1/ch4': 0, 'D-1/depth': 1, 'G-1/temp': 2 });
    house.clock.advance(2_000);
    for (const one of [all, east]) {
      await one.next('beat');
      expect([one === all, one.kinds().filter((kind) => kind === 'snapshot')]).toEqual([one === all, []]);
    }
  });

  it('follows a facility to another district', async () => {
    house.city.raise({ id: 'a' });
    const crew = await open('crew');
    expect((await crew.next('snapshot')).alarms).toHaveLength(1);
    house.city.register([
      { op: 'update', kind: 'facilities', value: { id: 'W-1', organisation: 'water-co' } },
    ]);
    house.clock.advance(1_000);
    expect(await crew.next('snapshot')).toMatchObject({ alarms: [], pointIndex: {} });
  });
});
