/**
 * The ledger's thread: the only writer of its file. Applies events in order, answers questions in between.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { createApplyQueue } from './apply-queue.ts';
import { faultOf } from './errors.ts';
import { openLedger } from './ledger.ts';
import { ledgerHandle, type LedgerHandle } from './ledger-handle.ts';
import { isWrite, type FromLedger, type RequestName, type ToLedger } from './ledger-protocol.ts';

const port = parentPort;
const directory: unknown = workerData;
if (port === null || typeof directory !== 'string')
  throw new Error('the ledger runs in a worker of its client');

const say = (message: FromLedger): void => port.postMessage(message);
const opened = open(directory);
if (opened !== null) serve(opened);

function open(path: string): LedgerHandle | null {
  try {
    return ledgerHandle(() => openLedger(path));
  } catch (error) {
    say({ kind: 'refused', error: faultOf(error) });
    return null;
  }
}

function serve(handle: LedgerHandle): void {
  const queue = createApplyQueue({
    apply: (events, through) => handle.write((ledger) => ledger.apply(events, through)),
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
        return answer(message.number, () => ask(handle, message.method, message.args));
      case 'status':
        return answer(message.number, () => ({
          ...handle.read((ledger) => ledger.figures()),
          pendingEvents: queue.pendingEvents(),
          trouble: queue.trouble(),
        }));
      case 'close':
        queue.finish();
        handle.close();
        port?.close();
    }
  });
  say({ kind: 'opened', cursor: handle.read((ledger) => ledger.cursor()) });
}

function ask(handle: LedgerHandle, method: RequestName, args: unknown[]): unknown {
  const through = isWrite(method) ? handle.write : handle.read;
  return through((ledger): unknown => Reflect.apply(ledger[method], ledger, args));
}

function answer(number: number, work: () => unknown): void {
  try {
    say({ kind: 'answer', number, value: work() });
  } catch (error) {
    say({ kind: 'failed', number, error: faultOf(error) });
  }
}

function later(delayMs: number, run: () => void): () => void {
  if (delayMs > 0) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  }
  const soon = setImmediate(run);
  return () => clearImmediate(soon);
}
