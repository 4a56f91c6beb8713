/**
 * Step 7 for events: what is durable in the record log goes on to the ledger, in order. While the ledger is slow or
 * failing, events wait here up to a bound; beyond it they are dropped from memory and read again from the record log.
 */
import type { KeyedEvent, OutputStore, RecordBlock } from '#store/ports.ts';
import type { LedgerFollower } from './ports.ts';

/** Events waiting in memory, and events handed to the ledger and not yet applied. */
const QUEUE_EVENTS_MAX = 100_000;
const IN_LEDGER_EVENTS_MAX = 20_000;

export type LedgerFeed = {
  /** A block was appended to the record log. */
  offer(block: RecordBlock): void;
  /** The record log is durable through here. */
  durable(throughPosition: number): void;
  /** Last position the ledger has applied. */
  applied(): number;
  /** Why the record log could not be read for the ledger; null = it could. */
  trouble(): string | null;
};

type Waiting = { readonly from: number; readonly through: number; readonly events: readonly KeyedEvent[] };

export function createLedgerFeed(parts: {
  readonly outputs: OutputStore;
  readonly ledger: LedgerFollower;
}): LedgerFeed {
  const { outputs, ledger } = parts;
  const queue: Waiting[] = [];
  const inLedger: { readonly through: number; readonly count: number }[] = [];
  let queuedEvents = 0;
  let inLedgerEvents = 0;
  let durableThrough = outputs.recordEnd;
  let fedThrough = ledger.cursor;
  let appliedThrough = ledger.cursor;
  let refilling = false;
  let trouble: string | null = null;
  let roomWanted: (() => void) | null = null;

  ledger.onApplied((through) => {
    appliedThrough = Math.max(appliedThrough, through);
    while (inLedger[0] !== undefined && inLedger[0].through <= through) {
      inLedgerEvents -= inLedger.shift()?.count ?? 0;
    }
    outputs.releaseThrough(appliedThrough);
    if (inLedgerEvents < IN_LEDGER_EVENTS_MAX) {
      roomWanted?.();
      roomWanted = null;
    }
    pump();
  });

  function feed(events: readonly KeyedEvent[], through: number): void {
    inLedger.push({ through, count: events.length });
    inLedgerEvents += events.length;
    fedThrough = through;
    ledger.apply(events, through);
  }

  function pump(): void {
    while (!refilling && inLedgerEvents < IN_LEDGER_EVENTS_MAX) {
      const next = queue[0];
      if (next !== undefined && next.through > durableThrough) return;
      if (next === undefined ? fedThrough < durableThrough : next.from > fedThrough + 1) {
        void refill();
        return;
      }
      if (next === undefined) return;
      queue.shift();
      queuedEvents -= next.events.length;
      if (next.through > fedThrough) feed(next.events, next.through);
    }
  }

  /** Reads on from the record log until the queue goes on without a hole; tried again with the next durable block. */
  async function refill(): Promise<void> {
    const before = fedThrough;
    refilling = true;
    try {
      await outputs.readEvents(fedThrough, async (events, through) => {
        if (inLedgerEvents >= IN_LEDGER_EVENTS_MAX) await room();
        feed(events, through);
      });
      trouble =
        fedThrough > before
          ? null
          : `the record log does not hold the events after ${before} that the ledger lacks`;
    } catch (cause) {
      trouble = cause instanceof Error ? cause.message : String(cause);
    }
    refilling = false;
    if (trouble === null) pump();
  }

  const room = (): Promise<void> =>
    new Promise((resolve) => {
      roomWanted = resolve;
    });

  return {
    offer(block) {
      queue.push({ from: block.fromPosition, through: block.toPosition, events: block.events });
      queuedEvents += block.events.length;
      while (queuedEvents > QUEUE_EVENTS_MAX && queue.length > 1)
        queuedEvents -= queue.shift()?.events.length ?? 0;
    },
    durable(through) {
      durableThrough = Math.max(durableThrough, through);
      pump();
    },
    applied: () => appliedThrough,
    trouble: () => trouble,
  };
}
