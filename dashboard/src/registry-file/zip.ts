/** The files in a ZIP (PKWARE APPNOTE 4.3), as spreadsheets pack them: stored or deflated, no encryption, no ZIP64. */

/** Beyond this, unpacked, it is no table of a city. */
const UNPACKED_BYTES_MAX = 256 * 1024 * 1024;
const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const END_BYTES = 22;
const COMMENT_BYTES_MAX = 65_535;

export type Zip = {
  readonly names: readonly string[] /** Null when there is none of this name. */;
  text(name: string): Promise<string | null>;
};

/** Null when it is no ZIP that can be read. */
export function openZip(bytes: Uint8Array<ArrayBuffer>): Zip | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = endOf(view);
  if (end === null) return null;
  const entries = new Map<string, { readonly method: number; readonly packed: Uint8Array<ArrayBuffer> }>();
  let at = view.getUint32(end + 16, true);
  for (let count = view.getUint16(end + 10, true); count > 0; count--) {
    if (at + 46 > view.byteLength || view.getUint32(at, true) !== ENTRY_SIGNATURE) return null;
    const nameBytes = view.getUint16(at + 28, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameBytes));
    const local = view.getUint32(at + 42, true);
    if (local + 30 > view.byteLength) return null;
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.subarray(from, from + view.getUint32(at + 20, true));
    entries.set(name, { method: view.getUint16(at + 10, true), packed });
    at += 46 + nameBytes + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return {
    names: [...entries.keys()],
    async text(name) {
      const entry = entries.get(name);
      if (entry === undefined) return null;
      const { method, packed } = entry;
      if (method === 0) return new TextDecoder().decode(packed);
      return method === 8 ? inflated(packed) : null;
    },
  };
}

async function inflated(packed: Uint8Array<ArrayBuffer>): Promise<string> {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let bytes = 0;
  for (const reader = stream.getReader(); ; ) {
    const { done, value } = await reader.read();
    if (done) break;
    bytes += value.byteLength;
    if (bytes > UNPACKED_BYTES_MAX) {
      await reader.cancel();
      throw new RangeError(`more than ${UNPACKED_BYTES_MAX} bytes unpacked`);
    }
    parts.push(decoder.decode(value, { stream: true }));
  }
  return parts.join('') + decoder.decode();
}

/** Where the end of the directory stands: before a comment at most. */
function endOf(view: DataView): number | null {
  const least = Math.max(0, view.byteLength - END_BYTES - COMMENT_BYTES_MAX);
  for (let at = view.byteLength - END_BYTES; at >= least; at--)
    if (view.getUint32(at, true) === END_SIGNATURE) return at;
  return null;
}
