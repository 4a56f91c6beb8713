/** The record log: what the fold decided, block by block. Stores and ledger read it, each at its own pace. */
import type { Disk } from './disk.ts';
import type { PendingBlock } from './log-block.ts';
import type { MeasurementColumns } from './measurement-columns.ts';
import { eventBytesOf, rowColumnsOf } from './record-block.ts';
import { SegmentLog, type SegmentLogOptions } from './segment-log.ts';

export type RecordedRows = { readonly rows: MeasurementColumns; readonly through: number };
/** JSON of one block's events; empty when it has none. */
export type RecordedEvents = { readonly json: Uint8Array; readonly first: number; readonly through: number };

export class RecordLog {
  readonly #log: SegmentLog;

  /** Recovers the log. Throws StoreError `log-corrupt` and the disk's own errors. */
  constructor(disk: Disk, options: SegmentLogOptions) {
    this.#log = new SegmentLog(disk, options);
  }

  get start(): number {
    return this.#log.start;
  }
  get end(): number {
    return this.#log.end;
  }
  get bytes(): number {
    return this.#log.bytes;
  }

  /** One append, one sync; throws like SegmentLog.append. */
  append(blocks: readonly PendingBlock[]): void {
    this.#log.append(blocks);
  }

  *rows(after: number): Generator<RecordedRows> {
    for (const { payload, lastPosition } of this.#log.read(after)) {
      yield { rows: rowColumnsOf(payload), through: lastPosition };
    }
  }

  *events(after: number): Generator<RecordedEvents> {
    for (const { payload, firstPosition, lastPosition } of this.#log.read(after)) {
      yield { json: eventBytesOf(payload), first: firstPosition, through: lastPosition };
    }
  }

  /** Deletes closed segments wholly at or before `position`. */
  removeThrough(position: number): void {
    for (const _segment of this.#log.releasable(position)) this.#log.removeOldest();
  }

  close(): void {
    this.#log.close();
  }
}
