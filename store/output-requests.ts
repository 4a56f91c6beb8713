/** Answers of the store's thread: history, status, events for the ledger, snapshots. */
import type {
  EventChunk,
  FromOutput,
  OutputAnswer,
  OutputRequest,
  SnapshotMessage,
} from './output-messages.ts';
import type { OutputCore } from './output-core.ts';
import type { MeasurementStore, SnapshotHeader, SnapshotPage } from './ports.ts';
import type { RecordedEvents } from './record-log.ts';
import type { SnapshotFile } from './snapshot-files.ts';
import { isWorldError, StoreError, type Damage } from './store-error.ts';
import { errorMessageOf } from './worker-link.ts';

/** Bytes of events handed to the main thread at once. */
const CHUNK_BYTES = 512 * 1024;
const CHUNK_BLOCKS = 5_000;

type Writing = { readonly file: SnapshotFile } | { readonly failed: Error };

export function createOutputRequests(
  core: OutputCore,
  store: MeasurementStore,
  onDamage: (damage: Damage) => void,
) {
  const writing = new Map<number, Writing>();
  let events: Iterator<RecordedEvents> | null = null;

  function valueOf(request: OutputRequest): OutputAnswer {
    switch (request.ask) {
      case 'raw':
        return store.raw(request.pointIndex, request.from, request.to, request.limit);
      case 'buckets':
        return store.buckets(request.pointIndex, request.from, request.to, request.count);
      case 'latest':
        return store.latest(request.pointIndex);
      case 'status':
        return core.status();
      case 'snapshot':
        return loadSnapshot();
      case 'snapshot-positions':
        return core.snapshots.positions();
      case 'finish-snapshot':
        return finishSnapshot(request.snapshot);
      case 'events':
        if (request.first || events === null) events = core.events(request.after);
        return nextEvents(events);
    }
  }

  function loadSnapshot(): SnapshotMessage | null {
    const { snapshot, damage } = core.snapshots.load(core.recordEnd);
    for (const one of damage) onDamage(one);
    if (snapshot === null) return null;
    const buffer = snapshot.pages[0]?.bytes.buffer ?? new ArrayBuffer(0);
    if (!(buffer instanceof ArrayBuffer)) throw new TypeError('a snapshot in shared memory');
    const pages = snapshot.pages.map(({ name, page, bytes }) => ({
      name,
      page,
      offset: bytes.byteOffset,
      length: bytes.length,
    }));
    return { header: snapshot.header, buffer, pages };
  }

  /** A failing write is remembered and told when the snapshot is to be finished. */
  function attempt(snapshot: number, work: () => Writing): void {
    try {
      writing.set(snapshot, work());
    } catch (error) {
      if (!isWorldError(error)) throw error;
      abandonSnapshot(snapshot);
      writing.set(snapshot, { failed: error });
    }
  }

  function finishSnapshot(snapshot: number): null {
    const one = writing.get(snapshot);
    if (one === undefined) throw new StoreError('snapshot-failed', 'it was never begun');
    if ('failed' in one) {
      writing.delete(snapshot);
      throw new StoreError('snapshot-failed', one.failed.message, { cause: one.failed });
    }
    attempt(snapshot, () => {
      one.file.finish();
      return one;
    });
    const finished = writing.get(snapshot);
    if (finished !== one) return finishSnapshot(snapshot);
    writing.delete(snapshot);
    return null;
  }

  function abandonSnapshot(snapshot: number): void {
    const one = writing.get(snapshot);
    writing.delete(snapshot);
    if (one === undefined || 'failed' in one) return;
    try {
      one.file.abandon();
    } catch (error) {
      // What is left of it goes at the next start.
      if (!isWorldError(error)) throw error;
    }
  }

  return {
    beginSnapshot: (snapshot: number, header: SnapshotHeader): void =>
      attempt(snapshot, () => ({ file: core.snapshots.begin(header) })),
    snapshotPage(snapshot: number, page: SnapshotPage): void {
      const one = writing.get(snapshot);
      if (one === undefined || 'failed' in one) return;
      attempt(snapshot, () => {
        one.file.page(page);
        return one;
      });
    },
    abandonSnapshot,
    answer(id: number, request: OutputRequest): { answer: FromOutput; transfer: ArrayBuffer[] } {
      try {
        const value = valueOf(request);
        const holdsBuffer = value !== null && 'buffer' in value;
        return { answer: { kind: 'answer', id, value }, transfer: holdsBuffer ? [value.buffer] : [] };
      } catch (error) {
        return { answer: { kind: 'failed', id, error: errorMessageOf(error) }, transfer: [] };
      }
    },
    close(): void {
      for (const snapshot of writing.keys()) abandonSnapshot(snapshot);
    },
  };
}

/** Events of the next blocks, and how far they go; null at the end. */
function nextEvents(from: Iterator<RecordedEvents>): EventChunk | null {
  const parts: Uint8Array[] = [];
  let through = 0;
  let length = 0;
  for (let blocks = 0; blocks < CHUNK_BLOCKS && length < CHUNK_BYTES; blocks += 1) {
    const next = from.next();
    if (next.done === true) break;
    through = next.value.through;
    if (next.value.json.length > 0) parts.push(next.value.json);
    length += next.value.json.length;
  }
  if (through === 0) return null;
  const bytes = new Uint8Array(length);
  const places: EventChunk['places'][number][] = [];
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    places.push({ offset, length: part.length });
    offset += part.length;
  }
  return { buffer: bytes.buffer, places, through };
}
