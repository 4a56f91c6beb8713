import { describe, expect, test } from 'vitest';
import {
  applyRegistryChange,
  checkRegistryChange,
  createRegistry,
  restoreRegistry,
  serializeRegistry,
} from '#domain/registry-change.ts';
import type { Registry, RegistryItem, RegistryKind } from '#domain/registry.ts';

const HMAC = 'ab'.repeat(32);
const create = (kind: RegistryKind, value: unknown): RegistryItem => ({ op: 'create', kind, value });
const update = (kind: RegistryKind, value: unknown): RegistryItem => ({ op: 'update', kind, value });
const retire = (kind: RegistryKind, id: string): RegistryItem => ({ op: 'retire', kind, id });

const WELL = {
  id: 'W-1',
  name: '阀门井',
  kind: 'gas-valve-well',
  lifeline: 'gas',
  area: '371702',
  location: { lat: 35.2465, lon: 115.4694 },
};
const GATEWAY = { id: 'GW-1', name: '网关', facility: 'W-1', session: 'always-on', secretHmac: HMAC };
const DEVICE = { id: 'G-1', gateway: 'GW-1', facility: 'W-1', serial: 'SN 1' };
const POINT = { device: 'G-1', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };
const CITY = [
  create('facilities', WELL),
  create('gateways', GATEWAY),
  create('devices', DEVICE),
  create('points', POINT),
];

function city(...more: RegistryItem[]): Registry {
  const registry = createRegistry();
  const outcome = applyRegistryChange(registry, { items: [...CITY, ...more] });
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.errors));
  return registry;
}

const codes = (registry: Registry, ...items: RegistryItem[]): string[] => {
  const outcome = applyRegistryChange(registry, { items });
  return outcome.ok ? [] : outcome.errors.map(({ code }) => code);
};

