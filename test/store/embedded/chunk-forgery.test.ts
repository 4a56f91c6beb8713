/** Damage that the checksum does not catch: bytes forged with a right checksum must end in ChunkDamaged or rows, at once. */
import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  ChunkDamaged,
  decodeChunk,
  decodeTrend,
  encodeChunk,
  readSummary,
} from '#store/embedded/chunk-codec.ts';
import { placeOf } from '#store/embedded/month-file.ts';
import { newColumns } from '#store/embedded/row-columns.ts';
import { randomFrom } from './random-history.ts';

const HOUR = 490_000;
const PLACE = placeOf('hour', HOUR, 7, 0);

function chunk(rows: number, value: (i: number) => number): Uint8Array {
  const columns = newColumns(rows);
  for (let i = 0; i < rows; i++) {
    columns.time[i] = HOUR * 3_600_000 + i * 1000 + (i % 3);
    columns.deviceTime[i] = i % 11 ? HOUR * 3_600_000 + i * 990 : NaN;
    columns.receivedAt[i] = HOUR * 3_600_000 + i * 1000 + 40;
    columns.value[i] = value(i);
    columns.quality[i] = i % 13 ? 0 : 2;
    columns.flags[i] = i % 5 ? 0 : 64;
  }
  columns.length = rows;
  return encodeChunk(columns, 0, rows, PLACE);
}

function sign(bytes: Uint8Array): Uint8Array {
  const end = bytes.length - 4;
  new DataView(bytes.buffer, bytes.byteOffset).setUint32(
    end,
    crc32(bytes.subarray(0, end), PLACE.seed),
    true,
  );
  return bytes;
}

/** How many of the three ways to read ended in rows. Anything but rows or ChunkDamaged fails the test. */
function attempt(bytes: Uint8Array): number {
  let read = 0;
  for (const decode of [decodeChunk, decodeTrend, (b: Uint8Array, p: typeof PLACE) => readSummary(b, p)])
    try {
      const out = newColumns(0);
      decode(bytes, PLACE, out);
      expect(out.length).toBeLessThanOrEqual(4096);
      read++;
    } catch (error) {
      if (!(error instanceof ChunkDamaged)) throw error;
    }
  return read;
}

describe('forged chunks', () => {
  const samples = [
    chunk(300, (i) => i / 10),
    chunk(300, (i) => (i % 20 ? 5 : 1e9 * i)),
    chunk(200, (i) => Math.sqrt(i)),
    chunk(200, (i) => Math.fround(Math.sqrt(i))),
    chunk(1, () => 1),
    chunk(100, (i) => (i % 30 ? 1.5 : Math.PI * i)),
  ];

  it('never hang, never throw anything but ChunkDamaged, never grow beyond a chunk', () => {
    const random = randomFrom(20251122);
    let read = 0;
    for (let round = 0; round < 6000; round++) {
      const bytes = (samples[round % samples.length] ?? new Uint8Array(8)).slice();
      const changes = 1 + Math.floor(random() * 4);
      for (let k = 0; k < changes; k++)
        bytes[Math.floor(random() * (bytes.length - 4))] = Math.floor(random() * 256);
      read += attempt(sign(bytes));
    }
    expect(read).toBeGreaterThan(0);
  });

  it('made of nothing but chance do no harm either', () => {
    const random = randomFrom(7);
    for (let round = 0; round < 4000; round++) {
      const bytes = Uint8Array.from({ length: 6 + Math.floor(random() * 300) }, () =>
        Math.floor(random() * 256),
      );
      bytes[0] = 1;
      attempt(sign(bytes));
    }
  });

  it('cut short, with a right checksum, are damaged', () => {
    for (const sample of samples)
      for (let length = 5; length < sample.length; length += 7) attempt(sign(sample.slice(0, length)));
    expect(attempt(sign((samples[0] ?? new Uint8Array(9)).slice(0, 40)))).toBeLessThan(3);
  });
});
