/**
 * Live values as one binary frame, little-endian, 9 bytes a change after a 16-byte head:
 * f64 server time (epoch ms) · u32 count · u32 zero · u32 point index[count] · f32 value[count] (NaN = none) · u8 quality[count]
 * (0 good, 1 uncertain, 2 bad).
 */
export type PointChange = { readonly index: number; readonly value: number; readonly quality: 0 | 1 | 2 };

export function encodePoints(serverTime: number, changes: readonly PointChange[]): ArrayBuffer {
  const count = changes.length;
  const buffer = new ArrayBuffer(16 + count * 9);
  const view = new DataView(buffer);
  view.setFloat64(0, serverTime, true);
  view.setUint32(8, count, true);
  changes.forEach((change, i) => {
    view.setUint32(16 + i * 4, change.index, true);
    view.setFloat32(16 + count * 4 + i * 4, change.value, true);
    view.setUint8(16 + count * 8 + i, change.quality);
  });
  return buffer;
}

/** Throws a RangeError when the frame is shorter than its count says. */
export function decodePoints(buffer: ArrayBuffer): { serverTime: number; changes: PointChange[] } {
  const view = new DataView(buffer);
  const count = view.getUint32(8, true);
  if (buffer.byteLength < 16 + count * 9) throw new RangeError('points frame is cut short');
  const changes: PointChange[] = [];
  for (let i = 0; i < count; i++) {
    const quality = view.getUint8(16 + count * 8 + i);
    changes.push({
      index: view.getUint32(16 + i * 4, true),
      value: view.getFloat32(16 + count * 4 + i * 4, true),
      quality: quality === 0 ? 0 : quality === 1 ? 1 : 2,
    });
  }
  return { serverTime: view.getFloat64(0, true), changes };
}
