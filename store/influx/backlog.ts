/**
 * The rows that wait, in order: reads on in the record log, and looks ahead while the server does not take them. What
 * it sees ahead it notes by hour and point, so that rows may leave the log unsent: they are refilled by those notes.
 */
import type { Measurement } from '#domain/measurement.ts';
import type { Disk } from '../disk.ts';
import { decodeRows } from '../record-block.ts';
import { HOUR_MS, hourOf } from './placement.ts';
import { RecordTail } from './record-tail.ts';
import type { Cursor, SavedState } from './saved-state.ts';

/** `positions` = of the block each row came in. */
export type Taken = {
  readonly rows: readonly Measurement[];
  readonly positions: readonly number[];
  readonly after: Cursor;
};

type Block = {
  readonly rows: readonly Measurement[];
  readonly before: number;
  readonly through: number;
  at: number;
};

/** Looked at ahead in one go: about 30 ms. */
const AHEAD_ROWS = 100_000;
/** Rows of one arrival may lie so far apart in the log's blocks. */
const MARGIN_HOURS = 2;

export class Backlog {
  readonly #state: SavedState;
  readonly #tail: RecordTail;
  readonly #ahead: RecordTail;
  readonly #wallMs: () => number;
  #block: Block | null = null;
  /** Rows between what was taken and what was looked at. */
  #aheadRows = 0;

  constructor(disk: Disk, directory: string, state: SavedState, wallMs: () => number) {
    this.#state = state;
    this.#wallMs = wallMs;
    this.#tail = new RecordTail(disk, directory, state.cursor.through);
    this.#ahead = new RecordTail(disk, directory, state.cursor.through);
  }

  /** Rows that wait as far as they were looked at. */
  get rows(): number {
    return this.#aheadRows + (this.#block === null ? 0 : this.#block.rows.length - this.#block.at);
  }

  /** Leaves everything through `position` to others. Only before the first look. */
  startAfter(position: number): void {
    this.#state.cursor = { through: position, rows: 0 };
    this.#tail.after = position;
    this.#ahead.after = position;
    this.#seenThrough(position);
  }

  /** The next rows, at most so many, through the durable position; null when there are none. */
  take(through: number, rowsMax: number, wanted: (row: Measurement) => boolean): Taken | null {
    const rows: Measurement[] = [];
    const positions: number[] = [];
    let after: Cursor | null = null;
    while (rows.length < rowsMax) {
      const block = this.#current(through);
      if (block === null) break;
      while (block.at < block.rows.length && rows.length < rowsMax) {
        const row = block.rows[block.at];
        if (row === undefined || !wanted(row)) return after === null ? null : { rows, positions, after };
        rows.push(row);
        positions.push(block.through);
        this.#note(row);
        block.at += 1;
        after = { through: block.before, rows: block.at };
      }
      if (block.at < block.rows.length) break;
      this.#block = null;
      after = { through: block.through, rows: 0 };
    }
    return after === null ? null : { rows, positions, after };
  }

  /** Looks on beyond what was taken; true when there is more to look at. */
  lookAhead(through: number): boolean {
    if (this.#ahead.after < this.#tail.after) {
      this.#ahead.follow(this.#tail);
      this.#aheadRows = 0;
    }
    for (let seen = 0; seen < AHEAD_ROWS; ) {
      const step = this.#ahead.next(through);
      if (step.kind === 'end') return false;
      if (step.kind === 'gone') {
        if (this.#state.scannedThrough < step.resumeAfter) this.#guess();
        this.#ahead.after = step.resumeAfter;
        this.#seenThrough(step.resumeAfter);
        continue;
      }
      const rows = decodeRows(step.block.payload);
      for (const row of rows) this.#note(row);
      this.#aheadRows += rows.length;
      seen += rows.length + 1;
      this.#seenThrough(this.#ahead.after);
    }
    return true;
  }

  #seenThrough(position: number): void {
    this.#state.scannedThrough = Math.max(this.#state.scannedThrough, position);
  }

  #current(through: number): Block | null {
    while (this.#block === null) {
      const step = this.#tail.next(through);
      if (step.kind === 'end') return null;
      if (step.kind === 'gone') {
        this.#jump(through, step.resumeAfter);
        continue;
      }
      const { block } = step;
      const rows = decodeRows(block.payload);
      if (block.lastPosition <= this.#ahead.after)
        this.#aheadRows = Math.max(0, this.#aheadRows - rows.length);
      const { cursor } = this.#state;
      const at =
        cursor.rows > 0 && block.firstPosition === cursor.through + 1
          ? Math.min(cursor.rows, rows.length)
          : 0;
      this.#block = { rows, before: block.firstPosition - 1, through: block.lastPosition, at };
    }
    return this.#block;
  }

  /** Rows left the log unsent: everything that was noted of them is refilled, and the log goes on behind. */
  #jump(through: number, resumeAfter: number): void {
    const state = this.#state;
    while (this.lookAhead(through));
    state.refill.addAll(state.waiting);
    state.waiting.clear();
    if (this.#ahead.after > resumeAfter) this.#tail.follow(this.#ahead);
    else this.#tail.after = resumeAfter;
    this.#aheadRows = 0;
    state.cursor = { through: this.#tail.after, rows: 0 };
    this.#seenThrough(this.#tail.after);
  }

  /** Nothing is known of what was lost but that it came after what was seen last: every hour since is sent again. */
  #guess(): void {
    const now = hourOf(this.#wallMs());
    const last = hourOf(this.#state.lastArrivalAt === 0 ? this.#wallMs() : this.#state.lastArrivalAt);
    const known = new Set(this.#state.wholeHours);
    for (let hour = last - MARGIN_HOURS; hour <= now; hour += 1) known.add(hour);
    this.#state.wholeHours = [...known];
  }

  #note({ time, pointIndex, receivedAt }: Measurement): void {
    this.#state.waiting.add(Math.floor(time / HOUR_MS), pointIndex);
    if (receivedAt > this.#state.lastArrivalAt) this.#state.lastArrivalAt = receivedAt;
  }
}
