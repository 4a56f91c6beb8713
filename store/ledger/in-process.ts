/** A ledger on the caller's own thread behind the client's interface: for the simulation and for tests. */
import { LedgerError } from './errors.ts';
import type { Ledger } from './ledger.ts';
import { methodsFrom } from './ledger-methods.ts';
import { REQUESTS, type LedgerClient } from './ledger-protocol.ts';

/** `apply` and its `onApplied` happen at once; a failing disk throws, since nobody here would try again. */
export function ledgerOnThisThread(ledger: Ledger): LedgerClient {
  const applied: ((through: number) => void)[] = [];
  let closed = false;
  const open = (): Ledger => {
    if (closed) throw new LedgerError('closed', 'the ledger has ended');
    return ledger;
  };
  return {
    ...methodsFrom(REQUESTS, async (method, args) => Reflect.apply(open()[method], ledger, args)),
    cursor: ledger.cursor(),
    apply(events, through) {
      open().apply(events, through);
      for (const listener of applied) listener(through);
    },
    onApplied: (listener) => void applied.push(listener),
    onTrouble: () => undefined,
    status: async () => ({ ...open().figures(), pendingEvents: 0, trouble: null }),
    close: async () => {
      if (!closed) ledger.close();
      closed = true;
    },
  };
}
