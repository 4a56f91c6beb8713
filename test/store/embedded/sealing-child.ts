/**
 * Runs a store as the store worker does: each block goes to a file standing in for the record log, then into the
 * store, with maintenance at every step. Prints a line a block, so that the parent can kill it anywhere. Usage: directory, seed.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openEmbeddedStore } from '#store/embedded/embedded-store.ts';
import { columnsOf } from '#store/measurement-columns.ts';
import { HISTORY_START, KILL_BLOCK_MS, killHistory } from './random-history.ts';

const [directory = '', seed = '1'] = process.argv.slice(2);
const log = join(directory, 'positions.log');
appendFileSync(log, '');
const logged = readFileSync(log, 'utf8').split('\n').filter(Boolean).length;
const store = openEmbeddedStore(join(directory, 'chunks'), { graceMs: 0, chunksPerSlice: 3 });
const durable = store.durableThrough();
for (const [k, block] of killHistory(Number(seed)).entries()) {
  if (k < logged) {
    if (block.position > durable) store.write(columnsOf(block.rows), block.position);
    continue;
  }
  appendFileSync(log, `${block.position}\n`);
  store.write(columnsOf(block.rows), block.position);
  for (let i = 0; i < 4; i++) store.maintain(HISTORY_START + k * KILL_BLOCK_MS + i * 1000);
  process.stdout.write(`${k}\n`);
}
