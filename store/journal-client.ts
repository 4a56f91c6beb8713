/** The journal as the main thread sees it: encode, hand over, hear when it is on the medium. */
import type { Journaled } from '#domain/input.ts';
import type { JournalOptions } from './journal-core.ts';
import { behind, createEntryEncoder, decodeEntries, type Unreadable } from './journal-entry.ts';
import type { FromJournal, JournalWorkerData, ReadChunk, ToJournal } from './journal-messages.ts';
import type { Journal, StoreTrouble } from './ports.ts';
import { StoreError } from './store-error.ts';
import { createChannel, startWorker, type StoreReport, type WorkerLink } from './worker-link.ts';

export interface JournalClient extends Journal {
  /** First position still held: a replay cannot begin earlier. `end` + 1 when the journal is empty. */
  readonly start: number;
  /** Damage found while opening or reading, and trouble with archiving. */
  onReport(listener: (report: StoreReport) => void): void;
}

/** Buffers kept for the next commits; enough for those that are in flight at once. */
const BUFFERS_KEPT_MAX = 8;
const BUFFER_STEP_BYTES = 64 * 1024;

/**
 * Opens the journal under the data directory, in a thread of its own. Rejects with a StoreError: `log-corrupt`,
 * `request-failed` (the disk's own words), `worker-stopped`. When the thread dies later, trouble `worker-stopped`
 * begins and never ends: the process has to start again.
 */
export async function openJournalClient(
  directory: string,
  options: JournalOptions = {},
): Promise<JournalClient> {
  const data: JournalWorkerData = { directory, options };
  const url = new URL('./journal-worker.ts', import.meta.url);
  const { link, first } = await startWorker<ToJournal, FromJournal>(url, data);
  if (first.kind === 'refused') throw new StoreError(first.error.code, first.error.detail);
  if (first.kind !== 'opened') throw new Error(`the journal began with ${first.kind}`);
  const synced = createChannel<number>();
  const trouble = createChannel<StoreTrouble | null>();
  const reports = createChannel<StoreReport>();
  const buffers = createBufferPool();
  const reader = createReplay(link, first.end);
  const encoder = createEntryEncoder();
  for (const damage of first.damage) reports.tell({ kind: 'damage', damage });

  link.onMessage((message) => {
    if (message.kind === 'synced') {
      buffers.give(message.buffers);
      synced.tell(message.through);
    } else if (message.kind === 'trouble') trouble.tell(message.trouble);
    else if (message.kind === 'report') reports.tell(message.report);
    else reader.hear(message);
  });
  link.onDeath((error) => {
    reader.fail(error);
    trouble.tell({ code: 'worker-stopped', detail: error.detail });
  });

  return {
    start: first.start,
    end: first.end,
    commit(entries) {
      const { bytes, firstPosition, lastPosition } = encoder.encode(entries, buffers.take);
      const { buffer, length } = bytes;
      if (!(buffer instanceof ArrayBuffer)) throw new TypeError('a commit in shared memory');
      link.post({ kind: 'commit', buffer, length, firstPosition, lastPosition }, [buffer]);
    },
    onSynced: synced.listen,
    onTrouble: trouble.listen,
    onReport: reports.listen,
    read: reader.read,
    releaseThrough: (position) => link.post({ kind: 'release', position }),
    close: () => link.close({ kind: 'close' }),
  };
}

/** Commits are much alike in size: their buffers go round instead of being made anew. */
function createBufferPool() {
  const free: ArrayBuffer[] = [];
  return {
    take(bytes: number): ArrayBuffer {
      const index = free.findIndex((buffer) => buffer.byteLength >= bytes);
      const [found] = index === -1 ? [] : free.splice(index, 1);
      return found ?? new ArrayBuffer(Math.ceil(bytes / BUFFER_STEP_BYTES) * BUFFER_STEP_BYTES);
    },
    give(buffers: readonly ArrayBuffer[]): void {
      free.push(...buffers);
      if (free.length > BUFFERS_KEPT_MAX) free.splice(0, free.length - BUFFERS_KEPT_MAX);
    },
  };
}

/** Reads chunk by chunk through `end`; the worker fetches the next while this thread decodes. */
function createReplay(link: WorkerLink<ToJournal, FromJournal>, end: number) {
  let waiting: { resolve: (chunk: ReadChunk | null) => void; reject: (error: StoreError) => void } | null =
    null;
  const ask = (): Promise<ReadChunk | null> =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
      link.post({ kind: 'read-next' });
    });

  return {
    async read(after: number, each: (entry: Journaled) => void, unreadable?: Unreadable): Promise<void> {
      link.post({ kind: 'read', after });
      let expected = after + 1;
      // Damage was to be passed over: what is missing is unreadable like an entry that does not decode.
      const missing = (through: number): void => {
        if (expected > through) return;
        const gone = new StoreError('log-corrupt', `positions ${expected}-${through} cannot be read`);
        if (unreadable === undefined) throw gone;
        unreadable(expected, through, gone);
      };
      for (let chunk = await ask(); chunk !== null; ) {
        const next = ask();
        // Whoever throws in `each` leaves; the chunk asked for then arrives unheard.
        next.catch(() => {});
        for (const block of chunk.blocks) {
          missing(block.firstPosition - 1);
          decodeBlock(block, chunk.buffer, after, each, unreadable);
          expected = block.lastPosition + 1;
        }
        chunk = await next;
      }
      missing(end);
    },
    hear(message: FromJournal): void {
      const asked = waiting;
      waiting = null;
      if (message.kind === 'chunk') asked?.resolve(message.chunk);
      else if (message.kind === 'read-failed') {
        asked?.reject(new StoreError(message.error.code, message.error.detail));
      }
    },
    fail(error: StoreError): void {
      waiting?.reject(error);
      waiting = null;
    },
  };
}

function decodeBlock(
  { firstPosition, lastPosition, offset, length }: ReadChunk['blocks'][number],
  buffer: ReadChunk['buffer'],
  after: number,
  each: (entry: Journaled) => void,
  unreadable: Unreadable | undefined,
): void {
  const payload = new Uint8Array(buffer, offset, length);
  decodeEntries(
    { firstPosition, lastPosition, payload },
    (entry) => {
      if (entry.position > after) each(entry);
    },
    unreadable && behind(after, unreadable),
  );
}
