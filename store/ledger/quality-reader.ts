/** The main thread's end of the thread that counts alarm quality: started by the first question, one after the other. */
import { Worker } from 'node:worker_threads';
import type { QualityQuery, QualityReport } from '#domain/quality/quality.ts';
import { errorOf, LedgerError } from './errors.ts';
import type { FromQuality } from './ledger-protocol.ts';

/** A question that needs more memory than this ends its own thread, never the platform. */
const HEAP_MB = 768;

type Waiting = { resolve: (report: QualityReport) => void; reject: (error: Error) => void };

export type QualityReader = {
  /** Rejects with LedgerError, `closed` once it has ended. */
  readonly quality: (query: QualityQuery) => Promise<QualityReport>;
  /** Ends it, whatever it counts. */
  readonly close: () => Promise<void>;
};

export function qualityReader(directory: string): QualityReader {
  let worker: Worker | null = null;
  let closed = false;
  /** The thread answers in the order of asking. */
  let waiting: Waiting[] = [];

  function start(): Worker {
    const started = new Worker(new URL('./quality-worker.ts', import.meta.url), {
      workerData: directory,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
    });
    started.on('message', (message: FromQuality) => {
      const asked = waiting.shift();
      if (message.kind === 'answer') asked?.resolve(message.report);
      else asked?.reject(errorOf(message.error));
    });
    // Its end, by its own fault or by a question too large, costs the answers that wait; the next question starts another.
    started.on('error', (error) =>
      leave(started, new Error('counting alarm quality failed', { cause: error })),
    );
    started.on('exit', () => leave(started, new LedgerError('closed', 'the ledger has ended')));
    started.unref();
    return started;
  }

  function leave(ended: Worker, why: Error): void {
    if (worker !== ended) return;
    worker = null;
    const left = waiting;
    waiting = [];
    for (const { reject } of left) reject(why);
  }

  return {
    quality(query) {
      if (closed) return Promise.reject(new LedgerError('closed', 'the ledger has ended'));
      worker ??= start();
      const asked = worker;
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
        asked.postMessage(query);
      });
    },
    async close() {
      closed = true;
      await worker?.terminate();
    },
  };
}
