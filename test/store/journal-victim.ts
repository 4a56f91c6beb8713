/** Journals without end and prints each position once it is synced, until somebody kills it. */
import { writeSync } from 'node:fs';
import { openJournalClient } from '#store/journal-client.ts';
import { publishes } from './journal-entries.ts';

const BATCH = 50;
const directory = process.argv[2];
if (directory === undefined) throw new Error('which directory?');
const journal = await openJournalClient(directory, { reserveBytes: 0, segmentBytes: 200_000 });
let next = journal.end + 1;
const more = (): void => {
  journal.commit(publishes(next, BATCH));
  next += BATCH;
};
journal.onSynced((through) => {
  writeSync(1, `${through}\n`);
  more();
});
for (let ahead = 0; ahead < 4; ahead += 1) more();
