/** The ledger's thread: the only writer of its file. Applies events in order, answers questions in between. */
import { parentPort, workerData } from 'node:worker_threads';
import { createApplyQueue } from './apply-queue.ts';
import { LedgerError } from './errors.ts';
import { openLedger, type Ledger } from './ledger.ts';
import type { Fault, FromLedger, ToLedger } from './ledger-protocol.ts';

const port = parentPort;
const directory: unknown = workerData;
if (port === null || typeof directory !== 'string')
  throw new Error('the ledger runs in a worker of its client');

const say = (message: FromLedger): void => port.postMessage(message);
const opened = open(directory);
if (opened !== null) serve(opened, directory);

function open(path: string): Ledger | null {
  try {
    return openLedger(path);
  } catch (error) {
    say({ kind: 'refused', error: faultOf(error) });
    return null;
  }
}

function serve(first: Ledger, path: string): void {
  let ledger = first;
  const queue = createApplyQueue({
    apply: (events, through) => ledger.apply(events, through),
    recover: () => {
      const fresh = openLedger(path);
      fresh.checkpoint();
      ledger.close();
      ledger = fresh;
    },
    applied: (through) => say({ kind: 'applied', through }),
    trouble: (trouble) => say({ kind: 'trouble', trouble }),
    after: later,
  });

  port?.on('message', (message: ToLedger) => {
    switch (message.kind) {
      case 'apply':
        return queue.push(message.events, message.through);
      case 'ask':
        queue.settle();
        return answer(message.number, () => Reflect.apply(ledger[message.method], ledger, message.args));
      case 'status':
        return answer(message.number, () => ({
          ...ledger.figures(),
          pendingEvents: queue.pendingEvents(),
          trouble: queue.trouble(),
        }));
      case 'close':
        queue.finish();
        ledger.close();
        port?.close();
    }
  });
  say({ kind: 'opened', cursor: ledger.cursor() });
}

function answer(number: number, work: () => unknown): void {
  try {
    say({ kind: 'answer', number, value: work() });
  } catch (error) {
    say({ kind: 'failed', number, error: faultOf(error) });
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof LedgerError) return { code: error.code, detail: error.detail };
  return { code: null, detail: error instanceof Error ? error.message : String(error) };
}

function later(delayMs: number, run: () => void): () => void {
  if (delayMs > 0) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  }
  const soon = setImmediate(run);
  return () => clearImmediate(soon);
}
