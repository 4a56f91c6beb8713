import { afterAll, expect, it } from 'vitest';
import type { RegistryItem } from '#domain/registry.ts';
import { memoryLedger } from '#store/ledger/ledger.ts';
import { facilityRow, keyed, NOON, registryEvent } from './events.ts';

const ledger = memoryLedger();
afterAll(() => ledger.close());

const change = (...items: readonly RegistryItem[]): void => {
  const next = ledger.cursor() + 1;
  ledger.apply(keyed(next, registryEvent(next, items)), next);
};
const gateway = (over: object = {}) =>
  ({
    op: 'create',
    kind: 'gateways',
    value: { id: 'gw-1', name: '一号', session: 'always-on', ...over },
  }) as const;

it('lays each change over what was there: null removes, secrets, serials and retirement too', () => {
  change(facilityRow('well-7', { organisation: 'gas-co', code: 'A1' }), gateway({ secretHmac: 'aa' }));
  change({
    op: 'create',
    kind: 'devices',
    value: { id: 'd', gateway: 'gw-1', facility: 'well-7', serial: 's1' },
  });
  change({ op: 'update', kind: 'facilities', value: { id: 'well-7', name: '七号井', code: null } });
  change({ op: 'secret', id: 'gw-1', secretHmac: 'bb' }, { op: 'replace', id: 'd', serial: 's2' });
  change({ op: 'token', id: 'gw-1', tokenHmac: 'cc' });
  expect(ledger.registryDocument('gateways', 'gw-1')).toMatchObject({ tokenHmac: 'cc' });
  change({ op: 'token', id: 'gw-1', tokenHmac: null });
  change({ op: 'retire', kind: 'gateways', id: 'gw-1' });
  expect(ledger.registryDocument('facilities', 'well-7')).toEqual({
    id: 'well-7',
    name: '七号井',
    kind: 'gas-valve-well',
    lifeline: 'gas',
    area: '371702',
    location: { lat: 35.24, lon: 115.48 },
    organisation: 'gas-co',
  });
  const retired = { name: '一号', session: 'always-on', secretHmac: 'bb', retired: true };
  expect(ledger.registryDocument('gateways', 'gw-1')).toEqual({ id: 'gw-1', ...retired });
  expect(ledger.registryDocument('devices', 'd')).toMatchObject({ serial: 's2', gateway: 'gw-1' });
  expect(ledger.registryDocument('points', 'd/ch4')).toBeNull();
});

it('a point registered without an id is known by device and channel', () => {
  const value = { device: 'd', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 60_000 };
  change({ op: 'create', kind: 'points', value });
  expect(ledger.registryDocument('points', 'd/ch4')).toEqual({ ...value, id: 'd/ch4' });
});

it('keeps an edge as it was last laid', () => {
  const value = { id: 'e', kind: 'drain', lifeline: 'drainage', from: 'well-7', to: 'well-8' };
  change(
    { op: 'create', kind: 'edges', value },
    { op: 'update', kind: 'edges', value: { id: 'e', to: 'w' } },
  );
  expect(ledger.registryDocument('edges', 'e')).toEqual({ ...value, to: 'w' });
});

it('keeps every change whole and in order, for ever', () => {
  const changes = ledger.registryChanges(0, 100);
  expect(changes.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(changes[6]).toEqual({
    revision: 7,
    at: NOON + 7,
    change: { items: [{ op: 'retire', kind: 'gateways', id: 'gw-1' }] },
  });
  expect(ledger.registryChanges(6, 1)).toEqual([changes[6]]);
});
