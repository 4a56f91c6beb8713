import { describe, expect, test } from 'vitest';
import { OutputCore, type OutputCoreOptions } from '#store/output-core.ts';
import { encodeRecordBlock, parseEvents } from '#store/record-block.ts';
import { diskError, SimDisk } from '#test/simulation/sim-disk.ts';
import type { RecordBlock } from '#store/ports.ts';
import { recordBlock } from './record-blocks.ts';
import { memoryMeasurements, type MemoryMeasurements } from './memory-measurements.ts';

const ROOT = '/data';

function open(
  disk: SimDisk,
  store: MemoryMeasurements,
  options: Partial<OutputCoreOptions> = {},
): OutputCore {
  disk.ensureDirectory(ROOT);
  return new OutputCore(disk, { directory: ROOT, store, segmentBytes: 800, drawSalt: () => 3, ...options });
}
function append(core: OutputCore, ...blocks: RecordBlock[]): void {
  for (const block of blocks) core.push(encodeRecordBlock(block));
  core.feed(core.flush().written);
}
const eventPositions = (core: OutputCore, after: number): number[] =>
  [...core.events(after)].flatMap(({ json }) => parseEvents(json).map(({ position }) => position));
const storedThrough = (store: MemoryMeasurements): number[] => [...store.blocks.keys()];

describe('after a restart', () => {
  test('rows the measurement store had only in memory come back from the record log', () => {
    const disk = new SimDisk(1);
    const store = memoryMeasurements();
    const core = open(disk, store);
    for (let from = 1; from <= 9; from += 2) append(core, recordBlock(from, 2));
    disk.kill();
    const fresh = memoryMeasurements();
    fresh.durable = 4;
    const again = open(disk, fresh);
    expect(again.recordEnd).toBe(10);
    expect(storedThrough(fresh)).toEqual([6, 8, 10]);
    expect(fresh.blocks.get(6)).toEqual(store.blocks.get(6));
    expect(eventPositions(again, 7)).toContain(8);
    expect(eventPositions(again, 8)).toEqual([9, 10]);
  });

  test('a segment with more rows than one turn brings after is read once for them', () => {
    const disk = new SimDisk(1);
    const store = memoryMeasurements();
    const core = open(disk, store, { segmentBytes: 1e9 });
    for (let from = 1; from <= 60_000; from += 10_000) append(core, recordBlock(from, 10_000));
    disk.kill();
    let reads = 0;
    const readPart = disk.readPart.bind(disk);
    disk.readPart = (...part) => {
      reads += 1;
      return readPart(...part);
    };
    const fresh = memoryMeasurements();
    open(disk, fresh);
    expect(storedThrough(fresh).at(-1)).toBe(60_000);
    // Once to find the end of the log, once for its rows.
    expect(reads).toBe(2);
  });

  test('rows the log no longer holds and the store never had are reported', () => {
    const disk = new SimDisk(1);
    const store = memoryMeasurements();
    const core = open(disk, store);
    for (let from = 1; from <= 40; from += 1) append(core, recordBlock(from));
    store.durable = 30;
    core.releaseThrough(40);
    core.maintain(0);
    disk.kill();
    const lost: number[] = [];
    const emptied = memoryMeasurements();
    open(disk, emptied, {
      onDamage: ({ fromPosition, toPosition }) => lost.push(fromPosition, toPosition),
    });
    expect(lost[0]).toBe(1);
    expect(lost[1]).toBeGreaterThan(20);
    expect(storedThrough(emptied).at(0)).toBe((lost[1] ?? 0) + 1);
  });
});

