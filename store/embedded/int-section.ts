/**
 * A list of integers, small around a base: groups of 64 zigzag codes, each packed at the group's own bit width; the few
 * codes that do not fit leave their high part in an exception list (patched frame of reference). Quiet stretches
 * cost one byte per group, one spike does not widen its neighbours, and unpacking needs no branch per value.
 */
import {
  type ByteReader,
  type ByteWriter,
  ChunkDamaged,
  getByte,
  getSigned,
  getVarint,
  putByte,
  putSigned,
  putVarint,
  requireBytes,
  unzigzag,
  zigzag,
} from './byte-cursor.ts';

const GROUP = 64;
/** A 32-bit window read at any bit offset of a byte holds 25 whole bits. */
const WIDTH_MAX = 25;
const HAS_EXCEPTIONS = 0x20;
const CONSTANT = 0;
const PACKED = 1;
/** Bits of the largest code: 2^53. */
const CODE_BITS = 54;

const codes = new Float64Array(GROUP);
const lengths = new Uint8Array(GROUP);
const sample = new Float64Array(32);
const histogram = new Uint16Array(CODE_BITS + 1);

/** Writes `ints[0..count)`, each within 2^52 of the base it chooses. Takes at most 12 bytes per integer, plus 16. */
export function putInts(writer: ByteWriter, ints: Float64Array, count: number): void {
  const first = count > 0 ? (ints[0] ?? 0) : 0;
  let same = 1;
  while (same < count && ints[same] === first) same++;
  const constant = same >= count;
  const base = constant ? first : sampledMedian(ints, count);
  putByte(writer, constant ? CONSTANT : PACKED);
  putSigned(writer, base);
  if (constant) return;
  for (let start = 0; start < count; start += GROUP)
    putGroup(writer, ints, start, Math.min(GROUP, count - start), base);
}

/** Reads `count` integers into `out`. The four bytes after the reader's end must exist (the checksum): windows reach into them. */
export function getInts(reader: ByteReader, out: Float64Array, count: number): void {
  const form = getByte(reader);
  const base = getSigned(reader);
  if (form === CONSTANT) {
    out.fill(base, 0, count);
    return;
  }
  if (form !== PACKED) throw new ChunkDamaged(`unknown form ${form} of an integer section`);
  for (let start = 0; start < count; start += GROUP)
    getGroup(reader, out, start, Math.min(GROUP, count - start), base);
}

/** Middle of up to 32 evenly spread items: a base that neither gaps nor spikes move. */
function sampledMedian(ints: Float64Array, count: number): number {
  const taken = Math.min(count, sample.length);
  for (let k = 0; k < taken; k++) sample[k] = ints[Math.floor((k * count) / taken)] ?? 0;
  const sorted = taken === sample.length ? sample.sort() : sample.subarray(0, taken).sort();
  return sorted[taken >> 1] ?? 0;
}

function putGroup(writer: ByteWriter, ints: Float64Array, start: number, count: number, base: number): void {
  histogram.fill(0);
  for (let i = 0; i < count; i++) {
    const code = zigzag((ints[start + i] ?? 0) - base);
    const length = bitLength(code);
    codes[i] = code;
    lengths[i] = length;
    histogram[length] = (histogram[length] ?? 0) + 1;
  }
  const width = cheapestWidth(count);
  let exceptions = 0;
  for (let length = width + 1; length <= CODE_BITS; length++) exceptions += histogram[length] ?? 0;
  putByte(writer, exceptions > 0 ? width | HAS_EXCEPTIONS : width);
  if (exceptions > 0) putByte(writer, exceptions);
  packLowBits(writer, count, width);
  if (exceptions > 0) putExceptions(writer, count, width);
}

/** Weighs every width that some code has against what the wider codes would cost as exceptions. */
function cheapestWidth(count: number): number {
  let best = 0;
  let bestBits = Infinity;
  for (let width = 0; width <= WIDTH_MAX; width++) {
    if (width > 0 && histogram[width] === 0 && width < WIDTH_MAX) continue;
    let bits = Math.ceil((count * width) / 8) * 8;
    let exceptions = 0;
    for (let length = width + 1; length <= CODE_BITS; length++) {
      const many = histogram[length] ?? 0;
      if (many === 0) continue;
      exceptions += many;
      bits += many * (8 + 8 * Math.ceil((length - width) / 7));
    }
    if (exceptions > 0) bits += 8;
    if (bits < bestBits) {
      bestBits = bits;
      best = width;
    }
    if (exceptions === 0) break;
  }
  return best;
}

function packLowBits(writer: ByteWriter, count: number, width: number): void {
  if (width === 0) return;
  const modulus = 2 ** width;
  const { bytes } = writer;
  let window = 0;
  let held = 0;
  let at = writer.at;
  for (let i = 0; i < count; i++) {
    const code = codes[i] ?? 0;
    const low = code < modulus ? code : code % modulus;
    window |= low << held;
    held += width;
    while (held >= 8) {
      bytes[at++] = window;
      window >>>= 8;
      held -= 8;
    }
  }
  if (held > 0) bytes[at++] = window;
  writer.at = at;
}

function putExceptions(writer: ByteWriter, count: number, width: number): void {
  const modulus = 2 ** width;
  for (let i = 0; i < count; i++) {
    if ((lengths[i] ?? 0) <= width) continue;
    putByte(writer, i);
    putVarint(writer, Math.floor((codes[i] ?? 0) / modulus));
  }
}

function getGroup(reader: ByteReader, out: Float64Array, start: number, count: number, base: number): void {
  const head = getByte(reader);
  const width = head & (HAS_EXCEPTIONS - 1);
  if (width > WIDTH_MAX || head >= HAS_EXCEPTIONS * 2) throw new ChunkDamaged(`impossible bit width ${head}`);
  const exceptions = head & HAS_EXCEPTIONS ? getByte(reader) : 0;
  if (exceptions > count) throw new ChunkDamaged('more exceptions than integers');
  const byteCount = Math.ceil((count * width) / 8);
  requireBytes(reader, byteCount);
  if (width === 0) out.fill(base, start, start + count);
  else unpack(reader, out, start, count, width, base);
  const low = reader.at * 8;
  reader.at += byteCount;
  for (let i = 0; i < exceptions; i++) patch(reader, out, start, count, width, base, low);
}

function unpack(
  reader: ByteReader,
  out: Float64Array,
  start: number,
  count: number,
  width: number,
  base: number,
): void {
  const { view } = reader;
  const mask = 2 ** width - 1;
  const end = start + count;
  let bit = reader.at * 8;
  for (let i = start; i < end; i++) {
    const code = (view.getInt32(bit >> 3, true) >>> (bit & 7)) & mask;
    out[i] = ((code >>> 1) ^ -(code & 1)) + base;
    bit += width;
  }
}

function patch(
  reader: ByteReader,
  out: Float64Array,
  start: number,
  count: number,
  width: number,
  base: number,
  firstBit: number,
): void {
  const index = getByte(reader);
  if (index >= count) throw new ChunkDamaged('exception outside its group');
  const bit = firstBit + index * width;
  const low = width === 0 ? 0 : (reader.view.getInt32(bit >> 3, true) >>> (bit & 7)) & (2 ** width - 1);
  out[start + index] = unzigzag(getVarint(reader) * 2 ** width + low) + base;
}

const bitLength = (code: number): number =>
  code < 0x80000000 ? 32 - Math.clz32(code) : 32 + (32 - Math.clz32(Math.floor(code / 0x100000000)));
