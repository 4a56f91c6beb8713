/** The store's thread: record log, measurement store and snapshots, and nobody else touches their files. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { openEmbeddedStore } from './embedded/embedded-store.ts';
import type { HourSource } from './embedded/hour-source.ts';
import { serveHours } from './influx/hours-port.ts';
import type { Flushed } from './commit-queue.ts';
import { OutputCore } from './output-core.ts';
import type { FromOutput, OutputWorkerData, ToOutput } from './output-messages.ts';
import { createOutputRequests } from './output-requests.ts';
import type { StoreTrouble } from './ports.ts';
import { realDisk } from './real-disk.ts';
import type { Damage } from './store-error.ts';
import { drawSalt, errorMessageOf } from './worker-link.ts';

/** Rows without events wait at most so long, or until so many bytes are there. */
const SYNC_DELAY_MS = 200;
/**
 * Events after a quiet stretch are synced at once, further ones not before so long after the last sync. Nobody at a
 * console waits for it, but each sync here, and each of the ledger that follows it, holds up one of the journal.
 */
const SYNC_REST_MS = 50;
const SYNC_BYTES = 4 * 1024 * 1024;
const MAINTAIN_MS = 2_000;

type Say = (message: FromOutput, transfer?: ArrayBuffer[]) => void;

if (parentPort !== null) run(parentPort, workerData);

function run(port: MessagePort, { directory, options }: OutputWorkerData): void {
  const say: Say = (message, transfer) => port.postMessage(message, transfer ?? []);
  const damage: Damage[] = [];
  let opened = false;
  const onDamage = (one: Damage): void => {
    if (opened) say({ kind: 'report', report: { kind: 'damage', damage: one } });
    else damage.push(one);
  };
  try {
    const disk = realDisk();
    const { retentionMs, ...logOptions } = options;
    const file = `${directory}/measurements`;
    disk.ensureDirectory(file);
    const store = openEmbeddedStore(file, {
      ...(retentionMs === undefined ? {} : { retentionMs }),
      onTrouble: ({ code, detail }) =>
        onDamage({ file, keptAs: null, fromPosition: 0, toPosition: 0, detail: `${code}: ${detail}` }),
    });
    const core = new OutputCore(disk, { ...logOptions, directory, store, drawSalt, onDamage });
    serve({ core, hours: store.hours, requests: createOutputRequests(core, store, onDamage) }, port, say);
    opened = true;
    say({ kind: 'opened', recordEnd: core.recordEnd, damage });
  } catch (error) {
    say({ kind: 'refused', error: errorMessageOf(error) });
  }
}

type Requests = ReturnType<typeof createOutputRequests>;

type Parts = { readonly core: OutputCore; readonly hours: HourSource; readonly requests: Requests };

function serve({ core, hours, requests }: Parts, port: MessagePort, say: Say): void {
  const readers: MessagePort[] = [];
  const appends = appendsOf(core, say);
  const maintenance = setInterval(() => {
    appends.tellTrouble(core.maintain(Date.now()));
    appends.catchUp();
  }, MAINTAIN_MS);
  port.on('message', (message: ToOutput) => {
    switch (message.kind) {
      case 'append': {
        const { buffer, firstPosition, lastPosition, urgent } = message;
        core.push({ bytes: new Uint8Array(buffer), firstPosition, lastPosition });
        return appends.wake(urgent);
      }
      case 'release':
        return core.releaseThrough(message.position);
      case 'begin-snapshot':
        return requests.beginSnapshot(message.snapshot, message.header);
      case 'snapshot-page':
        return requests.snapshotPage(message.snapshot, message.page);
      case 'abandon-snapshot':
        return requests.abandonSnapshot(message.snapshot);
      case 'request': {
        const { answer, transfer } = requests.answer(message.id, message.request);
        return say(answer, transfer);
      }
      case 'reader':
        readers.push(message.port);
        return serveHours(message.port, hours);
      case 'close':
        for (const reader of readers) reader.close();
        clearInterval(maintenance);
        appends.stop();
        requests.close();
        core.close();
        return port.close();
    }
  });
}

function appendsOf(core: OutputCore, say: Say) {
  let soon: NodeJS.Immediate | null = null;
  let later: NodeJS.Timeout | null = null;
  let laterAt = Infinity;
  let syncedAt = -Infinity;
  let retrying = false;
  let told: string | null = null;

  function tellTrouble(trouble: StoreTrouble | null): void {
    if ((trouble?.code ?? null) === told) return;
    told = trouble?.code ?? null;
    say({ kind: 'trouble', trouble });
  }

  function flushAt(at: number, now: number): void {
    if (at >= laterAt) return;
    if (later !== null) clearTimeout(later);
    later = setTimeout(flush, at - now);
    laterAt = at;
  }

  function calm(): void {
    if (soon !== null) clearImmediate(soon);
    if (later !== null) clearTimeout(later);
    [soon, later, laterAt, retrying] = [null, null, Infinity, false];
  }

  /** Tells what is durable first: the ledger must not wait for the measurement store. */
  function flush(): Flushed {
    calm();
    const flushed = core.flush();
    if (flushed.trouble === null) tellTrouble(null);
    syncedAt = performance.now();
    const last = flushed.written.at(-1);
    if (last !== undefined) say({ kind: 'durable', through: last.lastPosition });
    tellTrouble(flushed.trouble);
    if (flushed.retryMs !== null) {
      retrying = true;
      later = setTimeout(flush, flushed.retryMs);
    }
    core.feed(flushed.written);
    return flushed;
  }

  function catchUp(): void {
    if (core.catchUp()) setImmediate(catchUp);
  }

  return {
    tellTrouble,
    catchUp,
    wake(urgent: boolean): void {
      if (retrying || soon !== null) return;
      const now = performance.now();
      const at = urgent ? syncedAt + SYNC_REST_MS : now + SYNC_DELAY_MS;
      if (at <= now || core.waitingBytes() >= SYNC_BYTES) soon = setImmediate(flush);
      else flushAt(at, now);
    },
    stop(): void {
      flush();
      calm();
    },
  };
}
