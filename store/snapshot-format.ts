/**
 * A snapshot file: frames of `u32 length · u32 CRC-32 · body`. The first body is the header as JSON; each further one a
 * page: u32 page · name · bytes. The last is the footer, by which a whole file is known: empty name, page count, and the
 * CRC over all CRCs before it.
 */
import { crc32 } from 'node:zlib';
import { createReader, createWriter } from './byte-stream.ts';
import type { Snapshot, SnapshotHeader, SnapshotPage } from './ports.ts';

const FORMAT = 1;
const FRAME_BYTES = 8;
const PAGE_HEAD_BYTES = 12;

export type SnapshotEncoder = {
  header(header: SnapshotHeader): Uint8Array;
  page(page: SnapshotPage): Uint8Array;
  footer(): Uint8Array;
};

/** Frames of one snapshot, in the order they are written. */
export function createSnapshotEncoder(): SnapshotEncoder {
  let pages = 0;
  let chain = 0;
  function frame(bytes: Uint8Array): Uint8Array {
    const view = new DataView(bytes.buffer);
    view.setUint32(0, bytes.length - FRAME_BYTES, true);
    view.setUint32(4, crc32(bytes.subarray(FRAME_BYTES)), true);
    chain = crc32(bytes.subarray(4, FRAME_BYTES), chain);
    return bytes;
  }
  function pageFrame(name: string, page: number, content: Uint8Array): Uint8Array {
    const nameBytes = new TextEncoder().encode(name);
    const bytes = new Uint8Array(FRAME_BYTES + PAGE_HEAD_BYTES + nameBytes.length + content.length);
    const writer = createWriter(bytes, FRAME_BYTES);
    writer.u32(page);
    writer.block(nameBytes);
    writer.block(content);
    return frame(bytes);
  }
  return {
    header(header) {
      const json = new TextEncoder().encode(JSON.stringify({ format: FORMAT, ...header }));
      const bytes = new Uint8Array(FRAME_BYTES + json.length);
      bytes.set(json, FRAME_BYTES);
      return frame(bytes);
    },
    page({ name, page, bytes }) {
      if (name === '') throw new RangeError('a page without name');
      pages += 1;
      return pageFrame(name, page, bytes);
    },
    footer() {
      const content = new Uint8Array(4);
      new DataView(content.buffer).setUint32(0, chain, true);
      return pageFrame('', pages, content);
    },
  };
}

/** The snapshot in `file`, its pages views into it; or why it is damaged. */
export function parseSnapshot(file: Uint8Array): Snapshot | { readonly damaged: string } {
  try {
    return parse(file);
  } catch (error) {
    if (error instanceof RangeError || error instanceof SyntaxError) return { damaged: error.message };
    throw error;
  }
}

function parse(file: Uint8Array): Snapshot {
  const pages: SnapshotPage[] = [];
  let header: SnapshotHeader | null = null;
  let chain = 0;
  for (let at = 0; at < file.length; ) {
    const body = bodyAt(file, at);
    if (header === null) header = headerOf(body);
    else {
      const reader = createReader(body);
      const page = reader.u32();
      const name = new TextDecoder().decode(reader.block());
      const bytes = reader.block();
      if (name === '') {
        checkFooter(bytes, chain, page, pages.length);
        return { header, pages };
      }
      pages.push({ name, page, bytes });
    }
    chain = crc32(file.subarray(at + 4, at + FRAME_BYTES), chain);
    at += FRAME_BYTES + body.length;
  }
  throw new RangeError('it ends without its footer');
}

function bodyAt(file: Uint8Array, at: number): Uint8Array {
  const head = createReader(file, at);
  const end = at + FRAME_BYTES + head.u32();
  const crc = head.u32();
  if (end > file.length) throw new RangeError(`the frame at byte ${at} runs past the end`);
  const body = file.subarray(at + FRAME_BYTES, end);
  if (crc32(body) !== crc) throw new RangeError(`the frame at byte ${at} does not agree with its checksum`);
  return body;
}

function checkFooter(bytes: Uint8Array, chain: number, said: number, found: number): void {
  if (said !== found || createReader(bytes).u32() !== chain) throw new RangeError('pages are missing');
}

function headerOf(body: Uint8Array): SnapshotHeader {
  const value: unknown = JSON.parse(new TextDecoder().decode(body));
  if (typeof value !== 'object' || value === null) throw new RangeError('no header');
  const { format, position, engineRevision, takenAt } = value as Record<string, unknown>;
  if (format !== FORMAT) throw new RangeError(`format ${String(format)}`);
  if (typeof position !== 'number' || typeof engineRevision !== 'string' || typeof takenAt !== 'number') {
    throw new RangeError('a header without position, engine revision or time');
  }
  return { position, engineRevision, takenAt };
}
