import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { approve, gatewayIngestStatus, latestOf } from '#ingest/ingest.ts';
import {
  NOW,
  HOUR,
  ch4,
  flagsOf,
  pass,
  publish,
  reasons,
  register,
  row,
  smallCity,
  values,
} from './small-city.ts';

const bytes = (...list: number[]): Uint8Array => new Uint8Array(list);

describe('what a gateway may publish', () => {
  test('a good record becomes one measurement for each of its values', () => {
    const city = smallCity();
    publish(city, { device: 'G-1', time: NOW - 500, values: { ch4: 0.42, temperature: 18.3 }, seq: 17 });
    expect(city.said.measurements).toEqual([
      {
        pointIndex: 0,
        time: NOW - 500,
        deviceTime: NOW - 500,
        receivedAt: NOW,
        value: 0.42,
        quality: 'good',
        flags: 0,
        newest: true,
      },
      {
        pointIndex: 1,
        time: NOW - 500,
        deviceTime: NOW - 500,
        receivedAt: NOW,
        value: 18.3,
        quality: 'good',
        flags: 0,
        newest: true,
      },
    ]);
    expect(reasons(city)).toEqual([]);
    expect(city.said.gateways).toEqual(['GW-1']);
    expect(latestOf(city.state, 0)).toEqual({
      time: NOW - 500,
      deviceTime: NOW - 500,
      receivedAt: NOW,
      value: 0.42,
      quality: 'good',
    });
    expect(gatewayIngestStatus(city.state, city.registry, 'GW-1')).toEqual({
      clockOffsetMs: null,
      lastPublishAt: NOW,
      records: 1,
      duplicates: 0,
      gaps: 0,
      rejected: 0,
      extraFields: 0,
      companions: 0,
    });
  });

  test('true and false are 1 and 0, null is the sensor saying bad', () => {
    const city = smallCity();
    publish(city, [ch4(true, NOW - 3), ch4(false, NOW - 2), ch4(null, NOW - 1)]);
    expect(values(city)).toEqual([1, 0, NaN]);
    expect(flagsOf(city)).toEqual([[], [], ['sensorBad']]);
    expect(latestOf(city.state, 0)).toMatchObject({ value: null, quality: 'bad' });
  });

  test('a sensor may be named by the serial of its box', () => {
    const city = smallCity();
    publish(city, ch4(1, NOW, { device: 'SN 1' }));
    expect(city.said.measurements).toMatchObject([{ pointIndex: 0, value: 1 }]);
  });

  test.each([
    ['2025-11-22T16:00:00Z', NOW],
    ['2025-11-23T00:00:00+08:00', NOW],
    ['2025-11-23T00:00:00.250+0800', NOW + 250],
    ['2025-11-22 16:00Z', NOW],
  ])('the time %s is understood', (time, expected) => {
    const city = smallCity();
    publish(city, ch4(1, time));
    expect(city.said.measurements).toMatchObject([{ time: expected, deviceTime: expected }]);
  });

  const refused: [string, unknown, string][] = [
    ['text that is not JSON', '{"device":', 'not-json'],
    ['bytes that are not UTF-8', bytes(0x22, 0xff, 0x22), 'not-utf8'],
    ['nothing', bytes(), 'not-json'],
    ['a number', '17', 'shape'],
    ['an empty list', [], 'shape'],
    ['8,193 items', Array.from({ length: 8193 }, () => 1), 'too-many-records'],
    ['a record without device', { values: { ch4: 1 } }, 'shape'],
    ['a record without values', { device: 'G-1' }, 'shape'],
    ['a list of values', { device: 'G-1', values: [1] }, 'shape'],
    ['no value in values', { device: 'G-1', values: {} }, 'shape'],
    [
      '65 values',
      { device: 'G-1', values: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`c${i}`, i])) },
      'shape',
    ],
    ['a seq of 1.5', ch4(1, NOW, { seq: 1.5 }), 'shape'],
    ['a seq below 0', ch4(1, NOW, { seq: -1 }), 'shape'],
    ['a quality nobody knows', ch4(1, NOW, { quality: 'fine' }), 'shape'],
    ['backfill as text', ch4(1, NOW, { backfill: 'yes' }), 'shape'],
    ['a time without offset', ch4(1, '2025-11-22T16:00:00'), 'time-format'],
    ['a day that is not', ch4(1, '2025-02-30T16:00:00Z'), 'time-format'],
    ['an hour 24', ch4(1, '2025-11-22T24:00:00Z'), 'time-format'],
    ['a time that is true', ch4(1, true), 'time-format'],
    ['a time beyond numbers', `{"device":"G-1","time":1e999,"values":{"ch4":1}}`, 'time-format'],
    ['a value as text', ch4('1.5'), 'value-type'],
    ['a value that is a list', ch4([1]), 'value-type'],
    ['a value beyond numbers', `{"device":"G-1","time":${NOW},"values":{"ch4":1e999}}`, 'value-type'],
    ['a stranger', ch4(1, NOW, { device: 'G-404' }), 'unknown-device'],
    ['a sensor of another gateway', ch4(1, NOW, { device: 'G-9' }), 'foreign-device'],
    ['a channel nobody registered', { device: 'G-1', time: NOW, values: { co: 3 } }, 'unknown-channel'],
    [
      'a channel called __proto__',
      `{"device":"G-1","time":${NOW},"values":{"__proto__":3}}`,
      'unknown-channel',
    ],
    ['a time before 2000', ch4(1, 86_400_000), 'time-before-2000'],
    ['a time 25 h ahead', ch4(1, NOW + 25 * HOUR), 'time-far-future'],
    ['a backfill of 1999', ch4(1, 946_684_799_999, { backfill: true }), 'time-before-2000'],
  ];
  test.each(refused)('%s is refused and counted', (_what, body, reason) => {
    const city = smallCity();
    publish(city, body);
    expect(reasons(city)).toEqual([reason]);
    expect(city.said.measurements).toEqual([]);
    expect(city.said.rejections[0]?.sample.length).toBeLessThanOrEqual(256);
    expect(gatewayIngestStatus(city.state, city.registry, 'GW-1')).toMatchObject({ records: 0, rejected: 1 });
  });

  test('one bad record takes neither its neighbours nor its own good values with it', () => {
    const city = smallCity();
    publish(city, [
      ch4(1, NOW - 3),
      { device: 'G-404', time: NOW, values: { ch4: 1 } },
      'nonsense',
      { device: 'G-1', time: NOW - 2, values: { ch4: 2, co: 5, temperature: 'warm' } },
    ]);
    expect(values(city)).toEqual([1, 2]);
    expect(reasons(city)).toEqual(['unknown-device', 'shape', 'unknown-channel', 'value-type']);
  });

  test('fields we do not know are let through and counted', () => {
    const city = smallCity();
    publish(city, ch4(1, NOW, { firmware: '2.1', rssi: -70 }));
    expect(values(city)).toEqual([1]);
    expect(gatewayIngestStatus(city.state, city.registry, 'GW-1')).toMatchObject({
      extraFields: 2,
      companions: 0,
      rejected: 0,
    });
  });

  test.each([
    ['lifeline/v1/GW-1/status', [], ['GW-1']],
    ['lifeline/v1/GW-1/command/result', [], ['GW-1']],
    ['lifeline/v1/GW-2/telemetry', ['foreign-topic'], []],
    ['lifeline/v1/GW-1/command', ['unknown-topic'], []],
    ['lifeline/v1/GW-1', ['unknown-topic'], []],
    ['v1/gateway', ['unknown-topic'], []],
    ['lifeline/v2/GW-1/telemetry', ['unknown-topic'], []],
  ])('a publish to %s: refused %j, lives %j', (topic, expected, lives) => {
    const city = smallCity();
    publish(city, ch4(1), { topic });
    expect(reasons(city)).toEqual(expected);
    expect(city.said.gateways).toEqual(lives);
    expect(city.said.measurements).toEqual([]);
  });

  test('what a retired sensor still sends is refused as retired', () => {
    const city = smallCity();
    register(city, { op: 'retire', kind: 'points', id: 'G-1/ch4' });
    publish(city, ch4(1));
    register(
      city,
      { op: 'retire', kind: 'points', id: 'G-2/ch4' },
      { op: 'retire', kind: 'devices', id: 'G-2' },
    );
    publish(city, ch4(1, NOW, { device: 'G-2' }));
    expect(reasons(city)).toEqual(['retired', 'retired']);
  });

  test('no bytes whatever stop the city', () => {
    const nasty = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc.json({ maxDepth: 4 }).map((text) => new TextEncoder().encode(text)),
      fc
        .record(
          {
            device: fc.constantFrom('G-1', 'SN 1', 'G-404', '', 3),
            time: fc.oneof(
              fc.double(),
              fc.string(),
              fc.date({ noInvalidDate: true }).map(String),
              fc.constant(NOW),
            ),
            values: fc.dictionary(fc.constantFrom('ch4', 'daily', '__proto__', 'toString'), fc.jsonValue()),
            seq: fc.oneof(fc.integer(), fc.constant(null)),
            quality: fc.constantFrom('good', 'bad', 'x'),
          },
          { requiredKeys: [] },
        )
        .map((record) => new TextEncoder().encode(JSON.stringify(record))),
    );
    const city = smallCity();
    fc.assert(
      fc.property(nasty, (payload) => {
        pass(city, 10);
        publish(city, payload);
      }),
      { seed: 5, numRuns: 2000 },
    );
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    publish(city, deep);
    publish(city, `{"device":"G-404","values":{"ch4":${deep}}}`);
    for (const { time, deviceTime } of city.said.measurements) {
      expect(Number.isSafeInteger(time) && (deviceTime === null || Number.isSafeInteger(deviceTime))).toBe(
        true,
      );
    }
  });
});

