/** A mapping form between its fields and the registry. */
import { describe, expect, test } from 'vitest';
import { applyRegistryChange, createRegistry } from '#domain/registry-change.ts';
import type { Product } from '#domain/registry.ts';
import { mapMessage } from '#ingest/product-mapping.ts';
import {
  changeOf,
  draftOf,
  emptyDraft,
  faultsOf,
  formOf,
} from '../../dashboard/src/products/product-draft.ts';
import { PRESETS, presetOf } from '../../dashboard/src/products/product-presets.ts';
import { pointersIn } from '../../dashboard/src/products/sample-pointers.ts';

const WHOLE: Product = {
  ...{ id: 'x', name: '某厂', timeUnit: 'iso', zone: '+08:00', topic: 'up/{gateway}' },
  pointers: {
    ...{ device: '/sn', time: '/ts', seq: '/n', values: { depth: '/h' }, valuesObject: '' },
    valuesList: { list: '/data', name: '/k', value: '/v' },
  },
  scale: { depth: 0.01, level: 10 },
  channels: { 液位: 'level' },
  ignore: ['rssi', 'bat v'],
};
const refusalOf = (form: Record<string, unknown>) => {
  const items = [{ op: 'create' as const, kind: 'products' as const, value: form, row: 1 }];
  const outcome = applyRegistryChange(createRegistry(), { items });
  const document = outcome.ok ? {} : { errors: outcome.errors };
  return { outcome, faults: faultsOf({ status: 422, code: 'invalid', detail: '', document }) };
};

describe('the fields of a mapping form', () => {
  test('hold all that a product says, and say it again', () => {
    expect(formOf(draftOf(WHOLE))).toEqual(WHOLE);
    expect(refusalOf(formOf(draftOf(WHOLE))).outcome.ok).toBe(true);
  });

  test('what was emptied is taken away when it is changed', () => {
    const draft = { ...draftOf(WHOLE), topic: '', channels: [], ignore: ' \n', timeUnit: 'ms' as const };
    expect(changeOf(draft)).toMatchObject({
      topic: null,
      zone: null,
      scale: null,
      channels: null,
      ignore: null,
    });
    expect(changeOf(draft)).not.toHaveProperty('id');
  });

  test.each(PRESETS)('the common shape %s is a form that reads its own sample', (preset) => {
    const { draft, sample } = presetOf(preset);
    const form = formOf({ ...draft, id: 'p', name: 'p' });
    expect(refusalOf(form).outcome).toMatchObject({ ok: true });
    const records = mapMessage(form as unknown as Product, JSON.parse(sample), {
      gateway: 'g',
      device: null,
    });
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) expect(record).toMatchObject({ device: expect.stringMatching(/^[GD]-/) });
  });
});

describe('what the registry refuses', () => {
  test('stands beside the field that it is about', () => {
    const draft = {
      ...{
        ...emptyDraft(),
        id: 'x y',
        name: '',
        device: 'sn',
        topic: 'lifeline/x',
        timeUnit: 'iso' as const,
      },
      ...{ zone: '8', list: { list: '/a', name: 'k', value: '/v' } },
      channels: [{ channel: 'ch4', word: '甲 烷', pointer: 'h', factor: 'ten' }],
    };
    const places = refusalOf(formOf(draft)).faults.map(({ place }) => place);
    expect(new Set(places)).toEqual(
      new Set([
        'id',
        'name',
        'pointers.device',
        'pointers.valuesList',
        'pointers.values',
        'topic',
        'zone',
        'scale',
      ]),
    );
  });

  test('names the channel, and what is wrong with the whole stands above the ways to find values', () => {
    const factor = { ...emptyDraft(), id: 'x', name: 'x', object: '/a' };
    const zero = { ...factor, channels: [{ channel: 'ch4', word: '', pointer: '', factor: '0' }] };
    expect(refusalOf(formOf(zero)).faults).toEqual([{ place: 'scale', code: 'out-of-range', key: 'ch4' }]);
    const none = { ...factor, object: null };
    expect(refusalOf(formOf(none)).faults).toEqual([{ place: 'pointers', code: 'missing-field', key: '' }]);
  });

  test('without fields is told of the whole form', () => {
    const problem = { status: 409, code: 'has-children', detail: '', document: {} };
    expect(faultsOf(problem)).toEqual([{ place: 'form', code: 'has-children', key: '' }]);
  });
});

describe('pointers of a sample', () => {
  test('lead to values and to what holds them; the first list once for each element', () => {
    const found = pointersIn('{"a/b":{"n":1},"list":[{"v":[1]}]}');
    expect(found).toEqual([
      '/a~1b',
      '/a~1b/n',
      '/list',
      '/list/*',
      '/list/*/v',
      '/list/*/v/0',
      '/list/0',
      '/list/0/v',
      '/list/0/v/*',
      '/list/0/v/0',
    ]);
  });

  test('of what is no JSON there are none', () => expect(pointersIn('{"a":')).toEqual([]));
});
