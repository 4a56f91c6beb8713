/** What a mapping form may say, and with which code it is refused otherwise. */
import { describe, expect, test } from 'vitest';
import { follow, parsePointer } from '#domain/json-pointer.ts';
import { matchTopic, topicFault } from '#domain/product-topic.ts';
import {
  applyRegistryChange,
  createRegistry,
  restoreRegistry,
  serializeRegistry,
} from '#domain/registry-change.ts';
import type { Registry, RegistryItem } from '#domain/registry.ts';

const FORM = {
  id: 'acme',
  name: 'Acme',
  pointers: { device: '/sn', values: { ch4: '/ch4' } },
  timeUnit: 's',
};
const product = (value: object, op: 'create' | 'update' = 'create'): RegistryItem => ({
  op,
  kind: 'products',
  value,
});
const gateway = (value: object, op: 'create' | 'update' = 'create'): RegistryItem => ({
  op,
  kind: 'gateways',
  value:
    op === 'create'
      ? { id: 'GW-1', name: 'x', session: 'sleepy', secretHmac: 'ab'.repeat(32), ...value }
      : value,
});
function codes(registry: Registry, ...items: RegistryItem[]): string[] {
  const outcome = applyRegistryChange(registry, { items });
  return outcome.ok ? [] : outcome.errors.map(({ code }) => code);
}

describe('a pointer', () => {
  const message = { a: { 'b/c': [10, 20], '~': 1, '': 2 }, __proto__: { hidden: 1 } };
  test.each([
    ['', message],
    ['/a/b~1c/1', 20],
    ['/a/~0', 1],
    ['/a/', 2],
    ['/a/b~1c/-', undefined],
    ['/a/b~1c/01', undefined],
    ['/a/b~1c/2', undefined],
    ['/a/b~1c/length', undefined],
    ['/toString', undefined],
    ['/a/b~1c/0/x', undefined],
  ])('%s is followed as RFC 6901 says', (text, expected) => {
    expect(follow(message, parsePointer(text)?.rest ?? ['no pointer'])).toEqual(expected);
  });

  test.each(['a', '/a~2', '/a~', `/${'x'.repeat(200)}`, '/*/a/*'])('%s is none', (text) => {
    expect(parsePointer(text)).toBe(null);
  });
});

describe('a topic of a product', () => {
  test.each([
    ['up/{gateway}/report', 'up/GW-1/report', { device: null }],
    ['/p/{device}/properties/report', '/p/S-7/properties/report', { device: 'S-7' }],
    ['up/+/x', 'up/anything/x', { device: null }],
    ['up/{gateway}', 'up/GW-2', 'other-gateway'],
    ['up/{gateway}', 'up/GW-1/more', null],
    ['up/{gateway}', 'down/GW-1', null],
  ])('%s: %s', (pattern, topic, expected) => expect(matchTopic(pattern, topic, 'GW-1')).toEqual(expected));

  test.each([
    '',
    'lifeline/v1/GW-1/telemetry',
    'v1/gateway/telemetry',
    '$SYS/x',
    'a/#',
    'a+b',
    '{device}/{device}',
    '{name}',
  ])('"%s" is refused', (topic) => expect(topicFault(topic)).not.toBe(null));
});

describe('a mapping form', () => {
  const faults: [string, object, string[]][] = [
    ['without pointers', { pointers: undefined }, ['missing-field']],
    ['without any value', { pointers: { device: '/sn' } }, ['missing-field']],
    ['with a pointer that is none', { pointers: { device: 'sn', values: { ch4: '/x' } } }, ['bad-pointer']],
    ['over two lists', { pointers: { device: '/a/*/sn', values: { ch4: '/b/*/v' } } }, ['bad-pointer']],
    [
      'with half a list of values',
      { pointers: { valuesList: { list: '/d', name: '/k' } } },
      ['missing-field'],
    ],
    ['with an unknown pointer', { pointers: { sn: '/sn', valuesObject: '' } }, ['unknown-field']],
    ['with a channel that is no id', { pointers: { values: { 甲烷: '/ch4' } } }, ['bad-id']],
    ['in minutes', { timeUnit: 'min' }, ['type']],
    ['in a zone by name', { zone: 'Asia/Shanghai' }, ['type']],
    ['with a factor of nothing', { scale: { ch4: 0 } }, ['out-of-range']],
    ['with a factor in words', { scale: { ch4: '0.1' } }, ['type']],
    [
      'with two names for one channel, of which one would be lost',
      { channels: { 甲烷: 'ch4', CH4: 'ch4' } },
      ['channel-twice'],
    ],
    ['on our own topic', { topic: 'lifeline/v1/GW-1/telemetry' }, ['bad-topic']],
  ];
  test.each(faults)('%s is refused', (_, fields, expected) => {
    expect(codes(createRegistry(), product({ ...FORM, ...fields }))).toEqual(expected);
  });

  test('may be changed, and stays as long as a gateway speaks it', () => {
    const registry = createRegistry();
    expect(codes(registry, gateway({ product: 'acme' }))).toEqual(['unknown-product']);
    expect(codes(registry, product(FORM), gateway({ product: 'acme' }))).toEqual([]);
    expect(codes(registry, product({ id: 'acme', timeUnit: 'ms' }, 'update'))).toEqual([]);
    expect(registry.products.get('acme')?.timeUnit).toBe('ms');
    expect(codes(registry, { op: 'retire', kind: 'products', id: 'acme' })).toEqual(['has-children']);
    expect(codes(registry, gateway({ id: 'GW-1', product: null }, 'update'))).toEqual([]);
    expect(codes(registry, { op: 'retire', kind: 'products', id: 'acme' })).toEqual([]);
    expect(codes(registry, gateway({ id: 'GW-1', product: 'acme' }, 'update'))).toEqual(['retired']);
  });

  test('is kept in a snapshot', () => {
    const registry = createRegistry();
    codes(registry, product(FORM));
    const saved = structuredClone(serializeRegistry(registry));
    expect(restoreRegistry(saved).products.get('acme')).toEqual(FORM);
  });
});