describe('quarantine', () => {
  const by = { username: 'li', roles: ['engineer' as const], address: '127.0.0.1' };
  const command = (device: string, records: { json: string; receivedAt: number }[], at: number) => ({
    kind: 'command' as const,
    by,
    command: 'approve-quarantine' as const,
    device,
    gateway: 'GW-1',
    records,
    receivedAt: at,
    engineTime: 99_000,
  });

  test('records of a stranger come back as late ones once it is registered and approved', () => {
    const city = smallCity();
    publish(city, { device: 'G-3', time: NOW - 5000, values: { ch4: 0.7 }, seq: 1 });
    publish(city, { device: 'G-3', values: { ch4: 0.8 }, seq: 2 });
    const kept = city.said.rejections.map(({ record }) => ({ json: record ?? '', receivedAt: NOW }));
    register(
      city,
      row('devices', { id: 'G-3', gateway: 'GW-1', facility: 'W-1' }),
      row('points', { device: 'G-3', channel: 'ch4', quantity: 'ch4', unit: '%', reportIntervalMs: 10_000 }),
    );
    expect(approve(city.state, city.registry, command('G-3', kept, NOW + HOUR), city.sink)).toBe(2);
    expect(city.said.measurements).toMatchObject([
      { time: NOW - 5000, value: 0.7, receivedAt: NOW, newest: true },
      { time: NOW, deviceTime: null, value: 0.8, quality: 'uncertain' },
    ]);
    expect(flagsOf(city)).toEqual([
      ['late', 'approved'],
      ['timeArrival', 'late', 'approved'],
    ]);
    expect(approve(city.state, city.registry, command('G-3', kept.slice(0, 1), NOW + HOUR), city.sink)).toBe(
      0,
    );
  });

  test('only the unknown channel of a record comes back', () => {
    const city = smallCity();
    publish(city, { device: 'G-1', time: NOW, values: { ch4: 0.7, co: 4 }, seq: 1 });
    const [rejection] = city.said.rejections;
    expect(JSON.parse(rejection?.record ?? '')).toMatchObject({ device: 'G-1', values: { co: 4 } });
    register(
      city,
      row('points', {
        device: 'G-1',
        channel: 'co',
        quantity: 'co',
        unit: '[ppm]',
        reportIntervalMs: 10_000,
      }),
    );
    const kept = [{ json: rejection?.record ?? '', receivedAt: NOW }];
    expect(approve(city.state, city.registry, command('G-1', kept, NOW + HOUR), city.sink)).toBe(1);
    expect(values(city)).toEqual([0.7, 4]);
  });

  test('what still cannot be taken is refused again, with its reason', () => {
    const city = smallCity();
    const kept = [
      { json: '{"device":"G-404","values":{"ch4":1}}', receivedAt: NOW },
      { json: 'torn', receivedAt: NOW },
    ];
    expect(approve(city.state, city.registry, command('G-404', kept, NOW), city.sink)).toBe(0);
    expect(reasons(city)).toEqual(['unknown-device', 'shape']);
  });
});
