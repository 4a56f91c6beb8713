/** The main thread's end of the ledger: numbered questions out, answers and news back. */
import { Worker } from 'node:worker_threads';
import type { StoreTrouble } from '../ports.ts';
import { errorOf, LedgerError } from './errors.ts';
import {
  REQUESTS,
  type FromLedger,
  type LedgerClient,
  type LedgerStatus,
  type ToLedger,
} from './ledger-protocol.ts';
import { methodsFrom } from './ledger-methods.ts';
import { qualityReader, type QualityReader } from './quality-reader.ts';

/**
 * Starts the ledger's thread on `directory`. Rejects with LedgerError: `newer-database`, or the disk's codes.
 */
export function openLedgerClient(directory: string): Promise<LedgerClient> {
  const worker = new Worker(new URL('./ledger-worker.ts', import.meta.url), { workerData: directory });
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (message: FromLedger) => {
      worker.off('error', reject);
      if (message.kind === 'refused') reject(errorOf(message.error));
      if (message.kind === 'opened') resolve(connect(worker, message.cursor, qualityReader(directory)));
    });
  });
}

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

function connect(worker: Worker, cursor: number, reader: QualityReader): LedgerClient {
  const waiting = new Map<number, Waiting>();
  const applied: ((through: number) => void)[] = [];
  const troubled: ((trouble: StoreTrouble | null) => void)[] = [];
  let asked = 0;
  let ended: Promise<void> | null = null;

  worker.on('message', (message: FromLedger) => {
    if (message.kind === 'applied') for (const listener of applied) listener(message.through);
    if (message.kind === 'trouble') for (const listener of troubled) listener(message.trouble);
    if (message.kind === 'answer') settle(message.number)?.resolve(message.value);
    if (message.kind === 'failed') settle(message.number)?.reject(errorOf(message.error));
  });
  worker.on('error', (error) => {
    if (troubled.length === 0) throw error;
    for (const listener of troubled) listener({ code: 'ledger-stopped', detail: String(error) });
  });
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve(leave())));

  function settle(number: number): Waiting | undefined {
    const request = waiting.get(number);
    waiting.delete(number);
    return request;
  }

  function leave(): void {
    ended ??= exited;
    for (const { reject } of waiting.values()) reject(new LedgerError('closed', 'the ledger has ended'));
    waiting.clear();
  }

  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  const say = (message: ToLedger): void => worker.postMessage(message);

  function ask(message: (number: number) => ToLedger): Promise<unknown> {
    if (ended !== null) return Promise.reject(new LedgerError('closed', 'the ledger has ended'));
    const number = ++asked;
    return new Promise((resolve, reject) => {
      waiting.set(number, { resolve, reject });
      say(message(number));
    });
  }

  return {
    ...methodsFrom(REQUESTS, (method, args) => ask((number) => ({ kind: 'ask', number, method, args }))),
    quality: reader.quality,
    cursor,
    apply(events, through) {
      if (ended !== null) throw new LedgerError('closed', 'the ledger has ended');
      say({ kind: 'apply', events, through });
    },
    onApplied: (listener) => void applied.push(listener),
    onTrouble: (listener) => void troubled.push(listener),
    status: () => ask((number) => ({ kind: 'status', number })) as Promise<LedgerStatus>,
    close() {
      if (ended === null) {
        ended = exited;
        // The reader first: the last to leave the file tidies its log away.
        return reader.close().then(() => {
          say({ kind: 'close' });
          return exited;
        });
      }
      return ended;
    },
  };
}
