/** Reads the blocks of one segment file, and tells damage from a torn tail. */
import { findBlock, readBlock, type LogBlock } from './log-block.ts';

/** Positions that were on the medium and cannot be read any more. */
export type Hole = { readonly fromPosition: number; readonly toPosition: number; readonly offset: number };
export type SegmentScan = { readonly blocks: readonly LogBlock[]; readonly holes: readonly Hole[] };

/**
 * Where the segment begins and ends in positions. With `through`, everything up to it was synced here (a later segment
 * goes on after it); what lies beyond is a failed append, repeated there. With `through` null this is the last
 * segment: it ends where its last append was torn, and only a later append proves that missing bytes were ever synced.
 */
export type ScanRange = { readonly first: number; readonly through: number | null; readonly salt: number };

/** All readable blocks of the range in order, and the holes between them. */
export function scanSegment(bytes: Uint8Array, range: ScanRange): SegmentScan {
  const { first, salt } = range;
  const through = range.through ?? Number.MAX_SAFE_INTEGER;
  const blocks: LogBlock[] = [];
  const holes: Hole[] = [];
  let expected = first;
  let offset = 0;
  while (expected <= through) {
    const here = readBlock(bytes, offset, salt);
    const next = here?.firstPosition === expected ? here : afterDamage(bytes, offset + 1, expected, range);
    if (next === null) break;
    if (next.firstPosition > expected) {
      holes.push({ fromPosition: expected, toPosition: next.firstPosition - 1, offset });
    }
    blocks.push(next);
    expected = next.lastPosition + 1;
    offset = next.end;
  }
  if (range.through !== null && expected <= range.through) {
    holes.push({ fromPosition: expected, toPosition: range.through, offset });
  }
  return { blocks, holes };
}

/** The next readable block behind damage at position `expected`, if what was damaged had been synced. */
function afterDamage(bytes: Uint8Array, from: number, expected: number, range: ScanRange): LogBlock | null {
  const { salt, through } = range;
  let next: LogBlock | null = null;
  let block = findBlock(bytes, from, salt);
  while (block !== null && block.firstPosition <= (through ?? Number.MAX_SAFE_INTEGER)) {
    if (block.firstPosition >= expected) next ??= block;
    if (next !== null && (through !== null || block.appendFirst > expected)) return next;
    block = findBlock(bytes, block.end, salt);
  }
  return null;
}
