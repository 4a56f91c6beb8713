/** Appends outputs without end and prints how far they are durable, until somebody kills it. */
import { writeSync } from 'node:fs';
import { openOutputClient } from '#store/output-client.ts';
import { recordBlock } from './record-blocks.ts';

const BLOCK = 20;
const directory = process.argv[2];
if (directory === undefined) throw new Error('which directory?');
const outputs = await openOutputClient(directory, { segmentBytes: 100_000 });
let next = outputs.recordEnd + 1;
const more = (): void => {
  outputs.append(recordBlock(next, BLOCK));
  next += BLOCK;
};
outputs.onDurable((through) => {
  writeSync(1, `${through}\n`);
  more();
});
for (let ahead = 0; ahead < 4; ahead += 1) more();
