/**
 * The handle through which the ledger is written. After a failed write or sync nobody knows what the disk
 * holds, and the same handle would never learn it: the next write goes through a fresh one that has first
 * brought everything committed into the main file and synced it. Reads stay on the handle there is.
 */
import { LedgerError } from './errors.ts';
import type { Ledger } from './ledger.ts';

export type LedgerHandle = ReturnType<typeof ledgerHandle>;

/**
 * `open` is called at once, and again after each failed write. Both it and the calls may throw LedgerError.
 */
export function ledgerHandle(open: () => Ledger) {
  let ledger = open();
  let certain = true;

  function renew(): void {
    const fresh = open();
    try {
      fresh.checkpoint();
    } catch (error) {
      fresh.close();
      throw error;
    }
    ledger.close();
    ledger = fresh;
    certain = true;
  }

  return {
    read: <T>(work: (ledger: Ledger) => T): T => work(ledger),
    write<T>(work: (ledger: Ledger) => T): T {
      if (!certain) renew();
      try {
        return work(ledger);
      } catch (error) {
        if (error instanceof LedgerError && error.code === 'disk-failing') certain = false;
        throw error;
      }
    },
    close: (): void => ledger.close(),
  };
}
