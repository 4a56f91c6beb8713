/** The journal's thread: the only one that touches its files. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { JournalCore } from './journal-core.ts';
import type { FromJournal, JournalWorkerData, ReadChunk, ToJournal } from './journal-messages.ts';
import type { LogBlock } from './log-block.ts';
import type { StoreTrouble } from './ports.ts';
import { realDisk } from './real-disk.ts';
import type { Damage } from './store-error.ts';
import { drawSalt, errorMessageOf } from './worker-link.ts';

/** Bytes of journal handed to the main thread at once while it replays. */
const CHUNK_BYTES = 2 * 1024 * 1024;
/** Larger buffers are not worth keeping. */
const BUFFER_KEPT_BYTES = 4 * 1024 * 1024;
const HOUSEKEEPING_MS = 1_000;

type Say = (message: FromJournal, transfer?: ArrayBuffer[]) => void;

if (parentPort !== null) run(parentPort, workerData);

function run(port: MessagePort, { directory, options }: JournalWorkerData): void {
  const say: Say = (message, transfer) => port.postMessage(message, transfer ?? []);
  const damage: Damage[] = [];
  let opened = false;
  const onDamage = (one: Damage): void => {
    if (opened) say({ kind: 'report', report: { kind: 'damage', damage: one } });
    else damage.push(one);
  };
  try {
    const core = new JournalCore(realDisk(), { ...options, directory, drawSalt, onDamage });
    serve(core, port, say);
    opened = true;
    say({ kind: 'opened', start: core.start, end: core.end, damage });
  } catch (error) {
    say({ kind: 'refused', error: errorMessageOf(error) });
  }
}

function serve(core: JournalCore, port: MessagePort, say: Say): void {
  const commits = commitsOf(core, say);
  const reading = readingOf(core, say);
  const housekeeping = housekeepingOf(core, say, commits.look);
  port.on('message', (message: ToJournal) => {
    switch (message.kind) {
      case 'commit': {
        const { buffer, length, firstPosition, lastPosition } = message;
        core.push({ bytes: new Uint8Array(buffer, 0, length), firstPosition, lastPosition });
        return commits.wake();
      }
      case 'read':
        return reading.begin(message.after);
      case 'read-next':
        return reading.next();
      case 'release':
        return core.releaseThrough(message.position);
      case 'close':
        housekeeping.stop();
        commits.stop();
        core.close();
        return port.close();
    }
  });
}

/** Flushes on the turn after a commit came, so that all that came while one sync ran share the next. */
function commitsOf(core: JournalCore, say: Say) {
  let scheduled = false;
  let retry: NodeJS.Timeout | null = null;
  let told: string | null = null;

  function tellTrouble(trouble: StoreTrouble | null): void {
    if ((trouble?.code ?? null) === told) return;
    told = trouble?.code ?? null;
    say({ kind: 'trouble', trouble });
  }

  function flush(): void {
    scheduled = false;
    retry = null;
    const { written, trouble, retryMs } = core.flush();
    if (trouble === null) tellTrouble(null);
    const last = written.at(-1);
    if (last !== undefined) {
      const buffers: ArrayBuffer[] = [];
      for (const { bytes } of written) {
        const { buffer } = bytes;
        if (buffer instanceof ArrayBuffer && buffer.byteLength <= BUFFER_KEPT_BYTES) buffers.push(buffer);
      }
      say({ kind: 'synced', through: last.lastPosition, buffers }, buffers);
    }
    tellTrouble(trouble);
    if (retryMs !== null) retry = setTimeout(flush, retryMs);
  }

  return {
    wake(): void {
      if (scheduled || retry !== null) return;
      scheduled = true;
      setImmediate(flush);
    },
    /** Nothing waits, but trouble may have ended. */
    look(): void {
      if (!scheduled && retry === null && told !== null) flush();
    },
    stop(): void {
      if (retry !== null) clearTimeout(retry);
      flush();
      if (retry !== null) clearTimeout(retry);
    },
  };
}

function readingOf(core: JournalCore, say: Say) {
  let blocks: Iterator<LogBlock> | null = null;
  return {
    begin(after: number): void {
      blocks = core.read(after);
    },
    next(): void {
      try {
        const chunk = blocks === null ? null : nextChunk(blocks);
        say({ kind: 'chunk', chunk }, chunk === null ? [] : [chunk.buffer]);
      } catch (error) {
        say({ kind: 'read-failed', error: errorMessageOf(error) });
      }
    },
  };
}

function nextChunk(from: Iterator<LogBlock>): ReadChunk | null {
  const payloads: Uint8Array[] = [];
  const blocks: ReadChunk['blocks'][number][] = [];
  let length = 0;
  while (length < CHUNK_BYTES) {
    const next = from.next();
    if (next.done === true) break;
    const { firstPosition, lastPosition, payload } = next.value;
    blocks.push({ firstPosition, lastPosition, offset: length, length: payload.length });
    payloads.push(payload);
    length += payload.length;
  }
  if (blocks.length === 0) return null;
  const bytes = new Uint8Array(length);
  for (const [index, payload] of payloads.entries()) bytes.set(payload, blocks[index]?.offset ?? 0);
  return { buffer: bytes.buffer, blocks };
}

/** Archiving and retention in small steps between commits. The worker is an edge: it may read the clock. */
function housekeepingOf(core: JournalCore, say: Say, after: () => void) {
  let stopped = false;
  let told: string | null = null;
  const timer = setInterval(keep, HOUSEKEEPING_MS);
  function keep(): void {
    if (stopped) return;
    const { more, trouble } = core.step(Date.now());
    if ((trouble?.code ?? null) !== told) {
      told = trouble?.code ?? null;
      say({ kind: 'report', report: { kind: 'housekeeping', trouble } });
    }
    if (more) setImmediate(keep);
    else after();
  }
  return {
    stop(): void {
      stopped = true;
      clearInterval(timer);
    },
  };
}
