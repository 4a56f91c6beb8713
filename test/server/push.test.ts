import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole, type Console } from './console.ts';
import { healthAs } from './fakes.ts';
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
/** Comes back with this cursor; null when the answer was a snapshot. */
async function comeBack(username: string, since: string): Promise<Console | null> {
  const one = await open(username, since);
  await new Promise<void>((resolve) => one.socket.on('connect', resolve));
  house.clock.advance(2_000);
  await one.next('beat');
  return one.kinds().includes('snapshot') ? null : one;
}
async function nobodyThere(): Promise<void> {
  while (house.server.sockets() > 0) await new Promise((resolve) => setImmediate(resolve));
}

describe('a console', () => {
  it('without a log-in is refused, and says why', async () => {
    for (const auth of [{}, { token: '' }, { token: 'x'.repeat(43) }, { token: 7 }]) {
      const one = openConsole(port, auth);
      consoles.push(one);
      expect(await one.next('refused')).toBe('unauthenticated');
    }
    expect(house.server.sockets()).toBe(0);
  });

  it('of our own page may come by its cookie, of another site not', async () => {
    const cookie = `a=b; lifeline_session=${await house.token('viewer')}`;
    const own = openConsole(port, {}, { cookie, origin: `http://127.0.0.1:${port}` });
    const foreign = openConsole(port, {}, { cookie, origin: 'http://evil.example' });
    consoles.push(own, foreign);
    expect((await own.next('snapshot')).alarms).toEqual([]);
    expect(await foreign.next('refused')).toBe('unauthenticated');
  });

  it('first gets the whole picture of its own city', async () => {
    house.city.raise({ id: 'gas' });
    house.city.raise({ id: 'flood', ...EAST });
    house.city.raise({ id: 'platform', facility: null, area: null, lifeline: null });
    const seen = async (username: string) => {
      const { alarms, pointIndex, serverTime } = await (await open(username)).next('snapshot');
      expect(serverTime).toBe(house.clock.wallMs());
      return [alarms.map((alarm) => alarm.id), pointIndex];
    };
    expect(await seen('viewer')).toEqual([['gas', 'flood', 'platform'], { 'G-1/ch4': 0, 'D-1/depth': 1 }]);
    expect(await seen('gas-west')).toEqual([['gas'], { 'G-1/ch4': 0 }]);
    expect(await seen('drain-east')).toEqual([['flood'], { 'D-1/depth': 1 }]);
    expect(await seen('crew')).toEqual([['gas'], { 'G-1/ch4': 0 }]);
    expect(await seen('audit-admin')).toEqual([[], {}]);
  });

  it('then gets each event at once, with what changed and the alarm after it', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    house.city.raise({ id: 'a', value: 2.6 });
    await house.ask('duty-officer', 'POST', '/api/v1/alarms/a/acknowledge', { revision: 1, note: 'on it' });
    const raised = await one.next('alarm');
    expect(raised).toMatchObject({
      sequence: 1,
      previous: 0,
      event: { change: 'raised', by: null, note: null, ring: true, reason: 'new' },
      alarm: { id: 'a', value: 2.6, state: 'unacknowledged' },
    });
    expect(await one.next('alarm')).toMatchObject({
      sequence: 2,
      previous: 1,
      event: { change: 'acknowledged', by: 'duty-officer', note: 'on it' },
      alarm: { state: 'acknowledged' },
    });
  });

  it('gets a beat every two seconds with the health of the platform', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    house.city.health_ = healthAs({ status: 'degraded', reasons: [{ code: 'journal-slow', detail: '' }] });
    house.clock.advance(2_000);
    expect(await one.next('beat')).toMatchObject({
      serverTime: house.clock.wallMs(),
      health: house.city.health_,
    });
    house.clock.advance(4_000);
    await one.next('beat');
    await one.next('beat');
  });

  it('gets a fresh picture when it asks for one', async () => {
    const one = await open('viewer');
    await one.next('snapshot');
    house.city.raise({ id: 'a' });
    await one.next('alarm');
    one.socket.emit('resync');
    expect((await one.next('snapshot')).alarms.map((alarm) => alarm.id)).toEqual(['a']);
  });
});

describe('two consoles of different districts', () => {
  it('see different chains of the same events, each without a gap', async () => {
    const [west, east, all] = [await open('gas-west'), await open('drain-east'), await open('viewer')];
    for (const one of [west, east, all]) await one.next('snapshot');
    house.city.raise({ id: 'g1' });
    house.city.raise({ id: 'd1', ...EAST });
    house.city.raise({ id: 'd2', ...EAST });
    house.city.raise({ id: 'g2' });
    const chain = async (one: Console, count: number): Promise<string[]> => {
      const links: string[] = [];
      for (let i = 0; i < count; i++) {
        const { previous, sequence, alarm } = await one.next('alarm');
        links.push(`${previous}-${sequence} ${alarm.id}`);
      }
      return links;
    };
    expect(await chain(west, 2)).toEqual(['0-1 g1', '1-4 g2']);
    expect(await chain(east, 2)).toEqual(['0-2 d1', '2-3 d2']);
    expect(await chain(all, 4)).toEqual(['0-1 g1', '1-2 d1', '2-3 d2', '3-4 g2']);
    expect([west, east, all].flatMap((one) => one.kinds())).toEqual([]);
  });

  it('see only their own gateways', async () => {
    const [west, east] = [await open('gas-west'), await open('drain-east')];
    for (const one of [west, east]) await one.next('snapshot');
    house.city.gateway('GW-1', true);
    house.city.gateway('GW-2', false);
    expect(await west.next('gateway')).toMatchObject({ gateway: 'GW-1', connected: true });
    expect(await east.next('gateway')).toMatchObject({ gateway: 'GW-2', connected: false });
  });
});

