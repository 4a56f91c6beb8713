import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import { memoryLedger } from '#store/ledger/ledger.ts';
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import { testDirectories } from './directories.ts';
import { ledgerContract } from './ledger-contract.ts';
import { peopleContract } from './people-contract.ts';

const directory = testDirectories();

for (const contract of [ledgerContract, peopleContract]) {
  contract('the ledger in memory', async () => ledgerOnThisThread(memoryLedger()));
  contract('the ledger on its own thread', () => openLedgerClient(directory()));
}