describe('registry', () => {
  test('a well, its gateway, sensor and point go in together and are numbered', () => {
    const registry = createRegistry();
    expect(applyRegistryChange(registry, { items: CITY })).toEqual({
      ok: true,
      touched: { points: [0], gateways: [0], devices: [0] },
      created: [
        { kind: 'facilities', id: 'W-1' },
        { kind: 'gateways', id: 'GW-1' },
        { kind: 'devices', id: 'G-1' },
        { kind: 'points', id: 'G-1/ch4' },
      ],
    });
    expect(registry.points.get('G-1/ch4')).toMatchObject({ id: 'G-1/ch4', index: 0, deviceIndex: 0 });
    expect(registry.devicesBySerial.get('SN 1')).toBe('G-1');
    expect(registry.pointsOfDevice.get('G-1')).toEqual([0]);
    expect(registry.devicesOfGateway.get('GW-1')).toEqual(['G-1']);
    expect(registry.revision).toBe(1);
  });

  test('one bad row keeps all the others out, and is named by its row', () => {
    const registry = createRegistry();
    const before = serializeRegistry(registry);
    const bad: RegistryItem = { ...create('points', { ...POINT, channel: 'x', unit: 'kPa' }), row: 77 };
    const outcome = applyRegistryChange(registry, { items: [...CITY, bad] });
    expect(outcome).toMatchObject({ ok: false, errors: [{ row: 77, code: 'unit-mismatch' }] });
    expect(serializeRegistry(registry)).toEqual(before);
  });

  test('a refused gateway is told once, not again for each of its devices', () => {
    const items = CITY.map((item) =>
      'value' in item && item.kind === 'gateways'
        ? create('gateways', { ...GATEWAY, session: 'often' })
        : item,
    );
    const outcome = applyRegistryChange(createRegistry(), { items });
    expect(outcome).toMatchObject({ ok: false, errors: [{ row: 1, code: 'type' }] });
  });

  test('a dry run answers the same and changes nothing', () => {
    const registry = createRegistry();
    const dry = checkRegistryChange(registry, { items: CITY });
    expect(registry.facilities.size).toBe(0);
    expect(applyRegistryChange(registry, { items: CITY })).toEqual(dry);
  });

  const refused: [string, RegistryItem, string[]][] = [
    ['an id that exists', create('facilities', WELL), ['exists']],
    ['an id with a slash', create('facilities', { ...WELL, id: 'a/b' }), ['bad-id']],
    ['an id of 65 characters', create('facilities', { ...WELL, id: 'a'.repeat(65) }), ['bad-id']],
    ['a missing name', create('facilities', { ...WELL, id: 'W-2', name: undefined }), ['missing-field']],
    ['an invented field', create('facilities', { ...WELL, id: 'W-2', depth: 3 }), ['unknown-field']],
    ['an unknown kind', create('facilities', { ...WELL, id: 'W-2', kind: 'volcano' }), ['unknown-kind']],
    [
      'an unknown lifeline',
      create('facilities', { ...WELL, id: 'W-2', lifeline: 'air' }),
      ['unknown-lifeline'],
    ],
    ['an unknown area', create('facilities', { ...WELL, id: 'W-2', area: '110000' }), ['unknown-area']],
    [
      'an unknown owner',
      create('facilities', { ...WELL, id: 'W-2', organisation: 'x' }),
      ['unknown-organisation'],
    ],
    [
      'a latitude of 91',
      create('facilities', { ...WELL, id: 'W-2', location: { lat: 91, lon: 0 } }),
      ['out-of-range'],
    ],
    [
      'a longitude as text',
      create('facilities', { ...WELL, id: 'W-2', location: { lat: 9, lon: '0' } }),
      ['type'],
    ],
    [
      'a gateway in no known place',
      create('gateways', { ...GATEWAY, id: 'GW-2', facility: 'x' }),
      ['unknown-facility'],
    ],
    [
      'a gateway without secret',
      create('gateways', { ...GATEWAY, id: 'GW-2', secretHmac: undefined }),
      ['missing-field'],
    ],
    [
      'a device of no gateway',
      create('devices', { ...DEVICE, id: 'G-2', serial: '2', gateway: 'x' }),
      ['unknown-gateway'],
    ],
    ['a serial twice', create('devices', { ...DEVICE, id: 'G-2' }), ['serial-exists']],
    [
      'a serial that is another id',
      create('devices', { ...DEVICE, id: 'G-2', serial: 'G-1' }),
      ['serial-exists'],
    ],
    ['a point of no device', create('points', { ...POINT, device: 'x' }), ['unknown-device']],
    ['a point id of its own', create('points', { ...POINT, channel: 'c2', id: 'mine' }), ['id-mismatch']],
    [
      'an unknown quantity',
      create('points', { ...POINT, channel: 'c2', quantity: 'joy' }),
      ['unknown-quantity'],
    ],
    ['an unfitting unit', create('points', { ...POINT, channel: 'c2', unit: 'kPa' }), ['unit-mismatch']],
    [
      'an interval of 0',
      create('points', { ...POINT, channel: 'c2', reportIntervalMs: 0 }),
      ['out-of-range'],
    ],
    [
      'an interval over 7 days',
      create('points', { ...POINT, channel: 'c2', reportIntervalMs: 604_800_001 }),
      ['out-of-range'],
    ],
    [
      'a range upside down',
      create('points', { ...POINT, channel: 'c2', range: { min: 1, max: 1 } }),
      ['range-order'],
    ],
    [
      'limits out of order',
      create('points', { ...POINT, channel: 'c2', limits: { L: 1, H: 3, HH: 2 } }),
      ['limits-order'],
    ],
    [
      'a colour nobody knows',
      create('points', { ...POINT, channel: 'c2', limits: { colours: { H: 'pink' } } }),
      ['type'],
    ],
    ['a limit of null', create('points', { ...POINT, channel: 'c2', limits: { H: null } }), ['type']],
    [
      'an attribute that is a list',
      create('points', { ...POINT, channel: 'c2', attributes: { a: [] } }),
      ['type'],
    ],
    ['text for a row', create('points', 'G-1/ch4'), ['type']],
    [
      'a point with neither id nor place',
      create('points', { id: null, quantity: 'ch4', unit: '%', reportIntervalMs: 1 }),
      ['missing-field', 'missing-field'],
    ],
    ['another unit for a point', update('points', { id: 'G-1/ch4', unit: '[ppm]' }), ['immutable-field']],
    [
      'another quantity for a point',
      update('points', { id: 'G-1/ch4', quantity: 'co' }),
      ['immutable-field'],
    ],
    ['removing a name', update('facilities', { id: 'W-1', name: null }), ['type']],
    ['an edited secret', update('gateways', { id: 'GW-1', secretHmac: HMAC }), ['immutable-field']],
    ['an update of what is not there', update('devices', { id: 'x', model: 'm' }), ['not-found']],
    ['an update of nothing', update('devices', { model: 'm' }), ['missing-field']],
    ['a well with a live sensor', retire('facilities', 'W-1'), ['has-children']],
    ['a gateway with a live sensor', retire('gateways', 'GW-1'), ['has-children']],
    ['a district with wells', retire('areas', '371702'), ['has-children']],
    ['an area inside itself', update('areas', { id: '371700', parent: '371702001' }), ['cycle']],
    ['a short secret', { op: 'secret', id: 'GW-1', secretHmac: 'abc' }, ['bad-id']],
    ['a new box for no device', { op: 'replace', id: 'x', serial: '9' }, ['not-found']],
  ];
  test.each(refused)('refuses %s', (_what, item, expected) => {
    const registry = city();
    const before = serializeRegistry(registry);
    expect(codes(registry, item)).toEqual(expected);
    expect(serializeRegistry(registry)).toEqual(before);
  });

  test('an update lays fields over the entry, and null removes one', () => {
    const registry = city(update('points', { id: 'G-1/ch4', limits: { H: 1 }, range: { min: 0, max: 4 } }));
    expect(codes(registry, update('points', { device: 'G-1', channel: 'ch4', limits: null }))).toEqual([]);
    const point = registry.points.get('G-1/ch4');
    expect(point).toMatchObject({ range: { min: 0, max: 4 }, reportIntervalMs: 60_000, index: 0 });
    expect(point).not.toHaveProperty('limits');
  });

  test('an upsert keeps the secret of a gateway that exists', () => {
    const registry = city();
    const item: RegistryItem = {
      op: 'upsert',
      kind: 'gateways',
      value: { ...GATEWAY, name: '新名', secretHmac: 'cd'.repeat(32) },
    };
    expect(applyRegistryChange(registry, { items: [item] })).toMatchObject({ ok: true, created: [] });
    expect(registry.gateways.get('GW-1')).toMatchObject({ name: '新名', secretHmac: HMAC });
  });

  test('a rotated secret and a replaced box take the place of the old', () => {
    const registry = city();
    const secret = 'cd'.repeat(32);
    expect(codes(registry, { op: 'secret', id: 'GW-1', secretHmac: secret })).toEqual([]);
    expect(codes(registry, { op: 'replace', id: 'G-1', serial: 'SN 2' })).toEqual([]);
    expect(registry.gateways.get('GW-1')?.secretHmac).toBe(secret);
    expect([...registry.devicesBySerial]).toEqual([['SN 2', 'G-1']]);
  });

  test('a token names one gateway, also when it is retired; another takes its place or none', () => {
    const registry = city(create('gateways', { ...GATEWAY, id: 'GW-2' }));
    const token = (id: string, letters: string | null): RegistryItem => ({
      op: 'token',
      id,
      tokenHmac: letters?.repeat(32) ?? null,
    });
    expect(codes(registry, token('GW-1', 'ab'))).toEqual([]);
    expect(codes(registry, token('GW-2', 'ab'))).toEqual(['token-exists']);
    expect(codes(registry, token('GW-2', 'cd'), token('GW-1', 'cd'))).toEqual(['token-exists']);
    expect(codes(registry, token('GW-2', 'x'), token('GW-9', 'ef'))).toEqual(['bad-id', 'not-found']);
    expect(codes(registry, token('GW-1', 'ef'))).toEqual([]);
    expect([...registry.gatewaysByToken]).toEqual([['ef'.repeat(32), 'GW-1']]);
    expect(restoreRegistry(serializeRegistry(registry)).gatewaysByToken).toEqual(registry.gatewaysByToken);
    expect(codes(registry, update('gateways', { id: 'GW-1', tokenHmac: HMAC }))).toEqual(['unknown-field']);
    expect(codes(registry, update('gateways', { id: 'GW-1', name: '新名' }))).toEqual([]);
    expect(registry.gatewaysByToken.size).toBe(1);
    expect(codes(registry, token('GW-1', null))).toEqual([]);
    expect([registry.gatewaysByToken.size, registry.gateways.get('GW-1')?.tokenHmac]).toEqual([0, undefined]);
  });

  test('no new device may take the serial of another for its id', () => {
    const registry = city({ op: 'replace', id: 'G-1', serial: 'G-7' });
    expect(codes(registry, create('devices', { ...DEVICE, id: 'G-7', serial: 'x' }))).toEqual([
      'serial-exists',
    ]);
  });

  test('retired things stay known, give their serial free and are never used again', () => {
    const registry = city();
    const rows = [retire('points', 'G-1/ch4'), retire('devices', 'G-1'), retire('gateways', 'GW-1')];
    const outcome = applyRegistryChange(registry, { items: rows });
    expect(outcome).toMatchObject({ ok: true, touched: { points: [0], gateways: [0], devices: [0] } });
    expect(registry.points.get('G-1/ch4')?.retired).toBe(true);
    expect(registry.pointsOfDevice.get('G-1')).toEqual([]);
    expect(registry.devicesOfGateway.get('GW-1')).toEqual([]);
    expect(registry.devicesBySerial.size).toBe(0);
    expect(codes(registry, create('points', POINT))).toEqual(['exists']);
    expect(codes(registry, update('devices', { id: 'G-1', model: 'm' }))).toEqual(['retired']);
    expect(codes(registry, create('points', { ...POINT, channel: 'c2' }))).toEqual(['retired']);
    expect(codes(registry, retire('points', 'G-1/ch4'))).toEqual(['retired']);
  });

  test('a sensor moved to another gateway touches both, and every point of it', () => {
    const registry = city(create('gateways', { ...GATEWAY, id: 'GW-2' }));
    const outcome = applyRegistryChange(registry, {
      items: [update('devices', { id: 'G-1', gateway: 'GW-2' })],
    });
    expect(outcome).toMatchObject({ touched: { points: [0], gateways: [0, 1], devices: [0] } });
    expect(registry.devicesOfGateway.get('GW-1')).toEqual([]);
    expect(registry.devicesOfGateway.get('GW-2')).toEqual(['G-1']);
  });

  test('a well of another kind touches the points in it', () => {
    const outcome = applyRegistryChange(city(), {
      items: [update('facilities', { id: 'W-1', kind: 'manhole' })],
    });
    expect(outcome).toMatchObject({ touched: { points: [0], gateways: [0], devices: [0] } });
  });

  test('what comes back from a snapshot is the same registry', () => {
    const registry = city(
      create('gateways', { ...GATEWAY, id: 'GW-2' }),
      create('devices', { ...DEVICE, id: 'G-2', gateway: 'GW-2', serial: 'SN 2' }),
      create('points', { ...POINT, device: 'G-2' }),
      create('points', { ...POINT, device: 'G-2', channel: 'c2' }),
      retire('points', 'G-2/c2'),
      update('devices', { id: 'G-1', gateway: 'GW-2' }),
      create('areas', { id: 'XQ', name: '新区', parent: '371700' }),
    );
    const data = structuredClone(serializeRegistry(registry));
    const restored = restoreRegistry(data);
    expect(serializeRegistry(restored)).toEqual(data);
    expect(restored.devicesOfGateway.get('GW-2')).toEqual(registry.devicesOfGateway.get('GW-2'));
    expect(restored.pointsOfDevice.get('G-2')).toEqual([1]);
    expect(restored.devicesBySerial).toEqual(registry.devicesBySerial);
  });
});