describe('while running', () => {
  test('what is durable reaches the store in order, and only then', () => {
    const disk = new SimDisk(2);
    const store = memoryMeasurements();
    const core = open(disk, store);
    disk.faults.sync = 1;
    core.push(encodeRecordBlock(recordBlock(1, 3)));
    core.feed(core.flush().written);
    expect(storedThrough(store)).toEqual([]);
    disk.faults.sync = 0;
    append(core, recordBlock(4, 2));
    expect(storedThrough(store)).toEqual([3, 5]);
  });

  test('a failing measurement store is trouble, does not hold up the record log, and catches up', () => {
    const disk = new SimDisk(3);
    const store = memoryMeasurements();
    const core = open(disk, store);
    append(core, recordBlock(1));
    store.failure = diskError('ENOSPC', 'data.db');
    append(core, recordBlock(2), recordBlock(3));
    append(core, recordBlock(4));
    expect(core.recordEnd).toBe(4);
    expect(core.flush().trouble?.code).toBe('store-failing');
    expect(storedThrough(store)).toEqual([1]);
    store.failure = null;
    while (core.catchUp());
    expect(storedThrough(store)).toEqual([1, 2, 3, 4]);
    expect(core.flush().trouble).toBeNull();
    append(core, recordBlock(5));
    expect(storedThrough(store)).toEqual([1, 2, 3, 4, 5]);
  });

  test('what is written while the store is brought up to date comes with the rest, without another push', () => {
    const store = memoryMeasurements();
    const core = open(new SimDisk(6), store, { segmentBytes: 1e9 });
    store.failure = diskError('ENOSPC', 'data.db');
    for (let from = 1; from <= 60_000; from += 10_000) append(core, recordBlock(from, 10_000));
    store.failure = null;
    expect(core.catchUp()).toBe(true);
    append(core, recordBlock(60_001, 10_000));
    expect(storedThrough(store).at(-1)).toBeLessThan(60_000);
    while (core.catchUp());
    expect(storedThrough(store).at(-1)).toBe(70_000);
  });

  test('segments that go between two turns are no damage to what is still to be read', () => {
    const damaged: number[] = [];
    const store = memoryMeasurements();
    const core = open(new SimDisk(7), store, {
      segmentBytes: 100_000,
      onDamage: ({ fromPosition }) => damaged.push(fromPosition),
    });
    store.failure = diskError('ENOSPC', 'data.db');
    for (let from = 1; from <= 60_000; from += 1_000) append(core, recordBlock(from, 1_000));
    store.failure = null;
    core.releaseThrough(60_000);
    while (core.catchUp()) {
      store.durable = storedThrough(store).at(-1) ?? 0;
      core.maintain(0);
    }
    expect(storedThrough(store).at(-1)).toBe(60_000);
    expect(storedThrough(store)).toHaveLength(60);
    expect(damaged).toEqual([]);
  });

  test('a fault of ours in the store is thrown, never called trouble', () => {
    const store = memoryMeasurements();
    const core = open(new SimDisk(4), store);
    store.failure = new TypeError('broken');
    expect(() => append(core, recordBlock(1))).toThrow(TypeError);
  });

  test('log segments stay until both the ledger and the measurement store have passed them', () => {
    const disk = new SimDisk(5);
    const store = memoryMeasurements();
    const core = open(disk, store);
    for (let from = 1; from <= 40; from += 1) append(core, recordBlock(from));
    const held = (): number => disk.list(`${ROOT}/records`).length;
    const all = held();
    core.releaseThrough(40);
    core.maintain(0);
    expect(held()).toBe(all);
    store.durable = 20;
    core.maintain(0);
    const some = held();
    expect(some).toBeLessThan(all);
    expect(eventPositions(core, 20)).toEqual(Array.from({ length: 20 }, (_, at) => at + 21));
    store.durable = 40;
    core.maintain(0);
    expect(held()).toBeLessThan(some);
    expect(open(disk, memoryMeasurements()).recordEnd).toBe(40);
  });

  test('on a full disk the reserve is given up for the record log, at work and at the start', () => {
    for (const when of ['at work', 'at the start']) {
      const disk = new SimDisk(7);
      const core = open(disk, memoryMeasurements());
      append(core, recordBlock(1, 4));
      disk.replace(`${ROOT}/reserve`, new Uint8Array(5_000));
      disk.capacityBytes = disk.usedBytes;
      const next = when === 'at work' ? core : open(disk, memoryMeasurements());
      append(next, recordBlock(5, 1));
      expect(next.recordEnd).toBe(5);
      expect(disk.exists(`${ROOT}/reserve`)).toBe(false);
    }
  });

  test('tells bytes used and free, open rows and the length of the record log', () => {
    const disk = new SimDisk(6);
    disk.capacityBytes = 100_000;
    const core = open(disk, memoryMeasurements());
    append(core, recordBlock(1, 4));
    const { usedBytes, freeBytes, openRows, recordLogBytes } = core.status();
    expect(openRows).toBe(4);
    expect(recordLogBytes).toBe(usedBytes);
    expect(freeBytes).toBe(100_000 - usedBytes);
  });
});
