/**
 * A record block as bytes: u32 rows · u32 events · u32 event bytes · u32 0, then one column after another (time,
 * deviceTime, receivedAt, value as f64; pointIndex u32; flags u16; quality u8), then the events as JSON. Rows cross
 * threads, the disk and the measurement store in this form; nobody makes objects of them on the way.
 */
import { endianness } from 'node:os';
import type { Measurement } from '#domain/measurement.ts';
import { BLOCK_HEADER_BYTES, type PendingBlock } from './log-block.ts';
import {
  columnsOver,
  fillColumns,
  type MeasurementColumns,
  measurementsOf,
  ROW_BYTES,
} from './measurement-columns.ts';
import type { KeyedEvent, RecordBlock } from './ports.ts';

const HEAD_BYTES = 16;
const NO_EVENTS: readonly KeyedEvent[] = [];

if (endianness() !== 'LE') throw new Error('the record log is little-endian, this machine is not');

/** The block in a buffer of its own, ready to be transferred and written. */
export function encodeRecordBlock(block: RecordBlock): PendingBlock & { readonly buffer: ArrayBuffer } {
  const { rows, events } = block;
  const json = events.length === 0 ? null : new TextEncoder().encode(JSON.stringify(events));
  const eventBytes = json?.length ?? 0;
  const eventsAt = BLOCK_HEADER_BYTES + HEAD_BYTES + ROW_BYTES * rows.length;
  const buffer = new ArrayBuffer(eventsAt + eventBytes);
  const bytes = new Uint8Array(buffer);
  new Uint32Array(buffer, BLOCK_HEADER_BYTES, 4).set([rows.length, events.length, eventBytes, 0]);
  fillColumns(columnsOver(buffer, BLOCK_HEADER_BYTES + HEAD_BYTES, rows.length), rows);
  if (json !== null) bytes.set(json, eventsAt);
  return { buffer, bytes, firstPosition: block.fromPosition, lastPosition: block.toPosition };
}

/**
 * The rows of a block's payload: a view where it is aligned, as the payload of `encodeRecordBlock` is. Throws a RangeError
 * when it is no such payload.
 */
export function rowColumnsOf(payload: Uint8Array): MeasurementColumns {
  const { rows } = readHead(payload);
  const offset = payload.byteOffset + HEAD_BYTES;
  if (offset % 8 === 0) return columnsOver(payload.buffer, offset, rows);
  const aligned = new Uint8Array(ROW_BYTES * rows);
  aligned.set(payload.subarray(HEAD_BYTES, HEAD_BYTES + aligned.length));
  return columnsOver(aligned.buffer, 0, rows);
}

/** The same rows as objects. */
export const decodeRows = (payload: Uint8Array): Measurement[] => measurementsOf(rowColumnsOf(payload));

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
