/** What the main thread and the forwarder's worker say to each other. */
import type { MessagePort } from 'node:worker_threads';
import type { Bucket, RawRow } from '#domain/contract/history.ts';
import type { Timestamp } from '#domain/time.ts';
import type { ErrorMessage } from '../worker-link.ts';
import type { DeadLetter } from './dead-letters.ts';
import type { InfluxStatus } from './influx-status.ts';
import type { InfluxTarget } from './profile.ts';

export type InfluxWorkerData = {
  readonly directory: string;
  readonly target: InfluxTarget;
  /** The record log's end, as far as it is durable. */
  readonly durable: number;
  /** Point ids by index. */
  readonly names: readonly string[];
  /** To the store's thread. */
  readonly stored: MessagePort;
};

/** Each has one answer. */
export type InfluxRequest =
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
  | { readonly ask: 'dead-letters' }
  | { readonly ask: 'retry'; readonly id: string }
  | { readonly ask: 'discard'; readonly id: string };

export type RetryOutcome = 'stored' | 'refused' | 'unavailable' | 'unknown';
export type InfluxAnswer = RawRow[] | Bucket[] | DeadLetter[] | DeadLetter | RetryOutcome | null;

export type ToInflux =
  | { readonly kind: 'durable'; readonly through: number }
  | { readonly kind: 'names'; readonly from: number; readonly ids: readonly string[] }
  | { readonly kind: 'request'; readonly id: number; readonly request: InfluxRequest }
  | { readonly kind: 'close' };

export type FromInflux =
  | { readonly kind: 'opened'; readonly status: InfluxStatus }
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  | { readonly kind: 'status'; readonly status: InfluxStatus }
  | { readonly kind: 'answer'; readonly id: number; readonly value: InfluxAnswer }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorMessage };
