/**
 * One block of a log: a header of 40 bytes, then the payload. Little-endian.
 *
 *   0 u32 magic · 4 u32 CRC-32 of everything after it · 8 u32 payload bytes · 12 u32 salt of its file
 *   16 f64 first position · 24 f64 last position · 32 f64 first position of the append it was written in
 *
 * Appends are synced one by one. So a block whose append began after position p proves that p was on the medium: by
 * this, damage to synced bytes is told from the torn tail of an append that nobody was ever told of. The salt is drawn
 * for each file, so that no block hidden in a publish's payload can ever pass for one of ours.
 */
import { crc32 } from 'node:zlib';

export const BLOCK_HEADER_BYTES = 40;
/** Far above one group commit (64 MiB are held at most); a longer length is damage. */
export const BLOCK_BYTES_MAX = 512 * 1024 * 1024;

const MAGIC = 0x4c4c_4f47;
const MAGIC_BYTES = new Uint8Array(new Uint32Array([MAGIC]).buffer);

/** Whole block as it will lie on disk: room for the header, then the payload. */
export type PendingBlock = {
  readonly bytes: Uint8Array;
  readonly firstPosition: number;
  readonly lastPosition: number;
};

export type LogBlock = {
  readonly firstPosition: number;
  readonly lastPosition: number;
  readonly appendFirst: number;
  /** Where it begins and ends in the bytes it was read from. */
  readonly offset: number;
  readonly end: number;
  /** A view, not aligned: copy it before laying typed arrays over it. */
  readonly payload: Uint8Array;
};

/** Fills in the header in place. Throws a RangeError when the block is too long. */
export function sealBlock(block: PendingBlock, appendFirst: number, salt: number): void {
  const { bytes } = block;
  if (bytes.length > BLOCK_BYTES_MAX) throw new RangeError(`a block of ${bytes.length} bytes`);
  const view = viewOf(bytes);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, bytes.length - BLOCK_HEADER_BYTES, true);
  view.setUint32(12, salt, true);
  view.setFloat64(16, block.firstPosition, true);
  view.setFloat64(24, block.lastPosition, true);
  view.setFloat64(32, appendFirst, true);
  view.setUint32(4, crc32(bytes.subarray(8)), true);
}

/** The block at `offset`, or null when there is no whole and undamaged one. */
export function readBlock(bytes: Uint8Array, offset: number, salt: number): LogBlock | null {
  const end = blockEnd(bytes, offset, salt);
  if (end === null || end > bytes.length) return null;
  const view = viewOf(bytes);
  if (view.getUint32(offset + 4, true) !== crc32(bytes.subarray(offset + 8, end))) return null;
  const firstPosition = view.getFloat64(offset + 16, true);
  const lastPosition = view.getFloat64(offset + 24, true);
  const appendFirst = view.getFloat64(offset + 32, true);
  const sane = Number.isSafeInteger(firstPosition) && Number.isSafeInteger(lastPosition);
  if (!sane || lastPosition < firstPosition) return null;
  const payload = bytes.subarray(offset + BLOCK_HEADER_BYTES, end);
  return { firstPosition, lastPosition, appendFirst, offset, end, payload };
}

/** Where the block at `offset` says it ends (perhaps past the bytes at hand), or null when none begins there. */
export function blockEnd(bytes: Uint8Array, offset: number, salt: number): number | null {
  if (offset + BLOCK_HEADER_BYTES > bytes.length) return null;
  const view = viewOf(bytes);
  if (view.getUint32(offset, true) !== MAGIC || view.getUint32(offset + 12, true) !== salt) return null;
  const end = offset + BLOCK_HEADER_BYTES + view.getUint32(offset + 8, true);
  return end - offset > BLOCK_BYTES_MAX ? null : end;
}

/** The next whole block that begins at or after `offset`, wherever it lies; null when there is none. */
export function findBlock(bytes: Uint8Array, offset: number, salt: number): LogBlock | null {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = buffer.indexOf(MAGIC_BYTES, offset);
  while (at !== -1) {
    const block = readBlock(bytes, at, salt);
    if (block !== null) return block;
    at = buffer.indexOf(MAGIC_BYTES, at + 1);
  }
  return null;
}

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The same block as bytes of their own, sealed for another file. */
export function renewed(block: LogBlock, salt: number): Uint8Array {
  const bytes = new Uint8Array(block.end - block.offset);
  bytes.set(block.payload, BLOCK_HEADER_BYTES);
  sealBlock({ ...block, bytes }, block.appendFirst, salt);
  return bytes;
}
