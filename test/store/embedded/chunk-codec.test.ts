import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ChunkDamaged,
  CHUNK_ROWS_MAX,
  decodeChunk,
  decodeTrend,
  encodeChunk,
  readSummary,
} from '#store/embedded/chunk-codec.ts';
import { placeOf } from '#store/embedded/month-file.ts';
import { newColumns, type RowColumns } from '#store/embedded/row-columns.ts';

const HOUR = Math.floor(Date.UTC(2025, 10, 22, 8) / 3_600_000);
const PLACE = placeOf('hour', HOUR, 7, 0);

type Row = {
  step: number;
  value: number;
  quality: number;
  flags: number;
  device: number | null;
  lag: number;
};

const decimal = fc
  .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 0, max: 6 }))
  .map(([n, d]) => n / 10 ** d + 0);
const value = fc.oneof(
  { weight: 8, arbitrary: decimal },
  { weight: 1, arbitrary: fc.constant(NaN) },
  { weight: 1, arbitrary: fc.double().map((x) => x + 0) },
  { weight: 1, arbitrary: fc.float().map((x) => x + 0) },
);
const rowOf = (values: fc.Arbitrary<number>): fc.Arbitrary<Row> =>
  fc.record({
    step: fc.oneof(
      { weight: 5, arbitrary: fc.constant(1000) },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
    ),
    value: values,
    quality: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 }) },
    ),
    flags: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 65535 }) },
    ),
    device: fc.oneof(
      { weight: 9, arbitrary: fc.constant(0) },
      { weight: 1, arbitrary: fc.constant(null) },
      { weight: 1, arbitrary: fc.integer({ min: -1e13, max: 1e13 }) },
    ),
    lag: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 0, max: 300 }) },
      { weight: 1, arbitrary: fc.integer({ min: -1e12, max: 1e12 }) },
    ),
  });
const history = fc.oneof(
  fc.array(rowOf(value), { minLength: 1, maxLength: 200 }),
  fc.array(rowOf(decimal), { minLength: 1, maxLength: 200 }),
  fc.array(rowOf(fc.float({ noNaN: true }).map((x) => x + 0)), { minLength: 1, maxLength: 100 }),
  fc.array(rowOf(fc.double()), { minLength: 1, maxLength: 100 }),
);

function columnsOf(rows: readonly Row[]): RowColumns {
  const columns = newColumns(rows.length);
  let time = HOUR * 3_600_000;
  rows.forEach((row, i) => {
    time += row.step;
    columns.time[i] = time;
    columns.value[i] = row.value + 0;
    columns.quality[i] = row.quality;
    columns.flags[i] = row.flags;
    columns.deviceTime[i] = row.device === null ? NaN : time + row.device;
    columns.receivedAt[i] = time + row.lag;
  });
  columns.length = rows.length;
  return columns;
}

const contents = ({ length, ...columns }: RowColumns) =>
  Object.fromEntries(
    Object.entries(columns).map(([name, column]) => [name, [...column.subarray(0, length)]]),
  );

