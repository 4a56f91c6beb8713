/** What to send next: rows that wait in the record log, or hours from the embedded store, as lines cut into requests. */
import type { Measurement } from '#domain/measurement.ts';
import type { Backlog } from './backlog.ts';
import type { OutLine } from './delivery.ts';
import { lineOf } from './line.ts';
import type { Placement } from './placement.ts';
import type { Refill, RefillSlice } from './refill.ts';
import type { Cursor } from './saved-state.ts';

/** Kept until all of it is stored. */
export type Batch = {
  readonly requests: readonly (readonly OutLine[])[];
  readonly lines: number;
  /** Arrival of its oldest row, epoch ms. */
  readonly since: number;
  /** What is done once it is stored. */
  readonly after: { readonly cursor: Cursor } | { readonly slice: RefillSlice };
};

export type BatchSourceParts = {
  readonly backlog: Backlog;
  readonly refill: Refill;
  readonly placement: Placement;
  readonly names: () => readonly (string | undefined)[];
  readonly wallMs: () => number;
  readonly linesMax: number;
};

export class BatchSource {
  /** Bytes of one request; halved when a server takes no such size. */
  bytesMax: number;
  /** Since when rows that left the log unsent wait, epoch ms; null = none do. */
  refillSince: number | null = null;
  readonly #parts: BatchSourceParts;
  #refillFirst = false;

  constructor(parts: BatchSourceParts, bytesMax: number) {
    this.#parts = parts;
    this.bytesMax = bytesMax;
  }

  /** Log and refill take turns, so that neither waits for the other for ever. Null when nothing waits. */
  async next(durable: number): Promise<Batch | null> {
    this.#refillFirst = !this.#refillFirst;
    if (this.#refillFirst) return (await this.#fromStore()) ?? (await this.#fromLog(durable));
    return (await this.#fromLog(durable)) ?? (await this.#fromStore());
  }

  async #fromLog(durable: number): Promise<Batch | null> {
    const { backlog, refill, placement, names, linesMax, wallMs } = this.#parts;
    const already = refill.left;
    const known = names();
    const taken = backlog.take(durable, linesMax, ({ pointIndex }) => known[pointIndex] !== undefined);
    // Only what has left the log unsent begins to be refilled here.
    if (!already && refill.left) this.refillSince = wallMs();
    if (taken === null) return null;
    const requests = this.#requests(await placement.placed(taken.rows), taken.positions);
    const since = taken.rows.reduce((oldest, { receivedAt }) => Math.min(oldest, receivedAt), wallMs());
    return { requests, lines: taken.rows.length, since, after: { cursor: taken.after } };
  }

  async #fromStore(): Promise<Batch | null> {
    const { refill, linesMax, wallMs } = this.#parts;
    const slice = await refill.next(linesMax);
    if (slice === null) return null;
    const since = this.refillSince ?? wallMs();
    return { requests: this.#requests(slice.rows, []), lines: slice.rows.length, since, after: { slice } };
  }

  #requests(rows: readonly Measurement[], positions: readonly number[]): OutLine[][] {
    const names = this.#parts.names();
    const requests: OutLine[][] = [];
    let current: OutLine[] = [];
    let bytes = 0;
    for (const [index, row] of rows.entries()) {
      const { pointIndex, time } = row;
      const name = names[pointIndex];
      // A retired registry keeps its points: the store cannot hold one that nobody ever registered.
      if (name === undefined) throw new RangeError(`point ${pointIndex} has no name`);
      const text = lineOf(name, row);
      const full = current.length >= this.#parts.linesMax || bytes + text.length + 1 > this.bytesMax;
      if (current.length === 0 || full) {
        requests.push((current = []));
        bytes = 0;
      }
      current.push({ text, pointIndex, time, position: positions[index] ?? 0 });
      bytes += text.length + 1;
    }
    return requests;
  }
}
