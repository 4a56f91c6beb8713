/** Writing and reading the bytes of a chunk. Reading checks every bound: a torn or forged chunk throws ChunkDamaged. */

/** A chunk's bytes do not decode. Never leaves the store: the chunk is reported and skipped. */
export class ChunkDamaged extends Error {
  override readonly name = 'ChunkDamaged';
}

export type ByteWriter = { readonly bytes: Uint8Array; readonly view: DataView; at: number };
export type ByteReader = {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
  readonly end: number;
};

export function newWriter(capacity: number): ByteWriter {
  const bytes = new Uint8Array(capacity);
  return { bytes, view: new DataView(bytes.buffer), at: 0 };
}

/** Reads `bytes` up to `end` (exclusive). */
export function newReader(bytes: Uint8Array, end: number): ByteReader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), at: 0, end };
}

export function putByte(writer: ByteWriter, byte: number): void {
  writer.bytes[writer.at++] = byte;
}

/** LEB128 of a safe integer >= 0. */
export function putVarint(writer: ByteWriter, value: number): void {
  let rest = value;
  while (rest >= 128) {
    writer.bytes[writer.at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  writer.bytes[writer.at++] = rest;
}

/** Zigzag varint of an integer of at most 52 bits and sign. */
export const putSigned = (writer: ByteWriter, value: number): void => putVarint(writer, zigzag(value));

export function putDouble(writer: ByteWriter, value: number): void {
  writer.view.setFloat64(writer.at, value, true);
  writer.at += 8;
}

export function putBytes(writer: ByteWriter, bytes: Uint8Array): void {
  writer.bytes.set(bytes, writer.at);
  writer.at += bytes.length;
}

export function getByte(reader: ByteReader): number {
  if (reader.at >= reader.end) throw new ChunkDamaged('bytes end early');
  return reader.bytes[reader.at++] ?? 0;
}

export function getVarint(reader: ByteReader): number {
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 8; count++) {
    const byte = getByte(reader);
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
  throw new ChunkDamaged('varint too long');
}

export const getSigned = (reader: ByteReader): number => unzigzag(getVarint(reader));

export function getDouble(reader: ByteReader): number {
  requireBytes(reader, 8);
  const value = reader.view.getFloat64(reader.at, true);
  reader.at += 8;
  return value;
}

export function getBytes(reader: ByteReader, count: number): Uint8Array {
  requireBytes(reader, count);
  reader.at += count;
  return reader.bytes.subarray(reader.at - count, reader.at);
}

/** Throws ChunkDamaged unless `count` more bytes are there. */
export function requireBytes(reader: ByteReader, count: number): void {
  if (!(count >= 0) || reader.at + count > reader.end) throw new ChunkDamaged('bytes end early');
}

export const zigzag = (value: number): number => (value >= 0 ? value * 2 : value * -2 - 1);
export const unzigzag = (code: number): number => (code % 2 === 0 ? code / 2 : (code + 1) / -2);
