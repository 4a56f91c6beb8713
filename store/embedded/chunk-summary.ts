/** The head of a chunk: what queries over whole chunks need, in a few bytes. */
import { BAD } from '../measurement-columns.ts';
import {
  type ByteReader,
  type ByteWriter,
  ChunkDamaged,
  getByte,
  getDouble,
  getSigned,
  getVarint,
  putByte,
  putDouble,
  putSigned,
  putVarint,
} from './byte-cursor.ts';
import { type RowColumns } from './row-columns.ts';
import { CHUNK_ROWS_MAX, fromScaled, scaledInteger } from './value-section.ts';

/** What a chunk says of itself without being decoded. `min` to `last` are over rows that are not bad; NaN when there are none. */
export type ChunkSummary = {
  readonly rows: number;
  readonly notBad: number;
  readonly worstQuality: number;
  readonly firstTime: number;
  readonly lastTime: number;
  readonly min: number;
  readonly max: number;
  readonly sum: number;
  readonly last: number;
  /** Time of `last`. */
  readonly lastAt: number;
};

/** Sums up rows [from, to); `scale` is that of their values, or -1 when they are not all decimals. */
export function summarise(columns: RowColumns, from: number, to: number, scale: number): ChunkSummary {
  let notBad = 0;
  let worstQuality = 0;
  let min = Infinity;
  let max = -Infinity;
  let sum = 0;
  let last = NaN;
  let lastAt = NaN;
  for (let i = from; i < to; i++) {
    const quality = columns.quality[i] ?? BAD;
    const value = columns.value[i] ?? NaN;
    if (quality > worstQuality) worstQuality = quality;
    if (quality === BAD || value !== value) continue;
    notBad++;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += scale >= 0 ? scaledInteger(value, scale) : value;
    last = value;
    lastAt = columns.time[i] ?? 0;
  }
  const firstTime = columns.time[from] ?? 0;
  const lastTime = columns.time[to - 1] ?? 0;
  if (scale >= 0) sum = fromScaled(sum, scale);
  return { rows: to - from, notBad, worstQuality, firstTime, lastTime, min, max, sum, last, lastAt };
}

/** Writes a summary: its numbers as decimals at `scale`, or as doubles when that is -1. */
export function putSummary(
  writer: ByteWriter,
  summary: ChunkSummary,
  spanStart: number,
  scale: number,
): void {
  const { rows, notBad, min, max, sum, last } = summary;
  putVarint(writer, rows);
  putVarint(writer, (rows - notBad) * 3 + summary.worstQuality);
  putVarint(writer, summary.firstTime - spanStart);
  putVarint(writer, summary.lastTime - summary.firstTime);
  if (notBad === 0) return;
  if (notBad < rows) putVarint(writer, summary.lastTime - summary.lastAt);
  if (scale < 0) {
    for (const number of [min, max, sum, last]) putDouble(writer, number);
    return;
  }
  const low = scaledInteger(min, scale);
  putByte(writer, scale);
  putSigned(writer, low);
  putVarint(writer, scaledInteger(max, scale) - low);
  putVarint(writer, scaledInteger(last, scale) - low);
  putVarint(writer, scaledInteger(sum, scale) - low * notBad);
}

/** Reads what `putSummary` wrote. Throws ChunkDamaged. */
export function getSummary(reader: ByteReader, spanStart: number, decimal: boolean): ChunkSummary {
  const rows = getVarint(reader);
  const badAndWorst = getVarint(reader);
  const notBad = rows - Math.floor(badAndWorst / 3);
  if (rows < 1 || rows > CHUNK_ROWS_MAX || notBad < 0) throw new ChunkDamaged(`impossible row count ${rows}`);
  const firstTime = spanStart + getVarint(reader);
  const lastTime = firstTime + getVarint(reader);
  const known = { rows, notBad, worstQuality: badAndWorst % 3, firstTime, lastTime };
  if (notBad === 0) return { ...known, min: NaN, max: NaN, sum: 0, last: NaN, lastAt: NaN };
  const lastAt = notBad < rows ? lastTime - getVarint(reader) : lastTime;
  if (!decimal) {
    const [min, max, sum, last] = [
      getDouble(reader),
      getDouble(reader),
      getDouble(reader),
      getDouble(reader),
    ];
    return { ...known, min, max, sum, last, lastAt };
  }
  const scale = getByte(reader);
  const low = getSigned(reader);
  const max = fromScaled(low + getVarint(reader), scale);
  const last = fromScaled(low + getVarint(reader), scale);
  const sum = fromScaled(low * notBad + getVarint(reader), scale);
  return { ...known, min: fromScaled(low, scale), max, sum, last, lastAt };
}
