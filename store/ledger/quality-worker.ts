/**
 * The thread that counts alarm quality: a reader of the ledger's file beside its one writer (SQLite's WAL lets both go
 * on), so that no event waits to be applied for a question that reads a month of alarms.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { QualityQuery } from '#domain/quality/quality.ts';
import { coded, openLedgerReader } from './database.ts';
import { faultOf } from './errors.ts';
import type { FromQuality } from './ledger-protocol.ts';
import { qualityTables } from './quality.ts';

const port = parentPort;
const directory: unknown = workerData;
if (port === null || typeof directory !== 'string')
  throw new Error('alarm quality is counted in a worker of the ledger’s client');

let tables: ReturnType<typeof qualityTables> | null = null;

port.on('message', (query: QualityQuery) => port.postMessage(answer(directory, query)));

/** A ledger that could not be opened is tried anew with the next question. */
function answer(path: string, query: QualityQuery): FromQuality {
  try {
    tables ??= coded(() => qualityTables(openLedgerReader(path)));
    const counting = tables;
    return { kind: 'answer', report: coded(() => counting.quality(query)) };
  } catch (error) {
    return { kind: 'failed', error: faultOf(error) };
  }
}
