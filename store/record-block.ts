/**
 * A record block as bytes: u32 rows · u32 events · u32 event bytes · u32 0, then one column after another (time,
 * deviceTime, receivedAt, value as f64; pointIndex u32; flags u16; quality u8), then the events as JSON. Rows cross
 * threads and reach the disk in this form; nobody makes objects of them on the way.
 */
import { endianness } from 'node:os';
import type { Measurement, Quality } from '#domain/measurement.ts';
import { BLOCK_HEADER_BYTES, type PendingBlock } from './log-block.ts';
import type { KeyedEvent, RecordBlock } from './ports.ts';

const HEAD_BYTES = 16;
const ROW_BYTES = 4 * 8 + 4 + 2 + 1;
const QUALITIES: readonly Quality[] = ['good', 'uncertain', 'bad'];
const NO_EVENTS: readonly KeyedEvent[] = [];

if (endianness() !== 'LE') throw new Error('the record log is little-endian, this machine is not');

/** The columns of `rows` rows, laid over `buffer` from `offset` (a multiple of 8). */
function columnsOver(buffer: ArrayBuffer, offset: number, rows: number) {
  let at = offset;
  const next = (bytes: number): number => {
    const from = at;
    at += bytes * rows;
    return from;
  };
  return {
    time: new Float64Array(buffer, next(8), rows),
    deviceTime: new Float64Array(buffer, next(8), rows),
    receivedAt: new Float64Array(buffer, next(8), rows),
    value: new Float64Array(buffer, next(8), rows),
    pointIndex: new Uint32Array(buffer, next(4), rows),
    flags: new Uint16Array(buffer, next(2), rows),
    quality: new Uint8Array(buffer, next(1), rows),
  };
}

/** The block in a buffer of its own, ready to be transferred and written. */
export function encodeRecordBlock(block: RecordBlock): PendingBlock & { readonly buffer: ArrayBuffer } {
  const { rows, events } = block;
  const json = events.length === 0 ? null : new TextEncoder().encode(JSON.stringify(events));
  const eventBytes = json?.length ?? 0;
  const eventsAt = BLOCK_HEADER_BYTES + HEAD_BYTES + ROW_BYTES * rows.length;
  const buffer = new ArrayBuffer(eventsAt + eventBytes);
  const bytes = new Uint8Array(buffer);
  new Uint32Array(buffer, BLOCK_HEADER_BYTES, 4).set([rows.length, events.length, eventBytes, 0]);
  const columns = columnsOver(buffer, BLOCK_HEADER_BYTES + HEAD_BYTES, rows.length);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index];
    if (row === undefined) break;
    columns.time[index] = row.time;
    columns.deviceTime[index] = row.deviceTime ?? Number.NaN;
    columns.receivedAt[index] = row.receivedAt;
    columns.value[index] = row.value;
    columns.pointIndex[index] = row.pointIndex;
    columns.flags[index] = row.flags;
    columns.quality[index] = QUALITIES.indexOf(row.quality);
  }
  if (json !== null) bytes.set(json, eventsAt);
  return { buffer, bytes, firstPosition: block.fromPosition, lastPosition: block.toPosition };
}

/** The rows of a block's payload. Throws a RangeError when it is no such payload. */
export function decodeRows(payload: Uint8Array): Measurement[] {
  const { rows } = readHead(payload);
  const aligned = new Uint8Array(ROW_BYTES * rows);
  aligned.set(payload.subarray(HEAD_BYTES, HEAD_BYTES + aligned.length));
  const columns = columnsOver(aligned.buffer, 0, rows);
  const found: Measurement[] = [];
  for (let index = 0; index < rows; index += 1) {
    const deviceTime = columns.deviceTime[index] ?? Number.NaN;
    found.push({
      pointIndex: columns.pointIndex[index] ?? 0,
      time: columns.time[index] ?? 0,
      deviceTime: Number.isNaN(deviceTime) ? null : deviceTime,
      receivedAt: columns.receivedAt[index] ?? 0,
      value: columns.value[index] ?? 0,
      quality: QUALITIES[columns.quality[index] ?? 2] ?? 'bad',
      flags: columns.flags[index] ?? 0,
    });
  }
  return found;
}

/** JSON of the block's events, as bytes (a view); empty when it has none. */
export function eventBytesOf(payload: Uint8Array): Uint8Array {
  const { rows, eventBytes } = readHead(payload);
  const at = HEAD_BYTES + ROW_BYTES * rows;
  return payload.subarray(at, at + eventBytes);
}

/** The events in what `eventBytesOf` gave. */
export function parseEvents(json: Uint8Array): readonly KeyedEvent[] {
  if (json.length === 0) return NO_EVENTS;
  const events: unknown = JSON.parse(new TextDecoder().decode(json));
  if (!Array.isArray(events)) throw new RangeError('events of a record block are not a list');
  return events;
}

export const hasEvents = (payload: Uint8Array): boolean => readHead(payload).events > 0;

function readHead(payload: Uint8Array): { rows: number; events: number; eventBytes: number } {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const [rows, events, eventBytes] = [0, 4, 8].map((at) => view.getUint32(at, true));
  if (rows === undefined || events === undefined || eventBytes === undefined) throw new RangeError('no head');
  const length = HEAD_BYTES + ROW_BYTES * rows + eventBytes;
  if (length !== payload.length) throw new RangeError(`a record block of ${payload.length} bytes`);
  return { rows, events, eventBytes };
}
