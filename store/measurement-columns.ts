/**
 * Rows of measurements side by side, as a record block has them and as the measurement store takes them: between the fold
 * and the store nobody makes an object of a row.
 */
import type { Measurement, Quality } from '#domain/measurement.ts';

/** Codes of quality, in memory and on disk: the place in this list; a higher code is a worse quality. */
export const QUALITIES: readonly [Quality, Quality, Quality] = ['good', 'uncertain', 'bad'];
export const BAD = 2;

export const qualityCode = (quality: Quality): number =>
  quality === 'good' ? 0 : quality === 'uncertain' ? 1 : BAD;

export type MeasurementColumns = {
  readonly length: number;
  readonly pointIndex: Uint32Array;
  readonly time: Float64Array;
  /** NaN when the device sent no time. */
  readonly deviceTime: Float64Array;
  readonly receivedAt: Float64Array;
  /** NaN when the sensor gave none. */
  readonly value: Float64Array;
  /** Whoever reads takes a code above BAD for BAD. */
  readonly quality: Uint8Array;
  readonly flags: Uint16Array;
};

/** Bytes of a row over all columns. */
export const ROW_BYTES = 4 * 8 + 4 + 2 + 1;

/** The columns of `length` rows one after another, laid over `buffer` from `offset` (a multiple of 8). */
export function columnsOver(buffer: ArrayBufferLike, offset: number, length: number): MeasurementColumns {
  let at = offset;
  const next = (bytes: number): number => {
    const from = at;
    at += bytes * length;
    return from;
  };
  return {
    length,
    time: new Float64Array(buffer, next(8), length),
    deviceTime: new Float64Array(buffer, next(8), length),
    receivedAt: new Float64Array(buffer, next(8), length),
    value: new Float64Array(buffer, next(8), length),
    pointIndex: new Uint32Array(buffer, next(4), length),
    flags: new Uint16Array(buffer, next(2), length),
    quality: new Uint8Array(buffer, next(1), length),
  };
}

/** Lays rows into columns that have room for them. */
export function fillColumns(columns: MeasurementColumns, rows: readonly Measurement[]): void {
  const { time, deviceTime, receivedAt, value, pointIndex, flags, quality } = columns;
  let at = 0;
  for (const row of rows) {
    time[at] = row.time;
    deviceTime[at] = row.deviceTime ?? Number.NaN;
    receivedAt[at] = row.receivedAt;
    value[at] = row.value;
    pointIndex[at] = row.pointIndex;
    flags[at] = row.flags;
    quality[at] = qualityCode(row.quality);
    at += 1;
  }
}

export function columnsOf(rows: readonly Measurement[]): MeasurementColumns {
  const columns = columnsOver(new ArrayBuffer(ROW_BYTES * rows.length), 0, rows.length);
  fillColumns(columns, rows);
  return columns;
}

/** For whoever must have them one by one. */
export function measurementsOf(columns: MeasurementColumns): Measurement[] {
  const rows: Measurement[] = [];
  for (let index = 0; index < columns.length; index += 1) {
    const deviceTime = columns.deviceTime[index] ?? Number.NaN;
    rows.push({
      pointIndex: columns.pointIndex[index] ?? 0,
      time: columns.time[index] ?? 0,
      deviceTime: Number.isNaN(deviceTime) ? null : deviceTime,
      receivedAt: columns.receivedAt[index] ?? 0,
      value: columns.value[index] ?? 0,
      quality: QUALITIES[columns.quality[index] ?? BAD] ?? 'bad',
      flags: columns.flags[index] ?? 0,
    });
  }
  return rows;
}
