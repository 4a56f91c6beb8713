import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretHmac } from './fakes.ts';
import { openHouse, type House } from './house.ts';

let house: House;
beforeEach(async () => {
  house = await openHouse();
});
afterEach(() => house.close());

const WELL = {
  id: 'W-9',
  name: 'Valve well 9',
  kind: 'gas-valve-well',
  lifeline: 'gas',
  area: '371702',
  location: { lat: 35.2, lon: 115.4 },
};

/** As the server answers: with the code it gave. */
const CODED = { ...WELL, code: '3717020111000001' };

const SENSOR = { id: 'G-9', gateway: 'GW-1', facility: 'W-9' };

describe('a list', () => {
  it('comes in pages that go on where the last one ended', async () => {
    const items = Array.from({ length: 5 }, (_, i) => ({
      op: 'create' as const,
      kind: 'facilities' as const,
      value: { ...WELL, id: `P-${i}` },
    }));
    house.city.register(items);
    const first = (await house.ask('viewer', 'GET', '/api/v1/facilities?limit=3')).json();
    const second = (
      await house.ask('viewer', 'GET', `/api/v1/facilities?limit=3&cursor=${first.next}`)
    ).json();
    const third = (
      await house.ask('viewer', 'GET', `/api/v1/facilities?limit=3&cursor=${second.next}`)
    ).json();
    const ids = [first, second, third].map((page) => page.items.map((item: { id: string }) => item.id));
    expect(ids).toEqual([['W-1', 'U-1', 'P-0'], ['P-1', 'P-2', 'P-3'], ['P-4']]);
    expect(third.next).toBeNull();
  });

  it('refuses the cursor of another list', async () => {
    house.city.register([{ op: 'create', kind: 'facilities', value: WELL }]);
    const { next } = (await house.ask('viewer', 'GET', '/api/v1/facilities?limit=1')).json();
    for (const cursor of [next, 'nonsense', '']) {
      const reply = await house.ask('viewer', 'GET', `/api/v1/devices?cursor=${cursor}`);
      expect([cursor, reply.statusCode, reply.json().code]).toEqual([cursor, 400, 'invalid-cursor']);
    }
  });

  it('holds what the person may see, by filter', async () => {
    const ids = async (username: string, path: string): Promise<string[]> => {
      const reply = await house.ask(username, 'GET', `/api/v1/${path}`);
      return reply.json().items.map((item: { id: string }) => item.id);
    };
    expect(await ids('viewer', 'points')).toEqual(['G-1/ch4', 'D-1/depth']);
    expect(await ids('viewer', 'points?device=D-1')).toEqual(['D-1/depth']);
    expect(await ids('viewer', 'facilities?lifeline=gas&kind=underpass')).toEqual([]);
    expect(await ids('gas-west', 'points')).toEqual(['G-1/ch4']);
    expect(await ids('gas-west', 'facilities')).toEqual(['W-1']);
    expect(await ids('drain-east', 'gateways')).toEqual(['GW-2']);
    expect(await ids('crew', 'devices')).toEqual(['G-1']);
    expect(await ids('crew', 'organisations')).toEqual(['gas-co']);
    expect(await ids('security-admin', 'organisations')).toEqual(['gas-co', 'water-co']);
  });
});

describe('one thing', () => {
  it('outside the scope is not there', async () => {
    for (const path of [
      'facilities/U-1',
      'gateways/GW-2',
      'devices/D-1',
      'points/D-1%2Fdepth',
      'points/D-1/depth',
    ]) {
      const seen = await house.ask('viewer', 'GET', `/api/v1/${path}`);
      const hidden = await house.ask('gas-west', 'GET', `/api/v1/${path}`);
      expect([path, seen.statusCode, hidden.statusCode, hidden.json().code]).toEqual([
        path,
        200,
        404,
        'not-found',
      ]);
    }
  });

  it('never shows what is the engine’s alone', async () => {
    const gateway = (await house.ask('viewer', 'GET', '/api/v1/gateways/GW-1')).json();
    expect(gateway).toMatchObject({ id: 'GW-1', facility: 'W-1', status: { connected: false } });
    expect(gateway).not.toHaveProperty('secretHmac');
    expect((await house.ask('viewer', 'GET', '/api/v1/gateways')).body).not.toContain('Hmac');
  });

  it('tells the permanent number of a point', async () => {
    expect((await house.ask('viewer', 'GET', '/api/v1/points/D-1/depth')).json()).toEqual({
      id: 'D-1/depth',
      device: 'D-1',
      channel: 'depth',
      quantity: 'water-depth',
      unit: 'cm',
      reportIntervalMs: 60_000,
      index: 1,
    });
  });
});

