/** Builds the asking half of a client, method by method, from one function that carries a question over. */
import type { LedgerClient, RequestName } from './ledger-protocol.ts';

export type LedgerMethods = Pick<LedgerClient, RequestName>;

/**
 * `carry` answers with what Ledger's method of that name returns: both ends are ours, so its word is taken
 * for it.
 */
export function methodsFrom(
  names: readonly RequestName[],
  carry: (method: RequestName, args: unknown[]) => Promise<unknown>,
): LedgerMethods {
  const methods = names.map((name) => [name, (...args: unknown[]) => carry(name, args)]);
  return Object.fromEntries(methods) as LedgerMethods;
}