describe('a console that comes back', () => {
  it('gets only what it has missed, and its chain goes on', async () => {
    const one = await open('gas-west');
    await one.next('snapshot');
    house.city.raise({ id: 'g1' });
    const { cursor } = await one.next('alarm');
    one.close();
    house.city.raise({ id: 'd1', ...EAST });
    house.city.raise({ id: 'g2' });
    house.city.raise({ id: 'g3' });
    const back = await comeBack('gas-west', cursor);
    expect(await back?.next('alarm')).toMatchObject({ sequence: 3, previous: 1, alarm: { id: 'g2' } });
    expect(await back?.next('alarm')).toMatchObject({ sequence: 4, previous: 3 });
    house.city.raise({ id: 'g4' });
    expect(await back?.next('alarm')).toMatchObject({ sequence: 5, previous: 4 });
  });

  it('among others that stayed keeps its own count until the next event', async () => {
    house.city.raise({ id: 'g1' });
    const first = await open('gas-west');
    const { cursor } = await first.next('snapshot');
    house.city.raise({ id: 'g2' });
    const { cursor: later } = await first.next('alarm');
    first.close();
    await nobodyThere();
    house.city.raise({ id: 'd1', ...EAST });
    const stayed = await open('gas-west');
    await stayed.next('snapshot');
    const back = await comeBack('gas-west', later);
    const older = await comeBack('gas-west', cursor);
    expect(await older?.next('alarm')).toMatchObject({ sequence: 2 });
    house.city.raise({ id: 'g3' });
    expect(await back?.next('alarm')).toMatchObject({ sequence: 4, previous: 2 });
    expect(await older?.next('alarm')).toMatchObject({ sequence: 4, previous: 2 });
    await stayed.next('alarm');
    house.city.raise({ id: 'g4' });
    for (const one of [stayed, back, older]) {
      expect(await one?.next('alarm')).toMatchObject({ sequence: 5, previous: 4 });
    }
  });

  it('may use the cursor of a beat', async () => {
    const one = await open('gas-west');
    await one.next('snapshot');
    house.city.raise({ id: 'd1', ...EAST });
    house.clock.advance(2_000);
    const { cursor } = await one.next('beat');
    one.close();
    house.city.forgetEventsThrough(1);
    house.city.raise({ id: 'g1' });
    const back = await comeBack('gas-west', cursor);
    expect(await back?.next('alarm')).toMatchObject({ sequence: 2, alarm: { id: 'g1' } });
  });

  const strange = ['', 'nonsense', '7', Buffer.from('[1,"elsewhere",1,1,"v"]').toString('base64url')];
  for (const since of strange) {
    it(`with the cursor "${since}" gets a snapshot`, async () => {
      expect(await comeBack('viewer', since)).toBeNull();
    });
  }

  const reasons: [string, string, string, () => Promise<void> | void][] = [
    ['of somebody else', 'viewer', 'gas-west', () => {}],
    [
      'after its events were let go',
      'viewer',
      'viewer',
      () => {
        house.city.raise({ id: 'x' });
        house.city.raise({ id: 'y' });
        house.city.forgetEventsThrough(3);
      },
    ],
    [
      'after its rights changed',
      'viewer',
      'viewer',
      async () => {
        await house.ask('security-admin', 'PATCH', '/api/v1/users/viewer', { scope: { lifelines: ['gas'] } });
      },
    ],
    ['after points were added', 'viewer', 'viewer', () => house.city.register([NEW_POINT])],
    [
      'after more than it could catch up on',
      'viewer',
      'viewer',
      () => {
        for (let i = 0; i < 401; i++) house.city.raise({ id: `n${i}` });
      },
    ],
  ];
  for (const [what, from, to, happen] of reasons) {
    it(`with a cursor ${what} gets a snapshot`, async () => {
      const one = await open(from);
      await one.next('snapshot');
      house.city.raise({ id: 'g1' });
      const { cursor } = await one.next('alarm');
      one.close();
      await happen();
      expect(await comeBack(to, cursor)).toBeNull();
    });
  }
});

const NEW_POINT = {
  op: 'create',
  kind: 'points',
  value: { device: 'G-1', channel: 'temp', quantity: 'temperature', unit: 'Cel', reportIntervalMs: 1_000 },
} as const;
