/**
 * Batches of events on their way into the ledger, in order. Batches that wait together share one transaction.
 * While the disk fails the oldest is tried again for ever and nothing overtakes it; the record log has them
 * all if we die.
 */
import type { KeyedEvent, StoreTrouble } from '../ports.ts';
import { isDiskTrouble, LedgerError } from './errors.ts';

/** Events in one transaction at most, so that a question is answered in between. */
const JOINED_EVENTS_MAX = 5_000;
/**
 * A batch without events only moves the cursor: that may wait, and share the sync of the next one with
 * events.
 */
const CURSOR_DELAY_MS = 200;
const RETRY_FIRST_MS = 200;
const RETRY_MAX_MS = 2_000;
/**
 * Waiting events beyond this are trouble of their own (`ledger-backlog`): whoever feeds us should stop taking
 * in.
 */
export const BACKLOG_EVENTS_MAX = 100_000;

export type ApplyQueueEdges = {
  /** Throws LedgerError; a code of the disk is tried again, anything else is thrown on. */
  readonly apply: (events: readonly KeyedEvent[], throughPosition: number) => void;
  readonly applied: (throughPosition: number) => void;
  /** Trouble begins or changes, or with null ends. */
  readonly trouble: (trouble: StoreTrouble | null) => void;
  /** Calls `run` once after the delay; returns a function that cancels it. */
  readonly after: (delayMs: number, run: () => void) => () => void;
};

export function createApplyQueue(edges: ApplyQueueEdges) {
  const batches: Batch[] = [];
  let pendingEvents = 0;
  let failing: LedgerError | null = null;
  let backlogged = false;
  let told: StoreTrouble | null = null;
  let retryMs = RETRY_FIRST_MS;
  let cancel: (() => void) | null = null;
  let dueMs = Infinity;

  function push(events: readonly KeyedEvent[], through: number): void {
    batches.push({ events, through });
    pendingEvents += events.length;
    if (failing === null) schedule(events.length === 0 ? CURSOR_DELAY_MS : 0);
    tell();
  }

  /** Applies one transaction's worth of what waits; schedules the rest. */
  function step(): void {
    clearTimer();
    const first = batches[0];
    if (first === undefined) return;
    const count = joinable(batches);
    const joined = batches.slice(0, count);
    const through = joined.at(-1)?.through ?? first.through;
    const events = count === 1 ? first.events : joined.flatMap((batch) => batch.events);
    try {
      edges.apply(events, through);
    } catch (error) {
      if (!isDiskTrouble(error)) throw error;
      return fail(error);
    }
    batches.splice(0, count);
    pendingEvents -= events.length;
    retryMs = RETRY_FIRST_MS;
    failing = null;
    tell();
    edges.applied(through);
    if (batches.length > 0) schedule(0);
  }

  function fail(error: LedgerError): void {
    failing = error;
    tell();
    schedule(retryMs);
    retryMs = Math.min(retryMs * 2, RETRY_MAX_MS);
  }

  /**
   * Says what is the matter when that has changed. A backlog outranks its cause and ends at half its bound.
   */
  function tell(): void {
    backlogged = pendingEvents > (backlogged ? BACKLOG_EVENTS_MAX / 2 : BACKLOG_EVENTS_MAX);
    const detail = failing?.detail ?? 'events come faster than they are applied';
    const now = backlogged ? { code: 'ledger-backlog', detail } : failing && { code: failing.code, detail };
    if (told?.code === now?.code) return;
    told = now;
    edges.trouble(now);
  }

  function schedule(delayMs: number): void {
    if (delayMs >= dueMs) return;
    clearTimer();
    dueMs = delayMs;
    cancel = edges.after(delayMs, step);
  }

  function clearTimer(): void {
    cancel?.();
    cancel = null;
    dueMs = Infinity;
  }

  return {
    push,
    /**
     * Applies everything that waits, unless the disk is failing: so that a question sees what came before it.
     */
    settle(): void {
      while (failing === null && pendingEvents > 0) step();
    },
    /** One last try for everything that waits; returns true when nothing waits any more. */
    finish(): boolean {
      let left = batches.length;
      for (let before = -1; left !== before && left > 0; left = batches.length) {
        before = left;
        step();
      }
      clearTimer();
      return batches.length === 0;
    },
    pendingEvents: () => pendingEvents,
    trouble: () => told,
  };
}

type Batch = { readonly events: readonly KeyedEvent[]; readonly through: number };

/** How many batches from the front may share a transaction: each goes on where the one before ended. */
function joinable(batches: readonly Batch[]): number {
  let events = 0;
  let through = -1;
  let count = 0;
  for (const batch of batches) {
    const first = batch.events[0]?.position ?? Infinity;
    const fits = events + batch.events.length <= JOINED_EVENTS_MAX;
    if (count > 0 && (!fits || first <= through || batch.through < through)) break;
    events += batch.events.length;
    through = batch.through;
    count += 1;
  }
  return count;
}
