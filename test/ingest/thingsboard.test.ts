import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatewayIngestStatus } from '#ingest/ingest.ts';
import { topicKind } from '#ingest/topics.ts';
import { NOW, publish, reasons, register, row, smallCity, values } from './small-city.ts';

const GATEWAY = { topic: 'v1/gateway/telemetry' };
const ME = { topic: 'v1/devices/me/telemetry' };

const status = (city: ReturnType<typeof smallCity>, gateway = 'GW-1') =>
  gatewayIngestStatus(city.state, city.registry, gateway);

describe('a ThingsBoard gateway', () => {
  test('sends several devices and times in one publish; devices go by id or serial', () => {
    const city = smallCity();
    const body = {
      'SN 1': [
        { ts: NOW - 2000, values: { ch4: 0.42, temperature: 18.3 } },
        { ts: NOW - 1000, values: { ch4: 0.43 } },
      ],
      'G-2': [{ ch4: 1 }],
    };
    publish(city, body, GATEWAY);
    expect(city.said.measurements.map(({ value, time, deviceTime }) => [value, time, deviceTime])).toEqual([
      [0.42, NOW - 2000, NOW - 2000],
      [18.3, NOW - 2000, NOW - 2000],
      [0.43, NOW - 1000, NOW - 1000],
      [1, NOW, null],
    ]);
    expect(reasons(city)).toEqual([]);
  });

  test('an entry need not stand in a list', () => {
    const city = smallCity();
    publish(city, { 'G-1': { ts: NOW, values: { ch4: 2 } }, 'G-2': { ch4: 3 } }, GATEWAY);
    expect(values(city)).toEqual([2, 3]);
  });

  test.each([
    ['a number', 0.5, [0.5]],
    ['a switch', true, [1]],
    ['a number as text', '0.50', [0.5]],
    ['a negative number as text', '-12', [-12]],
    ['a power of ten as text', '2.5e-1', [0.25]],
    ['text with more digits than a double holds', '0.1234567890123456', []],
    ['text that only begins as a number', '5 %', []],
    ['text in another base', '0x10', []],
    ['text that means no number', 'NaN', []],
    ['empty text', '', []],
    ['a nested value', { value: 1 }, []],
    ['a list', [1], []],
  ])('%s', (_what, value, wanted) => {
    const city = smallCity();
    publish(city, { 'G-1': [{ ts: NOW, values: { temperature: value } }] }, GATEWAY);
    expect(values(city)).toEqual(wanted);
    expect(reasons(city)).toEqual(wanted.length === 0 ? ['value-type'] : []);
    if (wanted.length === 0) expect(city.said.rejections[0]?.detail).toMatch(/^temperature is /);
  });

  test('a bad value takes neither the good one beside it nor the next record down', () => {
    const city = smallCity();
    const sent = {
      'G-1': [{ ts: NOW, values: { ch4: 'high', temperature: 20 } }, 7, { ts: NOW, values: { ch4: 1 } }],
    };
    publish(city, sent, GATEWAY);
    expect(values(city)).toEqual([20, 1]);
    expect(reasons(city)).toEqual(['shape', 'value-type']);
  });

  test('an unknown device is kept for approval, a foreign one is not', () => {
    const city = smallCity();
    publish(city, { 'A-77': [{ ts: NOW, values: { ch4: 1 } }], 'G-9': [{ ch4: 1 }] }, GATEWAY);
    expect(city.said.rejections.map(({ reason, device }) => [reason, device])).toEqual([
      ['unknown-device', 'A-77'],
      ['foreign-device', 'G-9'],
    ]);
    expect(JSON.parse(city.said.rejections[0]?.record ?? '')).toMatchObject({
      device: 'A-77',
      time: NOW,
      values: { ch4: 1 },
    });
  });

  test.each([
    ['no JSON', 'ch4=1', 'not-json'],
    ['no device', {}, 'shape'],
    ['a list instead of devices', [1], 'shape'],
    ['a time without values', { 'G-1': [{ ts: NOW, ch4: 1 }] }, 'shape'],
    ['a time that is none', { 'G-1': [{ ts: 'noon', values: { ch4: 1 } }] }, 'time-format'],
    ['more records than a packet can carry', { 'G-1': Array(9000).fill(1) }, 'too-many-records'],
  ])('%s is refused with its reason', (_what, body, reason) => {
    const city = smallCity();
    publish(city, body, GATEWAY);
    expect([values(city), reasons(city)]).toEqual([[], [reason]]);
  });

  test('a time in digits as text is a time; strange fields beside it are counted and mean nothing', () => {
    const city = smallCity();
    const entry = { ts: String(NOW - 500), values: { ch4: 1 }, quality: 'bad', seq: 1 };
    publish(city, { 'G-1': [entry] }, GATEWAY);
    expect(city.said.measurements).toMatchObject([{ time: NOW - 500, quality: 'good' }]);
    expect(status(city)?.extraFields).toBe(2);
  });

  test('the same record sent again counts once', () => {
    const city = smallCity();
    const body = { 'G-1': [{ ts: NOW, values: { ch4: 1 } }] };
    publish(city, body, GATEWAY);
    publish(city, body, GATEWAY);
    expect([values(city), reasons(city)]).toEqual([[1], ['duplicate']]);
  });
});

