/** What the main thread and the journal's worker say to each other. */
import type { JournalOptions } from './journal-core.ts';
import type { StoreTrouble } from './ports.ts';
import type { Damage } from './store-error.ts';
import type { ErrorMessage, StoreReport } from './worker-link.ts';

export type JournalWorkerData = { readonly directory: string; readonly options: JournalOptions };

export type ToJournal =
  | {
      readonly kind: 'commit';
      readonly buffer: ArrayBuffer;
      readonly length: number;
      readonly firstPosition: number;
      readonly lastPosition: number;
    }
  /** Begins reading after a position; each `read-next` asks for one chunk. */
  | { readonly kind: 'read'; readonly after: number }
  | { readonly kind: 'read-next' }
  | { readonly kind: 'release'; readonly position: number }
  | { readonly kind: 'close' };

/** Block payloads side by side in one buffer. */
export type ReadChunk = {
  readonly buffer: ArrayBuffer;
  readonly blocks: readonly {
    readonly firstPosition: number;
    readonly lastPosition: number;
    readonly offset: number;
    readonly length: number;
  }[];
};

export type FromJournal =
  | {
      readonly kind: 'opened';
      readonly start: number;
      readonly end: number;
      readonly damage: readonly Damage[];
    }
  | { readonly kind: 'refused'; readonly error: ErrorMessage }
  /** Synced through a position; the buffers come back to be used again. */
  | { readonly kind: 'synced'; readonly through: number; readonly buffers: readonly ArrayBuffer[] }
  | { readonly kind: 'trouble'; readonly trouble: StoreTrouble | null }
  | { readonly kind: 'report'; readonly report: StoreReport }
  /** Null: nothing is left to read. */
  | { readonly kind: 'chunk'; readonly chunk: ReadChunk | null }
  | { readonly kind: 'read-failed'; readonly error: ErrorMessage };
