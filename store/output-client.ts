/** Record log, measurements and snapshots as the main thread sees them. */
import type { MessagePort } from 'node:worker_threads';
import type {
  EventChunk,
  FromOutput,
  OutputAnswer,
  OutputOptions,
  OutputRequest,
  OutputWorkerData,
  SnapshotMessage,
  ToOutput,
} from './output-messages.ts';
import type { KeyedEvent, OutputStore, Snapshot, SnapshotWriter, StoreTrouble } from './ports.ts';
import { encodeRecordBlock, parseEvents } from './record-block.ts';
import { StoreError } from './store-error.ts';
import { createChannel, startWorker, type StoreReport, type WorkerLink } from './worker-link.ts';

export interface OutputClient extends OutputStore {
  /** Damage found in log or snapshots. */
  onReport(listener: (report: StoreReport) => void): void;
  /** Positions of the snapshots kept, newest first: the journal is needed back to the last of them. */
  snapshotPositions(): Promise<readonly number[]>;
  /** Answers through this port what the embedded store holds, by whole hours (influx/hours-port.ts). */
  connectReader(port: MessagePort): void;
}

type Link = WorkerLink<ToOutput, FromOutput>;
type Ask = <T extends OutputAnswer>(request: OutputRequest) => Promise<T>;

/**
 * Opens record log, embedded store and snapshots under the data directory, in a thread of their own. Rejects with a
 * StoreError like openJournalClient; requests reject with one too.
 */
export async function openOutputClient(
  directory: string,
  options: OutputOptions = {},
): Promise<OutputClient> {
  const data: OutputWorkerData = { directory, options };
  const url = new URL('./output-worker.ts', import.meta.url);
  const { link, first } = await startWorker<ToOutput, FromOutput>(url, data);
  if (first.kind === 'refused') throw new StoreError(first.error.code, first.error.detail);
  if (first.kind !== 'opened') throw new Error(`the store began with ${first.kind}`);
  const durable = createChannel<number>();
  const trouble = createChannel<StoreTrouble | null>();
  const reports = createChannel<StoreReport>();
  const requests = createRequests(link);
  for (const damage of first.damage) reports.tell({ kind: 'damage', damage });

  link.onMessage((message) => {
    if (message.kind === 'durable') durable.tell(message.through);
    else if (message.kind === 'trouble') trouble.tell(message.trouble);
    else if (message.kind === 'report') reports.tell(message.report);
    else requests.hear(message);
  });
  link.onDeath((error) => {
    requests.fail(error);
    trouble.tell({ code: 'worker-stopped', detail: error.detail });
  });

  const ask: Ask = requests.ask;
  return {
    recordEnd: first.recordEnd,
    append(block) {
      const { buffer, firstPosition, lastPosition } = encodeRecordBlock(block);
      const urgent = block.events.length > 0;
      link.post({ kind: 'append', buffer, firstPosition, lastPosition, urgent }, [buffer]);
    },
    onDurable: durable.listen,
    onTrouble: trouble.listen,
    onReport: reports.listen,
    readEvents: (after, each) => readEvents(ask, after, each),
    releaseThrough: (position) => link.post({ kind: 'release', position }),
    raw: (pointIndex, from, to, limit) => ask({ ask: 'raw', pointIndex, from, to, limit }),
    buckets: (pointIndex, from, to, count) => ask({ ask: 'buckets', pointIndex, from, to, count }),
    latest: (pointIndex) => ask({ ask: 'latest', pointIndex }),
    loadSnapshot: async () => snapshotOf(await ask<SnapshotMessage | null>({ ask: 'snapshot' })),
    beginSnapshot: createSnapshots(link, ask),
    snapshotPositions: () => ask<number[]>({ ask: 'snapshot-positions' }),
    connectReader: (port) => link.post({ kind: 'reader', port }, [port]),
    status: () => ask({ ask: 'status' }),
    async close() {
      await link.close({ kind: 'close' });
      requests.fail(new StoreError('worker-stopped', 'the store was closed'));
    },
  };
}

/** Numbered questions and their answers. */
function createRequests(link: Link) {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: StoreError) => void }>();
  let last = 0;
  let dead: StoreError | null = null;
  return {
    ask<T extends OutputAnswer>(request: OutputRequest): Promise<T> {
      if (dead !== null) return Promise.reject(dead);
      return new Promise<T>((resolve, reject) => {
        last += 1;
        waiting.set(last, { resolve, reject });
        link.post({ kind: 'request', id: last, request });
      });
    },
    hear(message: FromOutput): void {
      if (message.kind !== 'answer' && message.kind !== 'failed') return;
      const asked = waiting.get(message.id);
      waiting.delete(message.id);
      // The worker answers each request with what it asks for; the type of the answer is the asker's word for it.
      if (message.kind === 'answer') asked?.resolve(message.value as never);
      else asked?.reject(new StoreError(message.error.code, message.error.detail));
    },
    fail(error: StoreError): void {
      dead = error;
      for (const { reject } of waiting.values()) reject(error);
      waiting.clear();
    },
  };
}

async function readEvents(
  ask: Ask,
  after: number,
  each: (events: readonly KeyedEvent[], throughPosition: number) => Promise<void>,
): Promise<void> {
  for (let first = true; ; first = false) {
    const chunk = await ask<EventChunk | null>({ ask: 'events', after, first });
    if (chunk === null) return;
    const events = chunk.places.flatMap(({ offset, length }) =>
      parseEvents(new Uint8Array(chunk.buffer, offset, length)),
    );
    await each(
      events.filter(({ position }) => position > after),
      chunk.through,
    );
  }
}

function snapshotOf(message: SnapshotMessage | null): Snapshot | null {
  if (message === null) return null;
  const { header, buffer } = message;
  const pages = message.pages.map(({ name, page, offset, length }) => ({
    name,
    page,
    bytes: new Uint8Array(buffer, offset, length),
  }));
  return { header, pages };
}

function createSnapshots(link: Link, ask: Ask): OutputStore['beginSnapshot'] {
  let last = 0;
  return (header): SnapshotWriter => {
    const snapshot = (last += 1);
    link.post({ kind: 'begin-snapshot', snapshot, header });
    return {
      page({ name, page, bytes }) {
        // A copy of its own: the page may be a view into a larger buffer, and the caller keeps it.
        const buffer = new ArrayBuffer(bytes.length);
        const copy = new Uint8Array(buffer);
        copy.set(bytes);
        link.post({ kind: 'snapshot-page', snapshot, page: { name, page, bytes: copy } }, [buffer]);
      },
      finish: async () => void (await ask({ ask: 'finish-snapshot', snapshot })),
      abandon: () => link.post({ kind: 'abandon-snapshot', snapshot }),
    };
  };
}
