/**
 * The values of one chunk. Sensors send decimals (18.3, 0.42): such values are kept as integers at one power of ten, so
 * that neighbours differ by a few units. A value is taken as a decimal only when dividing gives back the very same
 * double. Odd ones out stay beside it as raw doubles; where most are odd, all are kept as bytes of the difference (XOR)
 * to the one before, plane by plane, as 32-bit floats when every value is one, squeezed by zstd when that wins.
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import {
  type ByteReader,
  type ByteWriter,
  ChunkDamaged,
  getByte,
  getBytes,
  getDouble,
  getSigned,
  getVarint,
  putByte,
  putBytes,
  putDouble,
  putSigned,
  putVarint,
} from './byte-cursor.ts';
import { getInts, putInts } from './int-section.ts';

/** Most rows one chunk may hold: bounds every allocation the decoder makes. */
export const CHUNK_ROWS_MAX = 4096;

const SCALE_MAX = 9;
/** Keeps the exact sum of a whole chunk within 2^50, where scaling back and forth loses nothing. */
const SCALED_LIMIT = 2 ** 38;
const POWERS = Float64Array.from({ length: SCALE_MAX + 1 }, (_, i) => 10 ** i);

/** Form byte: 0-9 = decimals at that scale, else planes; the bits above are set beside it. */
const PLANES_4 = 10;
const PLANES_8 = 11;
const FORM_MASK = 15;
const DELTAS = 16;
const ODD_ONES = 32;
const SQUEEZED = 64;

const ints = new Float64Array(CHUNK_ROWS_MAX);
const deltas = new Float64Array(CHUNK_ROWS_MAX);
const odd = new Uint16Array(CHUNK_ROWS_MAX);
const doubles = new Float64Array(CHUNK_ROWS_MAX);
const doubleBytes = new Uint8Array(doubles.buffer);
const floats = new Float32Array(CHUNK_ROWS_MAX);
const floatBytes = new Uint8Array(floats.buffer);

/** Writes `count` values (NaN included); returns the scale when all are decimals of it or NaN, else -1. */
export function putValues(writer: ByteWriter, values: Float64Array, count: number): number {
  const scale = commonScale(values, count);
  if (scale < 0) {
    putPlanes(writer, values, count);
    return -1;
  }
  const { oddCount, missing } = scaleAll(values, count, scale);
  const asDeltas = deltasAreSmaller(count);
  putByte(writer, scale | (asDeltas ? DELTAS : 0) | (oddCount > 0 ? ODD_ONES : 0));
  if (asDeltas) {
    putSigned(writer, ints[0] ?? 0);
    for (let i = 1; i < count; i++) deltas[i - 1] = (ints[i] ?? 0) - (ints[i - 1] ?? 0);
    putInts(writer, deltas, count - 1);
  } else putInts(writer, ints, count);
  if (oddCount > 0) putOddOnes(writer, values, oddCount);
  return oddCount === missing ? scale : -1;
}

/** Reads `count` values into `out` from `start`. */
export function getValues(reader: ByteReader, out: Float64Array, start: number, count: number): void {
  const head = getByte(reader);
  const form = head & FORM_MASK;
  if (form === PLANES_4 || form === PLANES_8) {
    getPlanes(reader, out, start, count, form === PLANES_4 ? 4 : 8, (head & SQUEEZED) !== 0);
    return;
  }
  const power = POWERS[form];
  if (power === undefined) throw new ChunkDamaged(`unknown form ${form} of values`);
  if (head & DELTAS) getRunning(reader, out, start, count, power);
  else {
    getInts(reader, ints, count);
    for (let i = 0; i < count; i++) out[start + i] = (ints[i] ?? 0) / power;
  }
  if (head & ODD_ONES) getOddOnes(reader, out, start, count);
}

/** The value as an integer at `scale`; exact only for a value that `putValues` kept so. */
export const scaledInteger = (value: number, scale: number): number =>
  Math.round(value * (POWERS[scale] ?? 1));
export const fromScaled = (integer: number, scale: number): number => integer / (POWERS[scale] ?? 1);

/** Smallest scale at which nearly all values are exact decimals; -1 when too many are none. */
function commonScale(values: Float64Array, count: number): number {
  let scale = 0;
  let others = 0;
  const bearable = 4 + (count >> 4);
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? NaN;
    if (value !== value || isDecimal(value, scale)) continue;
    let wider = scale + 1;
    while (wider <= SCALE_MAX && !isDecimal(value, wider)) wider++;
    if (wider <= SCALE_MAX) scale = wider;
    else if (++others > bearable) return -1;
  }
  return others * 2 > count ? -1 : scale;
}

function isDecimal(value: number, scale: number): boolean {
  const power = POWERS[scale] ?? 1;
  const integer = Math.round(value * power);
  return integer / power === value && Math.abs(integer) < SCALED_LIMIT;
}