describe('a change', () => {
  it('creates, alters and retires, and never deletes', async () => {
    const made = await house.ask('engineer', 'POST', '/api/v1/facilities', WELL);
    expect([made.statusCode, made.json()]).toEqual([201, CODED]);
    const altered = await house.ask('engineer', 'PATCH', '/api/v1/facilities/W-9', { name: 'Well nine' });
    expect([altered.statusCode, altered.json()]).toEqual([200, { ...CODED, name: 'Well nine' }]);
    const retired = await house.ask('engineer', 'POST', '/api/v1/facilities/W-9/retire');
    expect(retired.json()).toEqual({ ...CODED, name: 'Well nine', retired: true });
    expect((await house.ask('engineer', 'GET', '/api/v1/facilities/W-9')).json().retired).toBe(true);
    const list = (await house.ask('engineer', 'GET', '/api/v1/facilities')).body;
    expect(list).not.toContain('W-9');
    expect((await house.ask('engineer', 'GET', '/api/v1/facilities?retired=true')).body).toContain('W-9');
    expect((await house.ask('system-admin', 'DELETE', '/api/v1/facilities/W-9')).statusCode).toBe(404);
  });

  it('goes to the engine in the name and from the address of the person', async () => {
    await house.ask('engineer', 'POST', '/api/v1/facilities', WELL);
    expect(house.city.commands).toMatchObject([
      {
        command: 'registry',
        by: { username: 'engineer', roles: ['engineer'], address: '127.0.0.1' },
        change: { items: [{ op: 'create', kind: 'facilities', value: WELL }] },
      },
    ]);
  });

  it('of every kind is possible', async () => {
    const rows: [string, unknown, string][] = [
      ['organisations', { id: 'heat-co', name: 'Heat', kind: 'owner', dutyPhone: '1' }, 'heat-co'],
      ['areas', { id: 'LX-1', name: 'Township', parent: '371702' }, 'LX-1'],
      ['facilities', WELL, 'W-9'],
      ['gateways', { id: 'GW-9', name: 'Nine', facility: 'W-9', session: 'always-on' }, 'GW-9'],
      ['devices', { id: 'G-9', gateway: 'GW-9', facility: 'W-9' }, 'G-9'],
      [
        'points',
        { device: 'G-9', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 1_000 },
        'G-9/ch4',
      ],
    ];
    rows.push(['edges', { id: 'E-9', kind: 'gas-main', lifeline: 'gas', from: 'W-1', to: 'W-9' }, 'E-9']);
    for (const [kind, value, id] of rows) {
      const made = await house.ask('system-admin', 'POST', `/api/v1/${kind}`, value);
      expect([kind, made.statusCode, made.json().id]).toEqual([kind, 201, id]);
      const one = await house.ask('system-admin', 'GET', `/api/v1/${kind}/${encodeURIComponent(id)}`);
      expect([kind, one.statusCode]).toEqual([kind, 200]);
    }
    for (const [kind, , id] of rows.toReversed()) {
      const gone = await house.ask(
        'system-admin',
        'POST',
        `/api/v1/${kind}/${encodeURIComponent(id)}/retire`,
      );
      expect([kind, gone.statusCode, gone.json().retired]).toEqual([kind, 200, true]);
    }
  });

  const faults: [string, string, unknown, number, string][] = [
    ['an id that is taken', 'facilities', { ...WELL, id: 'W-1' }, 409, 'exists'],
    ['an area nobody knows', 'facilities', { ...WELL, area: '999999' }, 422, 'unknown-area'],
    ['a field nobody knows', 'facilities', { ...WELL, colour: 'red' }, 422, 'unknown-field'],
    ['a secret of one’s own', 'facilities', { ...WELL, secretHmac: 'x' }, 422, 'unknown-field'],
    ['a list in place of an object', 'facilities', [WELL], 400, 'invalid-request'],
    [
      'a unit that does not fit',
      'points',
      { device: 'G-1', channel: 'x', quantity: 'ch4', unit: 'kPa', reportIntervalMs: 1 },
      422,
      'unit-mismatch',
    ],
  ];
  for (const [what, kind, body, status, code] of faults) {
    it(`is refused for ${what}`, async () => {
      const reply = await house.ask('engineer', 'POST', `/api/v1/${kind}`, body);
      expect([reply.statusCode, reply.json().code]).toEqual([status, code]);
      expect(reply.headers['content-type']).toContain('application/problem+json');
    });
  }

  it('nested without end is refused before it reaches the journal', async () => {
    const deep = `{"id":"W-9","name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const headers = { 'content-type': 'application/json' };
    const reply = await house.ask('engineer', 'POST', '/api/v1/facilities', deep, headers);
    expect([reply.statusCode, reply.json().code, house.city.commands]).toEqual([422, 'too-deep', []]);
  });

  it('of the id is refused', async () => {
    const reply = await house.ask('engineer', 'PATCH', '/api/v1/facilities/W-1', { id: 'W-2' });
    expect([reply.statusCode, reply.json().code]).toEqual([422, 'immutable-field']);
  });

  it('is refused for what still has children', async () => {
    const reply = await house.ask('engineer', 'POST', '/api/v1/facilities/W-1/retire');
    expect([reply.statusCode, reply.json().code]).toEqual([409, 'has-children']);
  });

  it('that would end an open alarm is refused with the engine’s own code', async () => {
    const detail = 'G-1/ch4 has an open alarm: gas-well-ch4 (unacknowledged)';
    const errors = [{ row: 1, code: 'alarm-open', detail }];
    house.city.command = async () => ({ ok: false, code: 'alarm-open', detail, body: { errors } });
    const reply = await house.ask('engineer', 'POST', '/api/v1/points/G-1%2Fch4/retire');
    expect([reply.statusCode, reply.json()]).toMatchObject([409, { code: 'alarm-open', detail, errors }]);
  });

  it('by somebody without the right is refused and audited', async () => {
    const reply = await house.ask('duty-officer', 'POST', '/api/v1/facilities', WELL);
    expect([reply.statusCode, reply.json().code]).toEqual([403, 'forbidden']);
    expect(house.ledger.log.at(-1)).toMatchObject({
      action: 'refused',
      username: 'duty-officer',
      subject: 'change-registry',
      outcome: 'forbidden',
    });
    expect(house.city.commands).toEqual([]);
  });
});

const PIPE = { id: 'E-9', kind: 'gas-main', lifeline: 'gas', from: 'W-1', to: 'W-9' };

describe('an edge', () => {
  it('is seen from either side of a border, in its own lifeline', async () => {
    const across = { ...PIPE, to: 'U-1' };
    const drain = { ...across, id: 'E-8', kind: 'drain', lifeline: 'drainage' };
    house.city.register([across, drain].map((value) => ({ op: 'create', kind: 'edges', value })));
    const seen = async (username: string): Promise<string[]> =>
      (await house.ask(username, 'GET', '/api/v1/edges')).json().items.map(({ id }: { id: string }) => id);
    expect(await seen('viewer')).toEqual(['E-9', 'E-8']);
    expect(await seen('drain-east')).toEqual(['E-9', 'E-8']);
    expect(await seen('gas-west')).toEqual(['E-9']);
  });
});

describe('an engineer of one area', () => {
  beforeEach(async () => {
    await house.close();
    house = await openHouse();
    const body = {
      username: 'west',
      password: 'Lifeline-2025',
      roles: ['engineer'],
      scope: { areas: ['371702'] },
    };
    expect((await house.ask('security-admin', 'POST', '/api/v1/users', body)).statusCode).toBe(201);
  });
  const rows: [string, 'POST' | 'PATCH', string, unknown, number][] = [
    ['builds there', 'POST', 'facilities', WELL, 201],
    ['does not build elsewhere', 'POST', 'facilities', { ...WELL, area: '371721' }, 403],
    ['does not move things out', 'PATCH', 'facilities/W-1', { area: '371721' }, 403],
    ['does not see things elsewhere', 'PATCH', 'facilities/U-1', { name: 'x' }, 404],
    ['adds devices there', 'POST', 'devices', { id: 'G-7', gateway: 'GW-1', facility: 'W-1' }, 201],
    ['lays no pipe that leaves it', 'POST', 'edges', { ...PIPE, to: 'U-1' }, 403],
    ['lays none to what is not there', 'POST', 'edges', { ...PIPE, to: 'W-8' }, 403],
    ['lays a pipe there by an import', 'POST', 'import', { facilities: [WELL], edges: [PIPE] }, 200],
    ['adds none elsewhere', 'POST', 'devices', { id: 'G-7', gateway: 'GW-1', facility: 'U-1' }, 403],
    [
      'fetches nothing in by an import',
      'POST',
      'import',
      { facilities: [{ id: 'U-1', area: '371702' }] },
      403,
    ],
    ['imports there', 'POST', 'import', { facilities: [WELL], devices: [SENSOR] }, 200],
    [
      'makes no organisations',
      'POST',
      'organisations',
      { id: 'o', name: 'o', kind: 'o', dutyPhone: '1' },
      403,
    ],
  ];
  for (const [what, method, path, body, status] of rows) {
    it(what, async () => {
      const reply = await house.ask('west', method, `/api/v1/${path}`, body);
      expect([reply.statusCode, reply.body.length > 0]).toEqual([status, true]);
    });
  }
});

describe('a gateway', () => {
  it('gets its secret once, and only its HMAC is kept', async () => {
    const made = await house.ask('system-admin', 'POST', '/api/v1/gateways', {
      id: 'GW-3',
      name: 'Three',
      session: 'always-on',
    });
    expect(made.statusCode).toBe(201);
    const { id, secret, ...rest } = made.json();
    expect([id, rest]).toEqual(['GW-3', {}]);
    expect(Buffer.from(secret, 'base64url')).toHaveLength(32);
    expect(house.city.registry().gateways.get('GW-3')?.secretHmac).toBe(secretHmac(secret));
    expect(JSON.stringify(house.city.commands)).not.toContain(secret);
  });

  it('gets a new one, which ends the old', async () => {
    const before = house.city.registry().gateways.get('GW-1')?.secretHmac;
    const reply = await house.ask('system-admin', 'POST', '/api/v1/gateways/GW-1/secret');
    const after = house.city.registry().gateways.get('GW-1')?.secretHmac;
    expect(after).toBe(secretHmac(reply.json().secret));
    expect(after).not.toBe(before);
    expect((await house.ask('engineer', 'POST', '/api/v1/gateways/GW-1/secret')).statusCode).toBe(403);
    expect((await house.ask('system-admin', 'POST', '/api/v1/gateways/GW-99/secret')).statusCode).toBe(404);
  });
});

describe("a gateway's ThingsBoard token", () => {
  const path = '/api/v1/gateways/GW-1/token';

  it('is shown once; only its HMAC is kept, and the next one ends it', async () => {
    const first = (await house.ask('system-admin', 'POST', path)).json();
    expect(Buffer.from(first.token, 'base64url')).toHaveLength(32);
    expect(first).toEqual({ id: 'GW-1', token: first.token });
    const second = (await house.ask('system-admin', 'POST', path, {})).json();
    expect([...house.city.registry().gatewaysByToken]).toEqual([[secretHmac(second.token), 'GW-1']]);
    expect(JSON.stringify(house.city.commands)).not.toContain(second.token);
    const shown = (await house.ask('system-admin', 'GET', '/api/v1/gateways/GW-1')).json();
    expect(shown).toMatchObject({ hasToken: true });
    expect(JSON.stringify(shown)).not.toMatch(/hmac/i);
  });

  it('may be the one that the device has already, unless it is short or another gateway’s', async () => {
    const token = 'A1_TEST_TOKEN_OF_THE_FIELD';
    expect((await house.ask('system-admin', 'POST', path, { token })).json()).toEqual({ id: 'GW-1', token });
    expect((await house.ask('system-admin', 'POST', path, { token: 'short' })).statusCode).toBe(400);
    const other = await house.ask('system-admin', 'POST', '/api/v1/gateways/GW-2/token', { token });
    expect([other.statusCode, other.json().code]).toEqual([422, 'token-exists']);
    expect(JSON.stringify(other.json())).not.toContain(token);
  });

  it('is taken away, by whoever manages gateways', async () => {
    await house.ask('system-admin', 'POST', path);
    expect((await house.ask('engineer', 'POST', `${path}/revoke`)).statusCode).toBe(403);
    expect((await house.ask('system-admin', 'POST', `${path}/revoke`)).json()).toMatchObject({
      hasToken: false,
    });
    expect(house.city.registry().gatewaysByToken.size).toBe(0);
    expect((await house.ask('system-admin', 'POST', '/api/v1/gateways/GW-99/token')).statusCode).toBe(404);
  });
});

describe('a device', () => {
  it('keeps its id when its box is replaced', async () => {
    const reply = await house.ask('engineer', 'POST', '/api/v1/devices/G-1/replace', { serial: 'SN-2' });
    expect(reply.json()).toEqual({ id: 'G-1', gateway: 'GW-1', facility: 'W-1', serial: 'SN-2' });
    expect(house.city.registry().devicesBySerial.get('SN-2')).toBe('G-1');
  });
});

describe('a facility', () => {
  const registered = async (id: string, more: object = {}) =>
    (await house.ask('engineer', 'POST', '/api/v1/facilities', { ...WELL, id, ...more })).json();

  it('gets 16 digits of its own when it is registered, counted on past retired ones', async () => {
    expect((await registered('W-9')).code).toBe('3717020111000001');
    expect((await registered('W-10', { code: '3717020111000007' })).code).toBe('3717020111000007');
    await house.ask('engineer', 'POST', '/api/v1/facilities/W-10/retire', {});
    expect((await registered('W-11')).code).toBe('3717020111000008');
    expect((await registered('U-9', { kind: 'underpass', lifeline: 'drainage' })).code).toBe(
      '3717020261000001',
    );
  });

  it('gets it in an import too, each its own', async () => {
    const facilities = ['W-9', 'W-10'].map((id) => ({ ...WELL, id }));
    await house.ask('engineer', 'POST', '/api/v1/import', { facilities });
    const codes = facilities.map(({ id }) => house.city.registry().facilities.get(id)?.code);
    expect(codes).toEqual(['3717020111000001', '3717020111000002']);
  });

  it('of before gets one when asked, once', async () => {
    const before = await house.ask('engineer', 'POST', '/api/v1/facilities/codes', {});
    expect(before.json()).toEqual({ assigned: 2 });
    expect(house.city.registry().facilities.get('W-1')?.code).toMatch(/^3717020111\d{6}$/);
    expect((await house.ask('engineer', 'POST', '/api/v1/facilities/codes', {})).json()).toEqual({
      assigned: 0,
    });
    expect((await house.ask('viewer', 'POST', '/api/v1/facilities/codes', {})).statusCode).toBe(403);
  });

  it('is moved only to where it may stand; a dry run says so and changes nothing', async () => {
    const place = (query: string, location: object) =>
      house.ask('engineer', 'PATCH', `/api/v1/facilities/W-1${query}`, { location });
    const before = house.city.registry().facilities.get('W-1')?.location;
    const dry = await place('?dryRun=true', { lat: 35.26, lon: 115.45 });
    expect([dry.statusCode, dry.json().location]).toEqual([200, { lat: 35.26, lon: 115.45 }]);
    expect(house.city.registry().facilities.get('W-1')?.location).toEqual(before);
    const refused = await place('?dryRun=true', { lat: 34.7, lon: 116.2 });
    expect([refused.statusCode, refused.json().code]).toEqual([422, 'far-from-area']);
    expect((await place('', { lat: 39.9, lon: 116.4 })).json().code).toBe('outside-city');
    expect((await place('', { lat: 35.26, lon: 115.45 })).statusCode).toBe(200);
    expect(house.city.registry().facilities.get('W-1')?.location).toEqual({ lat: 35.26, lon: 115.45 });
  });

  it('is joined to another by an edge, tried before it is drawn', async () => {
    const edge = { id: 'E-9', kind: 'adjacent', lifeline: 'gas', from: 'W-1', to: 'U-1' };
    const draw = (query: string, body: object) =>
      house.ask('engineer', 'POST', `/api/v1/edges${query}`, body);
    expect((await draw('?dryRun=true', { ...edge, to: 'W-1' })).json().code).toBe('self-loop');
    expect((await draw('?dryRun=true', edge)).statusCode).toBe(200);
    expect(house.city.registry().edges.size).toBe(0);
    expect((await draw('', edge)).statusCode).toBe(201);
    expect((await house.ask('engineer', 'POST', '/api/v1/edges/E-9/retire?dryRun=true', {})).statusCode).toBe(
      200,
    );
    expect(house.city.registry().edges.get('E-9')?.retired).toBeUndefined();
  });
});
