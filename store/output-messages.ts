/** What the main thread and the store's worker say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import type { OutputStoreStatus, SnapshotHeader, SnapshotPage, StoreTrouble } from './ports.ts';
import type { Damage } from './store-error.ts';
import type { ErrorMessage, StoreReport } from './worker-link.ts';

export type OutputOptions = {
  readonly segmentBytes?: number;
  readonly onCorruption?: 'refuse' | 'skip';
  /** How long raw measurements are kept; the store's default when absent. */
  readonly retentionMs?: number;
};
export type OutputWorkerData = { readonly directory: string; readonly options: OutputOptions };

/** Each has one answer. */
export type OutputRequest =
  | {
      readonly ask: 'raw';
      readonly pointIndex: number;
      readonly from: Timestamp;
      readonly to: Timestamp;
      readonly limit: number;
    }
  | {
      readonly ask: 'buckets';
      readonly pointIndex: number;
      readonly from: Timestamp;
      readonly to: Timestamp;
      readonly count: number;
    }
  | { readonly ask: 'latest'; readonly pointIndex: number }
  | { readonly ask: 'status' }
  | { readonly ask: 'snapshot' }
  | { readonly ask: 'snapshot-positions' }
  | { readonly ask: 'finish-snapshot'; readonly snapshot: number }
  /** The next events after a position; one reader at a time, a `first` one begins anew. */
  | { readonly ask: 'events'; readonly after: number; readonly first: boolean };

/** JSON lists of events side by side in one buffer: all there are through a position. */
export type EventChunk = {
  readonly buffer: ArrayBuffer;
  readonly places: readonly { readonly offset: number; readonly length: number }[];
  readonly through: number;
};
export type SnapshotMessage = {
  readonly header: SnapshotHeader;
  readonly buffer: ArrayBuffer;
  readonly pages: readonly {
    readonly name: string;
    readonly page: number;
    readonly offset: number;
    readonly length: number;
  }[];
};

export type OutputAnswer =
  | RawRow[]
  | Bucket[]
  | RawRow
  | OutputStoreStatus
  | SnapshotMessage
  | EventChunk
  | number[]
  | null;

export type ToOutput =
  | {
      readonly kind: 'append';
      readonly buffer: ArrayBuffer;
      readonly firstPosition: number;
      readonly lastPosition: number;
      /** It holds events: sync at once. */
      readonly urgent: boolean;
    }
  | { readonly kind: 'release'; readonly position: number }
  | { readonly kind: 'begin-snapshot'; readonly snapshot: number; readonly header: SnapshotHeader }
  | { readonly kind: 'snapshot-page'; readonly snapshot: number; readonly page: SnapshotPage }
  | { readonly kind: 'abandon-snapshot'; readonly snapshot: number }
  | { readonly kind: 'request'; readonly id: number; readonly request: OutputRequest }
  /** Somebody reads whole hours of the embedded store through this port. */
  | { readonly kind: 'reader'; readonly port: MessagePort }
  | { readonly kind: 'close' };

export type FromOutput =
  | { readonly kind: 'opened'; readonly recordEnd: number; readonly damage: readonly Damage[] }
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  | { readonly kind: 'durable'; readonly through: number }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble | null }
  | { readonly kind: 'report'; readonly report: StoreReport }
  | { readonly kind: 'answer'; readonly id: number; readonly value: OutputAnswer }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorMessage };
