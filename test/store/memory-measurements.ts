/** The plainest measurement store: every row in memory, the same block again changes nothing, durable when told. */
import type { Measurement } from '#domain/measurement.ts';
import { measurementsOf } from '#store/measurement-columns.ts';
import type { MeasurementStore } from '#store/ports.ts';

export type MemoryMeasurements = MeasurementStore & {
  readonly blocks: Map<number, readonly Measurement[]>;
  /** What `durableThrough` says. */
  durable: number;
  /** Thrown by the next writes while set. */
  failure: Error | null;
};

export function memoryMeasurements(): MemoryMeasurements {
  const blocks = new Map<number, readonly Measurement[]>();
  const rows = (): Measurement[] => [...blocks.values()].flat();
  const store: MemoryMeasurements = {
    blocks,
    durable: 0,
    failure: null,
    write(written, through) {
      if (store.failure !== null) throw store.failure;
      blocks.set(through, measurementsOf(written));
    },
    raw: (pointIndex, from, to, limit) =>
      rows()
        .filter((row) => row.pointIndex === pointIndex && row.time >= from && row.time < to)
        .slice(0, limit),
    buckets: () => [],
    latest: (pointIndex) => rows().findLast((row) => row.pointIndex === pointIndex) ?? null,
    durableThrough: () => store.durable,
    maintain: () => {},
    openRows: () => rows().length,
    close: () => {},
  };
  return store;
}
