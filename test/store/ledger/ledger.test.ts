import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { ledgerOnThisThread } from '#store/ledger/in-process.ts';
import { memoryLedger } from '#store/ledger/ledger.ts';
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import { ledgerContract } from './ledger-contract.ts';

const root = mkdtempSync(join(tmpdir(), 'lifeline-ledger-'));
afterAll(() => rmSync(root, { recursive: true }));

ledgerContract('the ledger in memory', async () => ledgerOnThisThread(memoryLedger()));
ledgerContract('the ledger on its own thread', () => openLedgerClient(mkdtempSync(join(root, 'worker-'))));