/** Fills `ints`, repeating the one before for NaN and odd ones, whose places go to `odd`. */
function scaleAll(values: Float64Array, count: number, scale: number): { oddCount: number; missing: number } {
  const power = POWERS[scale] ?? 1;
  let oddCount = 0;
  let missing = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i] ?? NaN;
    const integer = Math.round(value * power);
    if (integer / power === value && Math.abs(integer) < SCALED_LIMIT) before = integer;
    else {
      if (value !== value) missing++;
      odd[oddCount++] = i;
    }
    ints[i] = before;
  }
  return { oddCount, missing };
}

/** Compares, on up to 256 places, the sizes of differences with the sizes around the middle value. */
function deltasAreSmaller(count: number): boolean {
  const step = Math.max(1, count >> 8);
  const middle = ints[count >> 1] ?? 0;
  let plain = 0;
  let stepped = 0;
  for (let i = 1; i < count; i += step) {
    const value = ints[i] ?? 0;
    plain += roughBits(Math.abs(value - middle));
    stepped += roughBits(Math.abs(value - (ints[i - 1] ?? 0)));
  }
  return stepped <= plain;
}

const roughBits = (size: number): number => (size < 0x7fffffff ? 32 - Math.clz32(size) : 40);

function getRunning(
  reader: ByteReader,
  out: Float64Array,
  start: number,
  count: number,
  power: number,
): void {
  let integer = getSigned(reader);
  getInts(reader, deltas, count - 1);
  out[start] = integer / power;
  for (let i = 1; i < count; i++) {
    integer += deltas[i - 1] ?? 0;
    out[start + i] = integer / power;
  }
}

/** Places as distances; each followed by 0 for NaN, or 1 and the double. */
function putOddOnes(writer: ByteWriter, values: Float64Array, oddCount: number): void {
  putVarint(writer, oddCount);
  let before = 0;
  for (let k = 0; k < oddCount; k++) {
    const index = odd[k] ?? 0;
    const value = values[index] ?? NaN;
    const isNumber = value === value;
    putVarint(writer, (index - before) * 2 + (isNumber ? 1 : 0));
    if (isNumber) putDouble(writer, value);
    before = index;
  }
}

function getOddOnes(reader: ByteReader, out: Float64Array, start: number, count: number): void {
  const oddCount = getVarint(reader);
  if (oddCount > count) throw new ChunkDamaged('more odd values than values');
  let index = 0;
  for (let k = 0; k < oddCount; k++) {
    const step = getVarint(reader);
    index += Math.floor(step / 2);
    if (index >= count) throw new ChunkDamaged('odd value outside the chunk');
    out[start + index] = step % 2 === 1 ? getDouble(reader) : NaN;
  }
}

function putPlanes(writer: ByteWriter, values: Float64Array, count: number): void {
  let single = true;
  for (let i = 0; i < count && single; i++) {
    const value = values[i] ?? NaN;
    single = value !== value || Math.fround(value) === value;
  }
  const width = single ? 4 : 8;
  if (single) floats.set(values.subarray(0, count));
  else doubles.set(values.subarray(0, count));
  const planes = intoPlanes(single ? floatBytes : doubleBytes, count, width);
  const squeezed = zstdCompressSync(planes);
  const wins = squeezed.length + 3 < planes.length * 0.9;
  putByte(writer, (single ? PLANES_4 : PLANES_8) | (wins ? SQUEEZED : 0));
  if (wins) putVarint(writer, squeezed.length);
  putBytes(writer, wins ? squeezed : planes);
}

/** Byte k of every value side by side, each XORed with that of the value before. */
function intoPlanes(source: Uint8Array, count: number, width: number): Uint8Array {
  const planes = new Uint8Array(count * width);
  for (let k = 0; k < width; k++) {
    let before = 0;
    for (let i = 0; i < count; i++) {
      const byte = source[i * width + k] ?? 0;
      planes[k * count + i] = byte ^ before;
      before = byte;
    }
  }
  return planes;
}

function getPlanes(
  reader: ByteReader,
  out: Float64Array,
  start: number,
  count: number,
  width: 4 | 8,
  squeezed: boolean,
): void {
  const planes = squeezed
    ? inflated(getBytes(reader, getVarint(reader)), count * width)
    : getBytes(reader, count * width);
  const target = width === 4 ? floatBytes : doubleBytes;
  for (let k = 0; k < width; k++) {
    let before = 0;
    for (let i = 0; i < count; i++) {
      before ^= planes[k * count + i] ?? 0;
      target[i * width + k] = before;
    }
  }
  out.set((width === 4 ? floats : doubles).subarray(0, count), start);
}

function inflated(bytes: Uint8Array, length: number): Uint8Array {
  let plain: Uint8Array;
  try {
    plain = zstdDecompressSync(bytes, { maxOutputLength: length });
  } catch (error) {
    throw new ChunkDamaged('zstd refuses the values', { cause: error });
  }
  if (plain.length !== length) throw new ChunkDamaged('values of another length');
  return plain;
}
