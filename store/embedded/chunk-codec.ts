/**
 * A chunk: up to 4,096 rows of one point, by time, each millisecond once. A summary comes first, so that a query over
 * whole chunks decodes nothing; then times, values and qualities, which is all a trend needs; then flags, device times and
 * arrivals. A section that says nothing (all good, device time = time) is left out. CRC-32 last, seeded with the chunk's
 * place in the store, so that a chunk in a wrong place is found out too.
 */
import { BAD } from '../measurement-columns.ts';
import { crc32 } from 'node:zlib';
import { type ByteReader, ChunkDamaged, getByte, newReader, newWriter, putByte } from './byte-cursor.ts';
import { getInts, putInts } from './int-section.ts';
import { type ChunkSummary, getSummary, putSummary, summarise } from './chunk-summary.ts';
import { reserve, type RowColumns } from './row-columns.ts';
import { CHUNK_ROWS_MAX, getValues, putValues } from './value-section.ts';

export { ChunkDamaged } from './byte-cursor.ts';
export type { ChunkSummary } from './chunk-summary.ts';
export { CHUNK_ROWS_MAX } from './value-section.ts';

/** Times are kept from `spanStart`, the start of the hour or day of the chunk's key; `seed` is a number made of that key. */
export type ChunkPlace = { readonly spanStart: number; readonly seed: number };

const FORMAT = 1;
const HAS_QUALITY = 1;
const HAS_FLAGS = 2;
const HAS_DEVICE_TIME = 4;
const HAS_DEVICE_GAPS = 8;
const DECIMAL_SUMMARY = 16;
const CHECKSUM_BYTES = 4;

/** Six integer sections and the values, each at its worst, with room to spare. */
const body = newWriter(CHUNK_ROWS_MAX * 13 * 8);
const head = newWriter(256);
const scratch = new Float64Array(CHUNK_ROWS_MAX);

/** Encodes rows [from, to) of `columns`, whose times must rise strictly. */
export function encodeChunk(columns: RowColumns, from: number, to: number, place: ChunkPlace): Uint8Array {
  const count = to - from;
  if (count < 1 || count > CHUNK_ROWS_MAX) throw new RangeError(`a chunk cannot hold ${count} rows`);
  body.at = 0;
  head.at = 0;
  const scale = putTrend(columns, from, count);
  const present = putQuality(columns, from, count) | putOrigin(columns, from, count);
  const summary = summarise(columns, from, to, scale);
  putByte(head, FORMAT);
  putByte(head, present | (scale >= 0 ? DECIMAL_SUMMARY : 0));
  putSummary(head, summary, place.spanStart, scale);
  return sealed(place.seed);
}

/** Reads the summary only, after the checksum. Throws ChunkDamaged. */
export const readSummary = (bytes: Uint8Array, place: ChunkPlace): ChunkSummary => open(bytes, place).summary;

/** Appends all rows to `out`. Throws ChunkDamaged, and then `out` is as it was. */
export function decodeChunk(bytes: Uint8Array, place: ChunkPlace, out: RowColumns): ChunkSummary {
  const { reader, present, summary } = open(bytes, place);
  const { rows } = summary;
  reserve(out, rows);
  const at = out.length;
  getTrend(reader, present, summary, out, at);
  getOrigin(reader, present, rows, out, at);
  if (reader.at !== reader.end) throw new ChunkDamaged('bytes left over');
  out.length += rows;
  return summary;
}

/** As `decodeChunk`, but fills time, value and quality alone. */
export function decodeTrend(bytes: Uint8Array, place: ChunkPlace, out: RowColumns): ChunkSummary {
  const { reader, present, summary } = open(bytes, place);
  reserve(out, summary.rows);
  getTrend(reader, present, summary, out, out.length);
  out.length += summary.rows;
  return summary;
}

function putTrend(columns: RowColumns, from: number, count: number): number {
  for (let i = 1; i < count; i++)
    scratch[i - 1] = (columns.time[from + i] ?? 0) - (columns.time[from + i - 1] ?? 0);
  putInts(body, scratch, count - 1);
  return putValues(body, columns.value.subarray(from, from + count), count);
}

function putQuality(columns: RowColumns, from: number, count: number): number {
  let any = 0;
  for (let i = 0; i < count; i++) {
    const quality = columns.quality[from + i] ?? 0;
    any |= quality;
    scratch[i] = quality;
  }
  if (any === 0) return 0;
  putInts(body, scratch, count);
  return HAS_QUALITY;
}