describe('chunk codec', () => {
  it('gives back every row, bit for bit', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const columns = columnsOf(rows);
        const back = newColumns(1);
        decodeChunk(encodeChunk(columns, 0, columns.length, PLACE), PLACE, back);
        expect(contents(back)).toEqual(contents(columns));
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it('sums up just what its rows say', () => {
    fc.assert(
      fc.property(fc.array(rowOf(decimal), { minLength: 1, maxLength: 120 }), (rows) => {
        const columns = columnsOf(rows);
        const summary = readSummary(encodeChunk(columns, 0, columns.length, PLACE), PLACE);
        const good = rows.filter((row) => row.quality < 2).map((row) => row.value);
        expect(summary.rows).toBe(rows.length);
        expect(summary.notBad).toBe(good.length);
        expect(summary.worstQuality).toBe(Math.max(...rows.map((row) => row.quality)));
        expect(summary.lastTime).toBe(columns.time[rows.length - 1]);
        if (good.length === 0) return;
        expect(summary.min).toBe(Math.min(...good));
        expect(summary.max).toBe(Math.max(...good));
        expect(summary.last).toBe(good.at(-1));
        expect(summary.lastAt).toBe(columns.time[rows.findLastIndex((row) => row.quality < 2)]);
        const sum = good.reduce((a, b) => a + b, 0);
        const size = good.reduce((a, b) => a + Math.abs(b), 1);
        expect(Math.abs(summary.sum - sum)).toBeLessThan(size * 1e-12);
      }),
      { numRuns: 300, seed: 2 },
    );
  });

  it('reads the trend alone as it reads the whole', () => {
    fc.assert(
      fc.property(history, (rows) => {
        const columns = columnsOf(rows);
        const back = newColumns(1);
        decodeTrend(encodeChunk(columns, 0, columns.length, PLACE), PLACE, back);
        const { time, value: values, quality } = contents(back);
        const { time: times, value: all, quality: qualities } = contents(columns);
        expect({ time, values, quality }).toEqual({ time: times, values: all, quality: qualities });
      }),
      { numRuns: 100, seed: 3 },
    );
  });

  it.each([1, 2, 63, 64, 65, CHUNK_ROWS_MAX])('holds %i rows of the wildest kind', (count) => {
    const rows = Array.from({ length: count }, (_, i) => ({
      step: 1,
      value: i % 2 ? 1.7976931348623157e308 * Math.cos(i) : Math.sin(i) / 3,
      quality: i % 3,
      flags: (i * 7919) % 65536,
      device: i % 5 ? ((i * 7919) % 1000) * 3e9 - 1.5e12 : null,
      lag: (i % 2 ? 1 : -1) * (i * 104729),
    }));
    const columns = columnsOf(rows);
    const back = newColumns(1);
    decodeChunk(encodeChunk(columns, 0, count, PLACE), PLACE, back);
    expect(contents(back)).toEqual(contents(columns));
  });

  it.each([
    ['a steady value', () => 18.3, 0.1],
    ['one step of the last digit now and then', (i: number) => (183 + (i % 50 < 25 ? 0 : 1)) / 10, 0.3],
    ['floats of 32 bits', (i: number) => Math.fround(20 + Math.sin(i / 500)), 3],
  ])('keeps an hour of %s within its bytes a value', (_, valueAt, bytesMax) => {
    const rows = Array.from({ length: 3600 }, (_row, i) => ({
      step: 1000,
      value: valueAt(i),
      quality: 0,
      flags: 0,
      device: 0,
      lag: 40,
    }));
    const columns = columnsOf(rows);
    expect(encodeChunk(columns, 0, 3600, PLACE).length / 3600).toBeLessThan(bytesMax);
  });

  it('finds out a chunk in a wrong place', () => {
    const bytes = encodeChunk(columnsOf([row(1)]), 0, 1, PLACE);
    for (const other of [
      placeOf('hour', HOUR, 8, 0),
      placeOf('hour', HOUR + 1, 7, 0),
      placeOf('hour', HOUR, 7, 1),
    ])
      expect(() => decodeChunk(bytes, other, newColumns())).toThrow(ChunkDamaged);
  });

  it('finds out every flipped bit and every cut', () => {
    const bytes = encodeChunk(columnsOf(Array.from({ length: 80 }, (_, i) => row(i))), 0, 80, PLACE);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const broken = bytes.slice();
      broken[bit >> 3] = (broken[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeChunk(broken, PLACE, newColumns())).toThrow(ChunkDamaged);
    }
    for (let length = 0; length < bytes.length; length++)
      expect(() => decodeChunk(bytes.slice(0, length), PLACE, newColumns())).toThrow(ChunkDamaged);
  });
});

const row = (i: number): Row => ({
  step: 1000 + (i % 7),
  value: i / 10,
  quality: 0,
  flags: i % 9 ? 0 : 64,
  device: 0,
  lag: 30 + i,
});
