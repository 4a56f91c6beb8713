/** What the pipeline asks of the ledger; the worker's client and the simulator's ledger fill it. */
import type { KeyedEvent, StoreTrouble } from '#store/ports.ts';

export interface LedgerFollower {
  /** Last position applied at start; 0 when empty. */
  readonly cursor: number;
  /** Applies events exactly once, in order; `applied` follows when committed. */
  apply(events: readonly KeyedEvent[], throughPosition: number): void;
  onApplied(listener: (throughPosition: number) => void): void;
  onTrouble(listener: (trouble: StoreTrouble | null) => void): void;
}
