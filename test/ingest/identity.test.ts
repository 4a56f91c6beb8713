import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gatewayIngestStatus, pagesOf, restOf, restoreIngest } from '#ingest/ingest.ts';
import {
  NOW,
  ch4,
  flagsOf,
  pass,
  publish,
  reasons,
  smallCity,
  values,
  type SmallCity,
} from './small-city.ts';

const status = (city: SmallCity) => gatewayIngestStatus(city.state, city.registry, 'GW-1');

describe('one record counts once', () => {
  test('the same seq and time again is a duplicate, whatever the values', () => {
    const city = smallCity();
    publish(city, ch4(1, NOW, { seq: 5 }));
    publish(city, ch4(2, NOW, { seq: 5 }));
    expect(values(city)).toEqual([1]);
    expect(reasons(city)).toEqual(['duplicate']);
    expect(status(city)).toMatchObject({ records: 1, duplicates: 1, rejected: 0 });
  });

  test('the same seq at another time is another record: the counter began anew', () => {
    const city = smallCity();
    publish(city, [ch4(1, NOW - 10, { seq: 5 }), ch4(1, NOW, { seq: 5 })]);
    expect(values(city)).toEqual([1, 1]);
  });

  test('two numbered records of one millisecond are two, even with one value', () => {
    const city = smallCity();
    publish(city, [ch4(1, NOW, { seq: 5 }), ch4(1, NOW, { seq: 6 })]);
    expect(city.said.measurements.map(({ time }) => time)).toEqual([NOW, NOW + 1]);
  });

  test('without seq, the same time and value is a duplicate', () => {
    const city = smallCity();
    publish(city, [ch4(1), ch4(1)]);
    expect(values(city)).toEqual([1]);
    expect(status(city)).toMatchObject({ records: 1, duplicates: 1 });
  });

  test('a bad value comes once as well', () => {
    const city = smallCity();
    publish(city, [ch4(null), ch4(null)]);
    expect(values(city)).toEqual([NaN]);
  });

  test('another value of the same millisecond moves to the next free one', () => {
    const city = smallCity();
    publish(city, [ch4(1, NOW - 9), ch4(2, NOW - 9), ch4(3, NOW - 8), ch4(4, NOW - 9), ch4(2, NOW - 9)]);
    expect(city.said.measurements.map(({ time, value }) => [time - NOW, value])).toEqual([
      [-9, 1],
      [-8, 2],
      [-7, 3],
      [-6, 4],
    ]);
    expect(flagsOf(city)).toEqual([[], ['staggered'], ['staggered'], ['staggered']]);
    expect(status(city)?.duplicates).toBe(1);
  });

  test('two hundred values of one millisecond each find a place of their own', () => {
    const city = smallCity();
    const records = Array.from({ length: 200 }, (_, i) => ch4(i / 100, NOW - 1000));
    publish(city, records);
    expect(new Set(city.said.measurements.map(({ time }) => time)).size).toBe(200);
  });

  test('without time it counts on arrival, and only a resend is a duplicate', () => {
    const city = smallCity();
    const record = { device: 'G-1', values: { ch4: 1 }, seq: 3 };
    publish(city, record, { packetId: 9 });
    publish(city, record, { packetId: 9, dup: true });
    publish(city, record, { packetId: 9 });
    publish(city, record, { packetId: 10, dup: true });
    expect(city.said.measurements).toMatchObject([
      { time: NOW, deviceTime: null, quality: 'uncertain' },
      { time: NOW + 1 },
      { time: NOW + 2 },
    ]);
    expect(flagsOf(city)[0]).toEqual(['timeArrival']);
    expect(status(city)).toMatchObject({ records: 3, duplicates: 1 });
  });

  test('a resent publish of 1,000 records is known as a whole', () => {
    const city = smallCity();
    const records = Array.from({ length: 1000 }, (_, i) =>
      ch4(i, NOW - 1000 + i, { seq: i, backfill: true }),
    );
    publish(city, records, { packetId: 4 });
    for (let i = 0; i < 998; i++) publish(city, '{}', { packetId: 5 + i });
    publish(city, records, { packetId: 4, dup: true });
    expect(status(city)).toMatchObject({ records: 1000, duplicates: 1000 });
  });

  test('in any order and however often they come, records count once', () => {
    const count = 12;
    const sent = fc.array(fc.nat({ max: count - 1 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sent, fc.boolean(), (order, numbered) => {
        const city = smallCity();
        for (const i of order) {
          pass(city, 7);
          const seq = numbered ? i : undefined;
          publish(city, ch4(i % 3, NOW - 1000 * Math.floor(i / 2), { seq }));
        }
        const distinct = new Set(order.map((i) => (numbered ? i : `${i % 3} ${Math.floor(i / 2)}`)));
        expect(city.said.measurements).toHaveLength(distinct.size);
        expect(new Set(city.said.measurements.map(({ time }) => time)).size).toBe(distinct.size);
        expect(status(city)?.duplicates).toBe(order.length - distinct.size);
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  test('after a restart from its pages it knows the same records and answers the same', () => {
    const city = smallCity();
    publish(city, [
      ch4(1, NOW - 5, { seq: 1 }),
      ch4(1, NOW - 4, { seq: 4 }),
      ch4(2, NOW - 4),
      ch4(null, NOW - 3),
    ]);
    const pages = Object.entries(pagesOf(city.state)).map(([name, array]) => [
      name,
      structuredClone(array.pages),
    ]);
    const before = status(city);
    city.state = restoreIngest(Object.fromEntries(pages), structuredClone(restOf(city.state)));
    expect(status(city)).toEqual(before);
    publish(city, [ch4(1, NOW - 5, { seq: 1 }), ch4(2, NOW - 4), ch4(9, NOW - 3, { seq: 3 })]);
    expect(values(city)).toEqual([1, 1, 2, NaN, 9]);
    expect(status(city)).toMatchObject({ duplicates: 2, gaps: 1 });
  });
});

describe('gaps', () => {
  const rows: [string, number[], number][] = [
    ['numbers in a row', [0, 1, 2, 3], 0],
    ['two numbers missing', [0, 3], 2],
    ['a late one fills its gap', [0, 3, 1], 1],
    ['all late ones fill it, in any order', [0, 5, 3, 1, 4, 2], 0],
    ['one late one cannot fill twice', [0, 3, 1, 1], 1],
    ['a gap is no jump of the counter', [0, 200_000], 0],
    ['the first number opens no gap', [700, 701], 0],
  ];
  test.each(rows)('%s: %j', (_what, seqs, gaps) => {
    const city = smallCity();
    seqs.forEach((seq) => publish(city, ch4(1, NOW - 10_000 + seq, { seq })));
    expect(status(city)?.gaps).toBe(gaps);
  });

  test('a device that starts counting anew opens no gap', () => {
    const city = smallCity();
    [70, 71, 0, 1, 3].forEach((seq, i) => publish(city, ch4(1, NOW - 1000 + i, { seq })));
    expect(status(city)?.gaps).toBe(1);
  });

  test('gaps are counted without times, too', () => {
    const city = smallCity();
    [1, 2, 5].forEach((seq) => publish(city, { device: 'G-1', seq, values: { ch4: seq } }));
    expect(status(city)?.gaps).toBe(2);
  });
});
