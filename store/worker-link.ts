/** The main thread's end of a store worker: start it, talk to it, notice when it dies. */
import { randomInt } from 'node:crypto';
import { Worker, type Transferable } from 'node:worker_threads';
import { StoreError, type Damage, type StoreErrorCode } from './store-error.ts';
import type { StoreTrouble } from './ports.ts';

/** A fresh salt for a new log file. */
export const drawSalt = (): number => randomInt(0x1_0000_0000);

/** Something a person should hear of, that stops nothing. */
export type StoreReport =
  | { readonly kind: 'damage'; readonly damage: Damage }
  /** Archiving, retention or a snapshot fails (null: no longer). Commits are not touched by it. */
  | { readonly kind: 'housekeeping'; readonly trouble: StoreTrouble | null };

/** How an error crosses between threads. */
export type ErrorMessage = { readonly code: StoreErrorCode; readonly detail: string };

export function errorMessageOf(error: unknown): ErrorMessage {
  if (error instanceof StoreError) return { code: error.code, detail: error.detail };
  return { code: 'request-failed', detail: error instanceof Error ? error.message : String(error) };
}

/** Listeners; what is told before the first one is there is kept for it. */
export type Channel<T> = { tell(value: T): void; listen(listener: (value: T) => void): void };

export function createChannel<T>(): Channel<T> {
  const listeners: ((value: T) => void)[] = [];
  const early: T[] = [];
  return {
    tell(value) {
      if (listeners.length === 0) early.push(value);
      for (const listener of listeners) listener(value);
    },
    listen(listener) {
      listeners.push(listener);
      for (const value of early.splice(0)) listener(value);
    },
  };
}

export type WorkerLink<ToWorker, FromWorker> = {
  post(message: ToWorker, transfer?: readonly Transferable[]): void;
  onMessage(listener: (message: FromWorker) => void): void;
  /** Called once when the worker ends without being asked. */
  onDeath(listener: (error: StoreError) => void): void;
  /** Posts the last message; resolves when the thread has ended. */
  close(last: ToWorker): Promise<void>;
};

/** Starts a worker and waits for its first message. Rejects with `worker-stopped` when it dies before. */
export async function startWorker<ToWorker, FromWorker>(
  url: URL,
  workerData: unknown,
  transferList: Transferable[] = [],
): Promise<{ readonly link: WorkerLink<ToWorker, FromWorker>; readonly first: FromWorker }> {
  const worker = new Worker(url, { workerData, transferList });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const death = watchDeath(worker);
  const messages = createChannel<FromWorker>();
  let closing = false;
  const first = await new Promise<FromWorker>((resolve, reject) => {
    let opened = false;
    worker.on('message', (message: FromWorker) => {
      if (opened) messages.tell(message);
      else resolve(message);
      opened = true;
    });
    death.listen(reject);
  });
  const link: WorkerLink<ToWorker, FromWorker> = {
    post: (message, transfer) => worker.postMessage(message, transfer ?? []),
    onMessage: messages.listen,
    onDeath: (listener) => death.listen((error) => closing || listener(error)),
    close(last) {
      closing = true;
      worker.postMessage(last, []);
      return ended;
    },
  };
  return { link, first };
}

function watchDeath(worker: Worker): Channel<StoreError> {
  const channel = createChannel<StoreError>();
  let cause: unknown;
  worker.on('error', (error) => {
    cause = error;
  });
  worker.on('exit', (code) => {
    const detail = cause instanceof Error ? cause.message : `exit code ${code}`;
    channel.tell(new StoreError('worker-stopped', detail, { cause }));
  });
  return channel;
}
