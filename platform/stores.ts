/**
 * Everything on disk, opened together: the data directory's lock, then ledger and record log beside one another, then the
 * journal. Each works in a thread of its own, so the caller has time meanwhile: most of the platform is loaded in it.
 */
import type { Config } from '#config';
import { type DataDirectory, openDataDirectory } from '#store/data-directory.ts';
import { type JournalClient, openJournalClient } from '#store/journal-client.ts';
import { openLedgerClient } from '#store/ledger/ledger-client.ts';
import type { LedgerClient } from '#store/ledger/ledger-protocol.ts';
import { openOutputClient, type OutputClient } from '#store/output-client.ts';
import { createClosers } from './endings.ts';

export type Stores = {
  readonly directory: DataDirectory;
  readonly ledger: LedgerClient;
  readonly outputs: OutputClient;
  readonly journal: JournalClient;
  close(): Promise<void>;
};

/** Rejects, with nothing left open, when one of them cannot be had. */
export async function openStores(config: Config): Promise<Stores> {
  const directory = openDataDirectory(config.dataDir);
  const closers = createClosers();
  closers.push(() => directory.close());
  try {
    const opening = openLedgerClient(directory.path);
    // Heard of below, after the record log.
    opening.catch(() => {});
    const opened = openOutputs(directory.path, config);
    opened.catch(() => {});
    // The store still makes things durable while it closes, and the ledger takes them: it closes after the store.
    const ledger = await opening.catch(async (cause: unknown) => {
      await opened.then((one) => one.close()).catch(() => {});
      throw cause;
    });
    closers.push(() => ledger.close());
    const outputs = await opened;
    closers.push(() => outputs.close());
    // After the record log: a journal that ends before it must be refused untouched.
    const journal = await openJournalClient(directory.path, {
      ...{ reserveBytes: config.bounds.reserveBytes, endAtLeast: outputs.recordEnd },
      onCorruption: config.damagedJournal,
    });
    closers.push(() => journal.close());
    return { directory, ledger, outputs, journal, close: closers.closeAll };
  } catch (cause) {
    await closers.closeAll().catch((error: unknown) => console.error(error));
    throw cause;
  }
}

/** The snapshot is asked for at once: it is read and checked while nobody waits for it yet. */
async function openOutputs(directory: string, { retentionDays }: Config): Promise<OutputClient> {
  const outputs = await openOutputClient(directory, { retentionMs: retentionDays * 86_400_000 });
  let early: ReturnType<OutputClient['loadSnapshot']> | null = outputs.loadSnapshot();
  early.catch(() => {});
  return {
    ...outputs,
    loadSnapshot() {
      const first = early ?? outputs.loadSnapshot();
      // Once: it is large, and stands no longer for the newest one.
      early = null;
      return first;
    },
  };
}
