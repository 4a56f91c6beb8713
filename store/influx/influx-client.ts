/** The forwarder as the main thread sees it. */
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import { StoreError } from '../store-error.ts';
import { startWorker } from '../worker-link.ts';
import type { DeadLetter } from './dead-letters.ts';
import type {
  FromInflux,
  InfluxAnswer,
  InfluxRequest,
  InfluxWorkerData,
  RetryOutcome,
  ToInflux,
} from './influx-messages.ts';
import type { InfluxStatus } from './influx-status.ts';

export interface InfluxClient {
  status(): InfluxStatus;
  durable(through: number): void;
  /** Ids of the points from index `from` on. */
  names(from: number, ids: readonly string[]): void;
  /** Reject with StoreError `request-failed` when InfluxDB does not answer. */
  raw(pointIndex: number, from: Timestamp, to: Timestamp, limit: number): Promise<RawRow[]>;
  buckets(pointIndex: number, from: Timestamp, to: Timestamp, count: number): Promise<Bucket[]>;
  deadLetters(): Promise<DeadLetter[]>;
  retry(id: string): Promise<RetryOutcome>;
  /** The letter that is no more; null when there was none. */
  discard(id: string): Promise<DeadLetter | null>;
  onDeath(listener: (error: StoreError) => void): void;
  close(): Promise<void>;
}

/** `connect` hands the other end of the port to the store's thread. Rejects with a StoreError. */
export async function openInfluxClient(
  data: Omit<InfluxWorkerData, 'stored'>,
  connect: (port: MessagePort) => void,
): Promise<InfluxClient> {
  const { port1, port2 } = new MessageChannel();
  connect(port1);
  const url = new URL('./influx-worker.ts', import.meta.url);
  const workerData: InfluxWorkerData = { ...data, stored: port2 };
  const { link, first } = await startWorker<ToInflux, FromInflux>(url, workerData, [port2]);
  if (first.kind === 'refused') {
    await link.close({ kind: 'close' });
    throw new StoreError(first.error.code, first.error.detail);
  }
  if (first.kind !== 'opened') throw new Error(`the forwarder began with ${first.kind}`);
  let { status } = first;
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let last = 0;
  const ask = <T extends InfluxAnswer>(request: InfluxRequest): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      link.post({ kind: 'request', id: last, request });
    });
  const failAll = (error: Error): void => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  link.onMessage((message) => {
    if (message.kind === 'status') status = message.status;
    if (message.kind !== 'answer' && message.kind !== 'failed') return;
    const asked = waiting.get(message.id);
    waiting.delete(message.id);
    // The worker answers each request with what it asks for.
    if (message.kind === 'answer') asked?.resolve(message.value as never);
    else asked?.reject(new StoreError(message.error.code, message.error.detail));
  });
  link.onDeath(failAll);
  return {
    status: () => status,
    durable: (through) => link.post({ kind: 'durable', through }),
    names: (from, ids) => link.post({ kind: 'names', from, ids }),
    raw: (pointIndex, from, to, limit) => ask({ ask: 'raw', pointIndex, from, to, limit }),
    buckets: (pointIndex, from, to, count) => ask({ ask: 'buckets', pointIndex, from, to, count }),
    deadLetters: () => ask({ ask: 'dead-letters' }),
    retry: (id) => ask({ ask: 'retry', id }),
    discard: (id) => ask({ ask: 'discard', id }),
    onDeath: link.onDeath,
    async close() {
      await link.close({ kind: 'close' });
      failAll(new StoreError('worker-stopped', 'the forwarder was closed'));
    },
  };
}
