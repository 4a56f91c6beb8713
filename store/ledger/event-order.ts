/** Events reach the ledger in order, and a position's events together. */
import type { KeyedEvent } from '../ports.ts';

/** Throws when they are out of order or beyond `throughPosition`: our own fault. */
export function checkOrder(events: readonly KeyedEvent[], throughPosition: number): void {
  let last = { position: 0, index: Infinity };
  for (const { position, index } of events) {
    const ahead = position > last.position || (position === last.position && index > last.index);
    if (!ahead || position > throughPosition) {
      throw new Error(`event (${position},${index}) is out of order in a batch through ${throughPosition}`);
    }
    last = { position, index };
  }
}
