/** Gateways that speak their own JSON: what their messages become, and why not. */
import { describe, expect, test } from 'vitest';
import type { Product } from '#domain/registry.ts';
import { explain } from '#ingest/ingest.ts';
import { valuesOf } from '#ingest/lifeline-record.ts';
import { mapMessage } from '#ingest/product-mapping.ts';
import { NOW, publish, reasons, register, row, smallCity, values, type SmallCity } from './small-city.ts';

const AT_S = NOW / 1_000;
const form = (pointers: Product['pointers'], more: Partial<Product> = {}): Product => ({
  id: 'p',
  name: 'p',
  pointers,
  timeUnit: 's',
  ...more,
});
const map = (product: Product, body: unknown, device: string | null = null) =>
  mapMessage(product, body, { gateway: 'GW-1', device }).map((read) =>
    'reason' in read ? read.reason : { device: read.device, time: read.time, values: valuesOf(read) },
  );

describe('shapes from the field', () => {
  const expected = { device: 'G-1', time: NOW, values: { ch4: 0.4 } };
  const rows: [string, Product, unknown][] = [
    [
      'JetLinks: properties in an object',
      form({ device: '/deviceId', time: '/timestamp', valuesObject: '/properties' }, { timeUnit: 'ms' }),
      { deviceId: 'G-1', timestamp: NOW, properties: { ch4: 0.4 } },
    ],
    [
      'names and values in a list',
      form({ device: '/sn', time: '/ts', valuesList: { list: '/data', name: '/k', value: '/v' } }),
      { sn: 'G-1', ts: AT_S, data: [{ k: 'ch4', v: 0.4 }] },
    ],
    [
      'many devices in one message',
      form({ device: '/devs/*/sn', time: '/ts', values: { ch4: '/devs/*/gas/0' } }),
      { ts: AT_S, devs: [{ sn: 'G-1', gas: [0.4] }] },
    ],
    [
      'lists of values inside a list of devices',
      form({ device: '/*/id', time: '/*/t', valuesList: { list: '/*/d', name: '/0', value: '/1' } }),
      [{ id: 'G-1', t: AT_S, d: [['ch4', 0.4]] }],
    ],
    [
      'Beijing time without saying so, numbers as text, tenths, words of its own',
      form(
        { device: '/sn', time: '/time', valuesObject: '/v' },
        {
          timeUnit: 'iso',
          zone: '+08:00',
          scale: { ch4: 0.1 },
          channels: { 甲烷浓度: 'ch4' },
          ignore: ['rssi'],
        },
      ),
      { sn: 'G-1', time: '2025-11-23 00:00:00', v: { 甲烷浓度: '4', rssi: -80 } },
    ],
  ];
  test.each(rows)('%s', (_, product, body) => expect(map(product, body)).toEqual([expected]));

  test('a list of messages is read one by one', () => {
    const product = form({ device: '/sn', values: { ch4: '/v' } });
    expect(map(product, [{ sn: 'G-1', v: 1 }, { v: 1 }, { sn: 'G-2', v: 2 }])).toEqual([
      { device: 'G-1', time: null, values: { ch4: 1 } },
      'shape',
      { device: 'G-2', time: null, values: { ch4: 2 } },
    ]);
  });

  test('a list of thousands of messages without their list is refused once, not thousands of times', () => {
    const product = form({ device: '/l/*/sn', values: { ch4: '/l/*/v' } });
    expect(
      map(
        product,
        Array.from({ length: 100_000 }, () => 0),
      ),
    ).toEqual(['too-many-records']);
  });

  test('a message without a device is the topic’s, else the gateway’s own', () => {
    const product = form({ values: { ch4: '/v' } });
    expect(map(product, { v: 1 }, 'G-2')).toMatchObject([{ device: 'G-2' }]);
    expect(map(product, { v: 1 })).toMatchObject([{ device: 'GW-1' }]);
  });

  test('a value that is missing is no fault as long as another is there', () => {
    const product = form({ device: '/sn', values: { ch4: '/a', temperature: '/b' } });
    expect(map(product, { sn: 'G-1', b: 18 })).toMatchObject([{ values: { temperature: 18 } }]);
    expect(map(product, { sn: 'G-1' })).toEqual(['shape']);
  });

  test.each([
    ['no list', { devs: {} }, ['shape']],
    ['an empty list', { devs: [] }, ['shape']],
    ['a number', 5, ['shape']],
    ['null', null, ['shape']],
    ['nothing', [], ['shape']],
    ['a time in words', { devs: [{ sn: 'a', v: 1, t: 'noon' }] }, ['time-format']],
    ['a device that is an object', { devs: [{ sn: {}, v: 1 }] }, ['shape']],
    [
      'a prototype',
      JSON.parse('{"devs":[{"sn":"a","v":1,"__proto__":{"t":5}}]}'),
      [{ device: 'a', time: null, values: { x: 1 } }],
    ],
  ])('%s never throws', (_, body, expected) => {
    const product = form({ device: '/devs/*/sn', time: '/devs/*/t', values: { x: '/devs/*/v' } });
    expect(map(product, body)).toEqual(expected);
  });
});

