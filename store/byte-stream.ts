/** Numbers and byte strings written one after another, little-endian, and read back with every bound checked. */
export type Writer = {
  u8(value: number): void;
  u16(value: number): void;
  u32(value: number): void;
  f64(value: number): void;
  /** Length, then the bytes. */
  block(bytes: Uint8Array): void;
  /** The same for a text, as UTF-8. */
  text(text: string): void;
  at(): number;
};

export type Reader = {
  u8(): number;
  u16(): number;
  u32(): number;
  f64(): number;
  /** A view of the next length-prefixed bytes; throws a RangeError when they run past the end. */
  block(): Uint8Array;
  at(): number;
};

const encoder = new TextEncoder();

/** Writes into `bytes` from `offset`; throws a RangeError when they are too few. */
export function createWriter(bytes: Uint8Array, offset: number): Writer {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = offset;
  const advance = (length: number): number => {
    const from = at;
    at += length;
    return from;
  };
  return {
    u8: (value) => view.setUint8(advance(1), value),
    u16: (value) => view.setUint16(advance(2), value, true),
    u32: (value) => view.setUint32(advance(4), value, true),
    f64: (value) => view.setFloat64(advance(8), value, true),
    block(block) {
      view.setUint32(advance(4), block.length, true);
      bytes.set(block, advance(block.length));
    },
    text(text) {
      const { read, written } = encoder.encodeInto(text, bytes.subarray(at + 4));
      if (read !== text.length) throw new RangeError('no room for a text');
      view.setUint32(advance(4), written, true);
      advance(written);
    },
    at: () => at,
  };
}

/** Reads from `bytes` at `offset`; every number past the end throws a RangeError. */
export function createReader(bytes: Uint8Array, offset = 0): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = offset;
  const advance = (length: number): number => {
    const from = at;
    at += length;
    return from;
  };
  return {
    u8: () => view.getUint8(advance(1)),
    u16: () => view.getUint16(advance(2), true),
    u32: () => view.getUint32(advance(4), true),
    f64: () => view.getFloat64(advance(8), true),
    block() {
      const length = view.getUint32(advance(4), true);
      if (at + length > bytes.length) throw new RangeError(`${length} bytes run past the end`);
      const from = advance(length);
      return bytes.subarray(from, from + length);
    },
    at: () => at,
  };
}