/** Flags, device time and arrival: where a row came from, not what it says. */
function putOrigin(columns: RowColumns, from: number, count: number): number {
  let present = 0;
  let any = 0;
  for (let i = 0; i < count; i++) any |= scratch[i] = columns.flags[from + i] ?? 0;
  if (any !== 0) {
    present |= HAS_FLAGS;
    putInts(body, scratch, count);
  }
  present |= putDeviceTimes(columns, from, count);
  for (let i = 0; i < count; i++)
    scratch[i] = (columns.receivedAt[from + i] ?? 0) - (columns.time[from + i] ?? 0);
  putInts(body, scratch, count);
  return present;
}

/** Distances from time, then where there is none (1 = none). */
function putDeviceTimes(columns: RowColumns, from: number, count: number): number {
  let gaps = 0;
  let differs = false;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const distance = (columns.deviceTime[from + i] ?? NaN) - (columns.time[from + i] ?? 0);
    if (distance === distance) before = distance;
    else gaps++;
    scratch[i] = before;
    if (before !== 0) differs = true;
  }
  if (differs) putInts(body, scratch, count);
  if (gaps > 0) {
    for (let i = 0; i < count; i++) scratch[i] = Number.isNaN(columns.deviceTime[from + i]) ? 1 : 0;
    putInts(body, scratch, count);
  }
  return (differs ? HAS_DEVICE_TIME : 0) | (gaps > 0 ? HAS_DEVICE_GAPS : 0);
}

function getTrend(
  reader: ByteReader,
  present: number,
  summary: ChunkSummary,
  out: RowColumns,
  at: number,
): void {
  const { rows } = summary;
  getInts(reader, scratch, rows - 1);
  let time = summary.firstTime;
  out.time[at] = time;
  for (let i = 1; i < rows; i++) {
    const step = scratch[i - 1] ?? 0;
    if (!(step > 0)) throw new ChunkDamaged('time stands still');
    time += step;
    out.time[at + i] = time;
  }
  if (time !== summary.lastTime) throw new ChunkDamaged('times do not add up');
  getValues(reader, out.value, at, rows);
  if ((present & HAS_QUALITY) === 0) {
    out.quality.fill(0, at, at + rows);
    return;
  }
  getInts(reader, scratch, rows);
  for (let i = 0; i < rows; i++) out.quality[at + i] = within(scratch[i] ?? 0, BAD);
}

function getOrigin(reader: ByteReader, present: number, rows: number, out: RowColumns, at: number): void {
  if (present & HAS_FLAGS) {
    getInts(reader, scratch, rows);
    for (let i = 0; i < rows; i++) out.flags[at + i] = within(scratch[i] ?? 0, 0xffff);
  } else out.flags.fill(0, at, at + rows);
  if (present & HAS_DEVICE_TIME) getInts(reader, scratch, rows);
  else scratch.fill(0, 0, rows);
  for (let i = 0; i < rows; i++) out.deviceTime[at + i] = (out.time[at + i] ?? 0) + (scratch[i] ?? 0);
  if (present & HAS_DEVICE_GAPS) {
    getInts(reader, scratch, rows);
    for (let i = 0; i < rows; i++) if (scratch[i] !== 0) out.deviceTime[at + i] = NaN;
  }
  getInts(reader, scratch, rows);
  for (let i = 0; i < rows; i++) out.receivedAt[at + i] = (out.time[at + i] ?? 0) + (scratch[i] ?? 0);
}

function within(value: number, max: number): number {
  if (!(value >= 0 && value <= max)) throw new ChunkDamaged('code out of range');
  return value;
}

function sealed(seed: number): Uint8Array {
  const bytes = new Uint8Array(head.at + body.at + CHECKSUM_BYTES);
  bytes.set(head.bytes.subarray(0, head.at));
  bytes.set(body.bytes.subarray(0, body.at), head.at);
  const end = bytes.length - CHECKSUM_BYTES;
  new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end), seed), true);
  return bytes;
}

function open(
  bytes: Uint8Array,
  place: ChunkPlace,
): { reader: ByteReader; present: number; summary: ChunkSummary } {
  const end = bytes.length - CHECKSUM_BYTES;
  if (end < 2) throw new ChunkDamaged('too short');
  const reader = newReader(bytes, end);
  if (reader.view.getUint32(end, true) !== crc32(bytes.subarray(0, end), place.seed))
    throw new ChunkDamaged('checksum differs');
  const format = getByte(reader);
  if (format !== FORMAT) throw new ChunkDamaged(`unknown format ${format}`);
  const present = getByte(reader);
  const summary = getSummary(reader, place.spanStart, (present & DECIMAL_SUMMARY) !== 0);
  return { reader, present, summary };
}
