/** What the stores promise: the pipeline holds these interfaces, the workers and the simulator fill them. */
import type { CityEvent } from '#domain/event.ts';
import type { Input, Journaled } from '#domain/input.ts';
import type { Measurement } from '#domain/measurement.ts';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import type { MeasurementColumns } from './measurement-columns.ts';

/** `code` is one of TROUBLE_CODES (store-error.ts). */
export type StoreTrouble = { readonly code: string; readonly detail: string };

/** The system of record. Commits complete in order. */
export interface Journal {
  /** Position of the last entry on disk at start; 0 when empty. */
  readonly end: number;
  /** Hands over one group commit; `synced` follows, for this and every earlier one, once it is on the medium. */
  commit(entries: readonly Journaled[]): void;
  onSynced(listener: (throughPosition: number) => void): void;
  /**
   * Trouble begins (no commit succeeds) or, with null, ends. Commits handed over stay queued and are retried for ever.
   * `disk-reserve` alone comes while commits succeed: they live off the reserve, so publishes must no longer be taken.
   */
  onTrouble(listener: (trouble: StoreTrouble | null) => void): void;
  /**
   * Entries with position > `after`, in order. Only before the first commit. Positions whose bytes nobody can make an
   * input of are told to `unreadable`, in their place; without it they end the reading.
   */
  read(
    after: number,
    each: (entry: Journaled<Input>) => void,
    unreadable?: (from: number, to: number, cause: unknown) => void,
  ): Promise<void>;
  /** Segments wholly at or before `position` may be archived. */
  releaseThrough(position: number): void;
  close(): Promise<void>;
}

/** Outputs of one stretch of the fold, in canonical order. An event's key is (its input's position, its index within that input). */
export type RecordBlock = {
  readonly fromPosition: number;
  readonly toPosition: number;
  readonly rows: readonly Measurement[];
  readonly events: readonly KeyedEvent[];
};
export type KeyedEvent = { readonly position: number; readonly index: number; readonly event: CityEvent };

/** Record log, measurement store and snapshots: one worker, one writer. */
export interface OutputStore {
  /** Last position whose outputs are in the record log at start; 0 when empty. */
  readonly recordEnd: number;
  append(block: RecordBlock): void;
  onDurable(listener: (throughPosition: number) => void): void;
  onTrouble(listener: (trouble: StoreTrouble | null) => void): void;
  /** Events with position > `after` in the record log, in order, in batches: feeds the ledger after a restart. */
  readEvents(
    after: number,
    each: (events: readonly KeyedEvent[], throughPosition: number) => Promise<void>,
  ): Promise<void>;
  /** The ledger is durable through `position`: it needs the record log no further back. */
  releaseThrough(position: number): void;
  raw(pointIndex: number, from: Timestamp, to: Timestamp, limit: number): Promise<RawRow[]>;
  buckets(pointIndex: number, from: Timestamp, to: Timestamp, count: number): Promise<Bucket[]>;
  latest(pointIndex: number): Promise<RawRow | null>;
  /** Newest whole snapshot at or before `recordEnd`, or null. Pages come back as they were given. */
  loadSnapshot(): Promise<Snapshot | null>;
  /** Pages may come over many turns; `finish` makes it visible (atomic) and drops all but the two newest. */
  beginSnapshot(header: SnapshotHeader): SnapshotWriter;
  /** Bytes used and free, and backlog, for metrics and health. */
  status(): Promise<OutputStoreStatus>;
  close(): Promise<void>;
}
export type OutputStoreStatus = {
  readonly usedBytes: number;
  readonly freeBytes: number;
  readonly openRows: number;
  readonly recordLogBytes: number;
};

export type SnapshotHeader = {
  readonly position: number;
  readonly engineRevision: string;
  readonly takenAt: Timestamp;
};
export type SnapshotPage = { readonly name: string; readonly page: number; readonly bytes: Uint8Array };
export type Snapshot = { readonly header: SnapshotHeader; readonly pages: readonly SnapshotPage[] };
export interface SnapshotWriter {
  page(page: SnapshotPage): void;
  finish(): Promise<void>;
  abandon(): void;
}

/** The measurement store proper: embedded (chunks) now, InfluxDB under the same contract later. Lives in the store worker. */
export interface MeasurementStore {
  /**
   * Adds rows of one block; the same block again changes nothing. Same point, time and value = one row. The columns may
   * be views into a buffer that is only the caller's to keep: what is needed of them later is copied.
   */
  write(rows: MeasurementColumns, throughPosition: number): void;
  raw(pointIndex: number, from: Timestamp, to: Timestamp, limit: number): RawRow[];
  buckets(pointIndex: number, from: Timestamp, to: Timestamp, count: number): Bucket[];
  latest(pointIndex: number): RawRow | null;
  /** Everything at or before this position is durable here: older record-log segments are no longer needed for it. */
  durableThrough(): number;
  /** Seals closed hours, applies retention. Called every few seconds, off the alarm path. */
  maintain(now: Timestamp): void;
  openRows(): number;
  close(): void;
}