describe('a ThingsBoard device', () => {
  test('is the only device of its gateway', () => {
    const city = smallCity();
    publish(city, { ts: NOW, values: { ch4: 1 } }, { ...ME, gateway: 'GW-2' });
    publish(city, [{ ch4: 2 }, { ch4: '3' }], { ...ME, gateway: 'GW-2' });
    expect(values(city)).toEqual([1, 2, 3]);
  });

  test('among several it is the one named like the gateway', () => {
    const city = smallCity();
    register(city, row('devices', { id: 'G-8', gateway: 'GW-1', facility: 'W-1', serial: 'GW-1' }));
    register(
      city,
      row('points', { device: 'G-8', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 10_000 }),
    );
    publish(city, { ch4: 1 }, ME);
    expect(
      city.said.measurements.map(({ pointIndex }) => city.registry.pointsByIndex[pointIndex]?.id),
    ).toEqual(['G-8/ch4']);
  });

  test('that could be any of several is refused and told so', () => {
    const city = smallCity();
    publish(city, { ch4: 1 }, ME);
    expect(city.said.rejections).toMatchObject([
      {
        reason: 'ambiguous-device',
        device: null,
        detail: 'v1/devices/me is one of 2 devices, and none has the id or serial GW-1',
        sample: '{"ch4":1}',
      },
    ]);
  });

  test('of a gateway without devices waits in quarantine under the id of the gateway', () => {
    const city = smallCity();
    register(
      city,
      row('gateways', { id: 'GW-3', name: '三号', session: 'always-on', secretHmac: 'ab'.repeat(32) }),
    );
    publish(city, { ch4: 1 }, { ...ME, gateway: 'GW-3' });
    expect(city.said.rejections).toMatchObject([{ reason: 'unknown-device', device: 'GW-3' }]);
    expect(city.said.rejections[0]?.record).not.toBeNull();
  });
});

describe("ThingsBoard's other topics", () => {
  test.each([
    'v1/gateway/connect',
    'v1/gateway/disconnect',
    'v1/gateway/attributes',
    'v1/gateway/attributes/request',
    'v1/gateway/rpc',
    'v1/devices/me/attributes',
    'v1/devices/me/attributes/request/1',
    'v1/devices/me/rpc/request/1',
    'v1/devices/me/rpc/response/17',
  ])('%s is a sign of life and is counted', (topic) => {
    const city = smallCity();
    publish(city, '{"device":"G-1"}', { topic });
    expect([reasons(city), values(city), city.said.gateways]).toEqual([[], [], ['GW-1']]);
    expect(status(city)?.companions).toBe(1);
  });

  test.each([
    'v1/gateway',
    'v1/gateway/',
    'v1/devices/G-1/telemetry',
    'v1/devices/me',
    'v1/devices/me/rpc/response/',
    'v2/t',
  ])('%s is none of them', (topic) => expect(topicKind(topic, 'GW-1')).toBe('unknown-topic'));
});

test('nothing that is sent there can break the platform', () => {
  const key = fc.oneof(
    fc.constantFrom('ts', 'values', 'G-1', 'ch4', '__proto__', 'constructor'),
    fc.string(),
  );
  const body = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.jsonValue(),
      fc.dictionary(key, tie('any')),
      fc.array(tie('any')),
    ),
  })).any;
  fc.assert(
    fc.property(
      fc.oneof(body, fc.uint8Array()),
      fc.constantFrom(GATEWAY, ME),
      fc.constantFrom('GW-1', 'GW-2'),
      (sent, topic, gateway) => {
        const city = smallCity();
        publish(city, sent, { ...topic, gateway });
        const seen = city.said.measurements.length + city.said.rejections.length;
        expect(seen).toBeGreaterThan(0);
        for (const { value } of city.said.measurements)
          expect(Number.isFinite(value) || Number.isNaN(value)).toBe(true);
      },
    ),
    { numRuns: 300 },
  );
});
