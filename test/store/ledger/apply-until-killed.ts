/**
 * Run by exactly-once.test.ts in a process of its own: applies for ever through the client, prints what is
 * kept.
 */
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import { cityEvents } from './events.ts';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('needs a directory');
const ledger = await openLedgerClient(path);
const STEP = 7;

let handedOver = ledger.cursor;
const handOver = (): void => {
  const from = Math.max(handedOver - 2, 1);
  const through = handedOver + STEP;
  ledger.apply(cityEvents(through, from), through);
  handedOver = through;
};
ledger.onApplied((through) => {
  process.stdout.write(`${through}\n`);
  handOver();
});
ledger.onTrouble((trouble) => {
  if (trouble !== null) throw new Error(trouble.detail);
});
for (let ahead = 0; ahead < 4; ahead++) handOver();
