/**
 * What a gateway still owes the platform, in order. A record stays here until its publish is acknowledged; a lost
 * connection puts what was under way back to its place. Bounded as in the real boxes: when full, the oldest goes.
 */
export type FieldRecord = {
  readonly device: string;
  readonly time: number;
  readonly values: Readonly<Record<string, number | boolean | null>>;
  readonly seq: number;
  readonly backfill?: true;
};

/** A record and when it was measured on a clock that nobody sets, ms. */
export type Kept = { readonly record: FieldRecord; readonly measuredAtMs: number };

/** First in, first out, with publishes under way known by a ticket. */
export type Outbox = {
  add(kept: Kept): void;
  /** Takes the oldest waiting ones under way; null when nothing waits. */
  take(max: number): { readonly ticket: number; readonly batch: readonly Kept[] } | null;
  /** The platform has them; true the first time it says so. */
  acknowledged(ticket: number): boolean;
  /** Nothing under way will be acknowledged any more: all of it waits again, in its old order. */
  requeue(): void;
  /** Records not acknowledged yet. */
  size(): number;
  /** Publishes under way. */
  underWay(): number;
  /** Records given up because the outbox was full. */
  dropped(): number;
};

/** An empty outbox that keeps `recordsMax` records, those under way included. */
export function createOutbox(recordsMax: number): Outbox {
  let waiting: Kept[] = [];
  const sent = new Map<number, readonly Kept[]>();
  let sentRecords = 0;
  let nextTicket = 1;
  let dropped = 0;

  function trim(): void {
    const over = Math.min(waiting.length, waiting.length + sentRecords - recordsMax);
    if (over <= 0) return;
    waiting.splice(0, over);
    dropped += over;
  }

  return {
    add(kept) {
      waiting.push(kept);
      trim();
    },
    take(max) {
      if (waiting.length === 0) return null;
      const batch = waiting.splice(0, max);
      const ticket = nextTicket++;
      sent.set(ticket, batch);
      sentRecords += batch.length;
      return { ticket, batch };
    },
    acknowledged(ticket) {
      const batch = sent.get(ticket);
      if (batch === undefined) return false;
      sent.delete(ticket);
      sentRecords -= batch.length;
      return true;
    },
    requeue() {
      waiting = [...[...sent.values()].flat(), ...waiting];
      sent.clear();
      sentRecords = 0;
    },
    size: () => waiting.length + sentRecords,
    underWay: () => sent.size,
    dropped: () => dropped,
  };
}
