/** Record log and snapshots as they are, over the simulated disk; the thread is played, the measurements are a list. */
import type { Clock } from '#domain/clock.ts';
import type { Measurement } from '#domain/measurement.ts';
import { measurementsOf } from '#store/measurement-columns.ts';
import { OutputCore } from '#store/output-core.ts';
import type { MeasurementStore, OutputStore, SnapshotWriter, StoreTrouble } from '#store/ports.ts';
import { encodeRecordBlock, parseEvents } from '#store/record-block.ts';
import type { SnapshotFile } from '#store/snapshot-files.ts';
import { isWorldError } from '#store/store-error.ts';
import { newOracle } from '../contract/measurement-oracle.ts';
import type { Random } from './random.ts';
import type { SimDisk } from './sim-disk.ts';

export type SimOutputs = OutputStore & {
  /** Every row ever recorded, read back from the log. */
  recordedRows(): Measurement[];
};

export function openSimOutputs(disk: SimDisk, clock: Clock, random: Random, syncMsMax: number): SimOutputs {
  const store = listStore();
  const core = new OutputCore(disk, {
    directory: '/data',
    store,
    segmentBytes: 64 * 1024,
    drawSalt: () => random.int(2 ** 32),
  });
  let durable: (through: number) => void = () => {};
  let troubled: (trouble: StoreTrouble | null) => void = () => {};
  let scheduled = false;

  function flushIn(delayMs: number): void {
    if (scheduled) return;
    scheduled = true;
    clock.after(delayMs, flush);
  }

  function flush(): void {
    scheduled = false;
    const { written, trouble, retryMs } = core.flush();
    core.feed(written);
    troubled(trouble);
    if (retryMs !== null) flushIn(retryMs);
    const last = written.at(-1);
    if (last !== undefined) durable(last.lastPosition);
  }

  return {
    recordEnd: core.recordEnd,
    append(block) {
      core.push(encodeRecordBlock(block));
      flushIn(random.int(syncMsMax + 1));
    },
    onDurable: (listener) => {
      durable = listener;
    },
    onTrouble: (listener) => {
      troubled = listener;
    },
    async readEvents(after, each) {
      for (const { json, through } of core.events(after)) {
        const events = json.length === 0 ? [] : parseEvents(json);
        await each(
          events.filter(({ position }) => position > after),
          through,
        );
      }
    },
    releaseThrough: () => {
      // The simulation keeps the whole record log for its oracles.
    },
    raw: async (point, from, to, limit) => store.raw(point, from, to, limit),
    buckets: async (point, from, to, count) => store.buckets(point, from, to, count),
    latest: async (point) => store.latest(point),
    loadSnapshot: async () => core.snapshots.load(core.recordEnd).snapshot,
    beginSnapshot: (header) => writerOf(() => core.snapshots.begin(header)),
    status: async () => core.status(),
    close: async () => core.close(),
    recordedRows: () => store.everything(),
  };
}

/** A failing disk fails the snapshot when it is finished, as the worker does. */
function writerOf(begin: () => SnapshotFile): SnapshotWriter {
  let failed: unknown = null;
  const attempt = <T>(work: () => T): T | null => {
    if (failed !== null) return null;
    try {
      return work();
    } catch (cause) {
      if (!isWorldError(cause)) throw cause;
      failed = cause;
      return null;
    }
  };
  const file = attempt(begin);
  return {
    page: (page) => void attempt(() => file?.page(page)),
    finish: async () => {
      attempt(() => file?.finish());
      if (failed !== null) throw new Error('snapshot failed', { cause: failed });
    },
    abandon: () => void attempt(() => file?.abandon()),
  };
}

/** Keeps nothing on disk: every start fills it again from the record log. */
function listStore(): MeasurementStore & { everything(): Measurement[] } {
  const oracle = newOracle();
  const all: Measurement[] = [];
  return {
    write(columns) {
      const rows = measurementsOf(columns);
      oracle.write(rows);
      all.push(...rows);
    },
    raw: oracle.raw,
    buckets: oracle.buckets,
    latest: oracle.latest,
    durableThrough: () => 0,
    maintain: () => {},
    openRows: () => all.length,
    close: () => {},
    everything: () => all,
  };
}
