/** Blocks on their way to the medium: written in order, joined while one sync runs, and tried again for ever. */
import type { PendingBlock } from './log-block.ts';
import type { StoreTrouble } from './ports.ts';
import { troubleOf } from './store-error.ts';

/** Bytes joined into one sync at most: bounds how long the first of them waits for the last. */
const JOINED_BYTES_MAX = 16 * 1024 * 1024;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 2_000;

export type Flushed = {
  /** Blocks that are now on the medium, in order. */
  readonly written: readonly PendingBlock[];
  /** Why the rest is not; null when all is. */
  readonly trouble: StoreTrouble | null;
  /** When to try again, in ms; null when nothing waits. */
  readonly retryMs: number | null;
};

export type CommitQueue = {
  push(block: PendingBlock): void;
  /** Bytes not yet on the medium. */
  waitingBytes(): number;
  /** Tries everything that waits, once. A failure of ours is thrown; one of the world's is returned. */
  flush(): Flushed;
};

/** `append` puts blocks on the medium or throws, and then none of them counts. */
export function createCommitQueue(append: (blocks: readonly PendingBlock[]) => void): CommitQueue {
  const waiting: PendingBlock[] = [];
  let waitingBytes = 0;
  let failures = 0;

  function nextJoin(): PendingBlock[] {
    let bytes = 0;
    const count = waiting.findIndex((block) => (bytes += block.bytes.length) > JOINED_BYTES_MAX);
    return waiting.slice(0, count === -1 ? waiting.length : Math.max(count, 1));
  }

  return {
    push(block) {
      waiting.push(block);
      waitingBytes += block.bytes.length;
    },
    waitingBytes: () => waitingBytes,
    flush() {
      const written: PendingBlock[] = [];
      while (waiting.length > 0) {
        const join = nextJoin();
        try {
          append(join);
        } catch (error) {
          const retryMs = Math.min(RETRY_FIRST_MS * 2 ** failures, RETRY_MAX_MS);
          failures += 1;
          return { written, trouble: troubleOf(error), retryMs };
        }
        failures = 0;
        waiting.splice(0, join.length);
        for (const block of join) waitingBytes -= block.bytes.length;
        written.push(...join);
      }
      return { written, trouble: null, retryMs: null };
    },
  };
}
