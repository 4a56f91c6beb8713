/** Blocks for log tests: their content follows from their positions and a tag, so a reader can check each one. */
import { BLOCK_HEADER_BYTES, type PendingBlock } from '#store/log-block.ts';
import { SegmentLog, type SegmentLogOptions } from '#store/segment-log.ts';
import type { Disk } from '#store/disk.ts';

export const LOG = '/log';

let salt = 1;
export const openLog = (disk: Disk, options: Partial<SegmentLogOptions> = {}): SegmentLog =>
  new SegmentLog(disk, { directory: LOG, drawSalt: () => (salt += 0x9e37_79b9), ...options });

/** A block of `count` positions from `first`, whose payload repeats `tag`. */
export function block(first: number, count: number, tag: string, payloadBytes = 24): PendingBlock {
  const bytes = new Uint8Array(BLOCK_HEADER_BYTES + payloadBytes);
  bytes.set(new TextEncoder().encode(textOf(first, tag, payloadBytes)), BLOCK_HEADER_BYTES);
  return { bytes, firstPosition: first, lastPosition: first + count - 1 };
}

/** What the log says: `first-last:tag` of every block, after checking that each payload is whole. */
export function contents(log: SegmentLog, after = 0): string[] {
  return [...log.read(after)].map(({ firstPosition, lastPosition, payload }) => {
    const text = new TextDecoder().decode(payload);
    const tag = text.slice(0, text.indexOf('@'));
    if (text !== textOf(firstPosition, tag, payload.length)) throw new Error(`changed: ${text}`);
    return `${firstPosition}-${lastPosition}:${tag}`;
  });
}

const textOf = (first: number, tag: string, bytes: number): string =>
  `${tag}@${first};`.repeat(Math.ceil(bytes / 4)).slice(0, bytes);