describe('what stands once in a message and holds for each element', () => {
  const many = (count: number, element: unknown = {}) => Array.from({ length: count }, () => element);
  const members = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));
  const mixed = (more: Partial<Product> = {}) =>
    form({ device: '/l/*/sn', values: { ch4: '/l/*/v' }, valuesObject: '/o' }, more);

  test('is in every record', () => {
    expect(map(mixed(), { o: { h2s: 2 }, l: [{ sn: 'G-1', v: 1 }, { sn: 'G-2' }] })).toEqual([
      { device: 'G-1', time: null, values: { ch4: 1, h2s: 2 } },
      { device: 'G-2', time: null, values: { h2s: 2 } },
    ]);
  });

  test('is looked at once, not once for each of thousands of elements', () => {
    let looks = 0;
    const o = new Proxy({ h2s: 2 }, { ownKeys: (target) => ((looks += 1), Reflect.ownKeys(target)) });
    expect(map(mixed(), { o, l: many(1_000, { sn: 'G-1', v: 1 }) })).toHaveLength(1_000);
    expect(looks).toBe(1);
  });

  test.each([
    ['an object of thousands of members', mixed(), { o: members(20_000), l: many(8_000) }],
    ['of members that are ignored', mixed({ ignore: ['k0'] }), { o: members(66), l: many(8_000) }],
    ['no object at all', mixed(), { l: many(8_000) }],
    [
      'a list of one ignored word',
      form({ device: '/l/*/sn', valuesList: { list: '/d', name: '', value: '' } }, { ignore: ['rssi'] }),
      { d: many(66, 'rssi'), l: many(8_000) },
    ],
  ])('refuses the message once when it is wrong: %s', (_, product, body) => {
    expect(map(product, body)).toEqual(['shape']);
  });

  test('may be ignored beside as many channels as a record may have', () => {
    const ignore = Object.keys(members(64)).slice(0, 32);
    expect(map(mixed({ ignore }), { o: members(96), l: [{ sn: 'G-1' }] })).toMatchObject([{ device: 'G-1' }]);
  });

  test('never makes more values than a packet could carry', () => {
    const body = (elements: number) => ({ o: members(64), l: many(elements, { sn: 'G-1' }) });
    expect(map(mixed(), body(1_024))).toHaveLength(1_024);
    expect(map(mixed(), body(1_025))).toEqual(['too-many-records']);
  });

  test('a long text is kept in the quarantine as its beginning, not thousands of times whole', () => {
    const city = acmeCity();
    const pointers = { device: '/l/*', values: { note: '/note' } };
    register(city, { op: 'update', kind: 'products', value: { id: 'acme', pointers } });
    publish(city, { note: 'x'.repeat(10_000), l: ['new'] });
    expect(city.said.rejections).toMatchObject([{ reason: 'unknown-device' }]);
    expect(city.said.rejections[0]?.record?.length).toBeLessThan(500);
  });
});

describe('a channel that a message gives two values', () => {
  const two = (more: Partial<Product> = {}) =>
    form({ device: '/sn', valuesList: { list: '/d', name: '/0', value: '/1' } }, more);

  test.each([
    [
      'twice under its own name',
      two(),
      {
        sn: 'G-1',
        d: [
          ['ch4', 1],
          ['ch4', 2],
        ],
      },
    ],
    [
      'under its name and the sender’s',
      two({ channels: { 甲烷: 'ch4' } }),
      {
        sn: 'G-1',
        d: [
          ['ch4', 1],
          ['甲烷', 2],
        ],
      },
    ],
    [
      'in the message and in its element',
      form({ device: '/l/*/sn', values: { ch4: '/l/*/v' }, valuesObject: '/o' }),
      { o: { ch4: 1 }, l: [{ sn: 'G-1', v: 2 }] },
    ],
  ])('is refused, since none of them may be lost unseen: %s', (_, product, body) => {
    expect(map(product, body)).toEqual(['shape']);
  });

  test('is kept in the quarantine with its name', () => {
    const city = acmeCity();
    register(city, { op: 'update', kind: 'products', value: { id: 'acme', channels: { CH4: 'ch4' } } });
    publish(city, { sn: 'G-1', ts: AT_S, v: { ch4: 5, CH4: 1 } });
    expect(city.said.rejections).toMatchObject([{ reason: 'shape', detail: 'two values for "ch4"' }]);
  });

  test('is taken when both say the same', () => {
    expect(
      map(two(), {
        sn: 'G-1',
        d: [
          ['ch4', 1],
          ['ch4', 1],
        ],
      }),
    ).toMatchObject([{ values: { ch4: 1 } }]);
  });
});

const ACME = {
  ...{ id: 'acme', name: 'Acme', timeUnit: 's', topic: 'up/{gateway}/{device}' },
  pointers: { device: '/sn', time: '/ts', valuesObject: '/v' },
};
function acmeCity(): SmallCity {
  const city = smallCity();
  register(city, row('products', ACME), {
    op: 'update',
    kind: 'gateways',
    value: { id: 'GW-1', product: 'acme' },
  });
  return city;
}
const message = (value: unknown, more: object = {}): object => ({
  sn: 'G-1',
  ts: AT_S,
  v: { ch4: value },
  ...more,
});

describe('a gateway with a product', () => {
  test('is understood on our topic and on its own', () => {
    const city = acmeCity();
    publish(city, message(0.4));
    publish(city, message(0.5, { ts: AT_S + 1 }), { topic: 'up/GW-1/G-1' });
    expect([values(city), reasons(city)]).toEqual([[0.4, 0.5], []]);
  });

  test('is not understood in our form, and that is said', () => {
    const city = acmeCity();
    publish(city, { device: 'G-1', values: { ch4: 1 } });
    expect(city.said.rejections).toMatchObject([{ reason: 'shape', detail: 'no device at /sn' }]);
  });

  test('cannot speak for another gateway by its topic', () => {
    const city = acmeCity();
    publish(city, message(0.4), { topic: 'up/GW-2/G-1' });
    publish(city, message(0.4), { topic: 'elsewhere' });
    expect([values(city), reasons(city)]).toEqual([[], ['foreign-topic', 'unknown-topic']]);
  });

  test('and one without it is not understood on its topic', () => {
    const city = acmeCity();
    publish(city, message(0.4), { gateway: 'GW-2', topic: 'up/GW-2/G-9' });
    expect(reasons(city)).toEqual(['unknown-topic']);
  });

  test('one bad record never takes the good one beside it down; an unknown device is kept whole in our form', () => {
    const city = acmeCity();
    publish(city, [message(0.4), message('much', { sn: 'G-2' }), message(1, { sn: 'new' })]);
    expect([values(city), reasons(city)]).toEqual([[0.4], ['unknown-device', 'value-type']]);
    const kept = JSON.parse(city.said.rejections[0]?.record ?? '');
    expect(kept).toMatchObject({ device: 'new', time: NOW, values: { ch4: 1 } });
  });

  test('speaks the new form from the change on', () => {
    const city = acmeCity();
    register(city, { op: 'update', kind: 'products', value: { id: 'acme', scale: { ch4: 0.1 } } });
    publish(city, message(4));
    expect(values(city)).toEqual([0.4]);
  });

  test('a resend of the same packet counts once', () => {
    const city = acmeCity();
    const untimed = { sn: 'G-1', v: { ch4: 1 } };
    publish(city, untimed, { packetId: 7 });
    publish(city, untimed, { packetId: 7, dup: true });
    expect([values(city), reasons(city)]).toEqual([[1], ['duplicate']]);
  });
});

describe('a message gone through step by step', () => {
  const steps = (city: SmallCity, body: unknown, topic = 'lifeline/v1/GW-1/telemetry', gateway = 'GW-1') => {
    const entry = city.registry.gateways.get(gateway);
    const product = city.registry.products.get(entry?.product ?? '');
    const payload = new TextEncoder().encode(typeof body === 'string' ? body : JSON.stringify(body));
    const before = JSON.stringify(city.said);
    const trial = explain(
      city.state,
      city.registry,
      { gateway, product, topic, payload, receivedAt: NOW },
      () => ['r'],
    );
    expect(JSON.stringify(city.said)).toBe(before);
    return trial.steps.map(({ step, ok, detail }) => `${ok ? '+' : '-'} ${step} ${detail}`);
  };

  test('says where it ends', () => {
    const city = acmeCity();
    expect(steps(city, '{').at(-1)).toBe('- json not-json: not JSON');
    expect(steps(city, message(1), 'nowhere').at(-1)).toBe('- topic nowhere: unknown-topic');
    expect(steps(city, { sn: 5 }).at(-1)).toContain('- record record 0: shape, no object at /v');
    expect(steps(city, message(1, { sn: 'new' })).at(-1)).toContain('- device unknown-device');
    expect(steps(city, message(1, { sn: 'G-9' })).at(-1)).toContain('- device foreign-device');
  });

  test('says what is doubted of a value and of its time', () => {
    const city = acmeCity();
    const shown = steps(city, message(5, { ts: AT_S - 3_600, v: { ch4: 5, h2s: 1 } }));
    expect(shown).toContain('- value ch4: 5 %, above the range of the sensor');
    expect(shown.find((step) => step.startsWith('- value h2s'))).toContain('unknown-channel');
    expect(shown).toContain('+ clock 3600 s behind our clock');
    expect(shown.find((step) => step.startsWith('- lane'))).toContain('late');
  });

  test('goes through a sound one to its rules', () => {
    expect(steps(acmeCity(), message(0.4)).map((step) => step.split(' ').slice(0, 2).join(' '))).toEqual(
      ['topic', 'size', 'json', 'product', 'record', 'device', 'value', 'clock', 'lane', 'rules'].map(
        (name) => `+ ${name}`,
      ),
    );
  });
});
