import { describe, expect, test } from 'vitest';
import { archivesIn, readArchive } from '#store/journal-archive.ts';
import { JournalCore, type JournalCoreOptions } from '#store/journal-core.ts';
import { createEntryEncoder, decodeEntries } from '#store/journal-entry.ts';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import { seededRandom } from '#test/simulation/random.ts';
import type { Journaled } from '#domain/input.ts';
import type { PendingBlock } from '#store/log-block.ts';

const ROOT = '/data';
const encoder = createEntryEncoder();
const DAY_MS = 86_400_000;

function open(disk: SimDisk, options: Partial<JournalCoreOptions> = {}): JournalCore {
  disk.ensureDirectory(ROOT);
  return new JournalCore(disk, {
    directory: ROOT,
    drawSalt: () => 5,
    reserveBytes: 0,
    segmentBytes: 2_000,
    ...options,
  });
}

const publish = (position: number, payloadBytes = 100): Journaled => ({
  kind: 'publish',
  gateway: 'gw-1',
  client: 'c',
  topic: 't',
  payload: new Uint8Array(payloadBytes).fill(position),
  qos: 1,
  dup: false,
  packetId: 1,
  position,
  receivedAt: position,
  engineTime: position,
});
const note = (position: number): Journaled => ({
  kind: 'command',
  by: { username: 'li', roles: ['duty-officer'], address: '::1' },
  command: 'alarm',
  alarm: 'a',
  revision: 1,
  action: { action: 'note', text: `note ${position}` },
  position,
  receivedAt: position,
  engineTime: position,
});
const commit = (entries: readonly Journaled[]): PendingBlock =>
  encoder.encode(entries, (bytes) => new ArrayBuffer(bytes));
const publishes = (first: number, count: number, payloadBytes?: number): PendingBlock =>
  commit(Array.from({ length: count }, (_, index) => publish(first + index, payloadBytes)));

function positions(core: JournalCore, after = core.start - 1): number[] {
  const found: number[] = [];
  for (const block of core.read(after)) decodeEntries(block, ({ position }) => found.push(position));
  return found;
}
const upTo = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, index) => from + index);

describe('a journal whose last append is damaged', () => {
  test('is refused untouched when what it held has acted; put right it is whole', () => {
    const disk = new SimDisk(7);
    const core = open(disk, { segmentBytes: 1e6 });
    for (const first of [1, 4]) {
      core.push(publishes(first, 3));
      core.flush();
    }
    const [name] = disk.list(`${ROOT}/journal`).slice(-1);
    const path = `${ROOT}/journal/${name}`;
    const last = disk.size(path) - 1;
    disk.rot(path, last);
    const before = disk.list(`${ROOT}/journal`);
    for (let start = 0; start < 2; start += 1)
      expect(() => open(disk, { endAtLeast: 6 })).toThrow(
        expect.objectContaining({ code: 'journal-behind' }),
      );
    expect(disk.list(`${ROOT}/journal`)).toEqual(before);
    disk.rot(path, last);
    expect(positions(open(disk, { endAtLeast: 6 }))).toEqual(upTo(1, 6));
  });

  test('is taken for torn, and goes on, when nothing of it has acted', () => {
    const disk = new SimDisk(7);
    const core = open(disk, { segmentBytes: 1e6 });
    for (const first of [1, 4]) {
      core.push(publishes(first, 3));
      core.flush();
    }
    const [name] = disk.list(`${ROOT}/journal`).slice(-1);
    disk.rot(`${ROOT}/journal/${name}`, disk.size(`${ROOT}/journal/${name}`) - 1);
    expect(open(disk, { endAtLeast: 3 }).end).toBe(3);
  });

  test('and one that is gone altogether is refused too', () => {
    expect(() => open(new SimDisk(7), { endAtLeast: 1 })).toThrow('through 1 already acted');
  });
});

describe('commits', () => {
  test('several that wait are joined into one sync, in order', () => {
    const disk = new SimDisk(1);
    const core = open(disk, { segmentBytes: 1e6 });
    let syncs = 0;
    disk.onCall = ({ call }) => (syncs += call === 'sync' ? 1 : 0);
    for (const first of [1, 4, 7]) core.push(publishes(first, 3));
    expect(core.flush().written.map(({ lastPosition }) => lastPosition)).toEqual([3, 6, 9]);
    expect(syncs).toBe(1);
    expect(positions(open(disk))).toEqual(upTo(1, 9));
  });

  test('a failing sync holds everything back, is retried ever more slowly, and loses nothing', () => {
    const disk = new SimDisk(2);
    const core = open(disk);
    core.push(publishes(1, 2));
    core.flush();
    disk.faults.sync = 1;
    core.push(publishes(3, 2));
    const waits = Array.from({ length: 6 }, () => core.flush().retryMs);
    expect(waits).toEqual([200, 400, 800, 1600, 2000, 2000]);
    expect(core.flush().trouble?.code).toBe('disk-error');
    expect(core.end).toBe(2);
    core.push(publishes(5, 1));
    disk.faults.sync = 0;
    expect(core.flush()).toMatchObject({ trouble: null, retryMs: null });
    disk.powerCut();
    expect(positions(open(disk))).toEqual(upTo(1, 5));
  });

  test('what is reported written would survive the worst power cut, at every moment', () => {
    const disk = new SimDisk(3);
    const core = open(disk);
    const random = seededRandom(3);
    let first = 1;
    for (let round = 0; round < 200; round += 1) {
      Object.assign(disk.faults, { sync: 0.3, append: 0.1, directorySync: 0.2, create: 0.1 });
      const count = 1 + random.int(5);
      core.push(publishes(first, count));
      first += count;
      const last = core.flush().written.at(-1)?.lastPosition ?? 0;
      Object.assign(disk.faults, { sync: 0, append: 0, directorySync: 0, create: 0 });
      const worst = new SimDisk(1);
      worst.ensureDirectory(ROOT);
      worst.ensureDirectory(`${ROOT}/journal`);
      for (const [path, bytes] of disk.certainFiles()) worst.replace(path, bytes);
      expect(open(worst).end).toBeGreaterThanOrEqual(last);
    }
    expect(core.end).toBeGreaterThan(300);
  });
});

describe('a full disk', () => {
  test('takes the reserve, says so while commits go on, and lays it down again when there is room', () => {
    const disk = new SimDisk(4);
    const core = open(disk, { reserveBytes: 40_000, segmentBytes: 1e6 });
    while (core.step(0).more);
    expect(disk.size(`${ROOT}/reserve`)).toBe(40_000);
    disk.capacityBytes = disk.usedBytes + 100;
    core.push(publishes(1, 10));
    expect(core.flush()).toMatchObject({ trouble: { code: 'disk-reserve' }, retryMs: null });
    expect(core.end).toBe(10);
    core.step(0);
    core.push(publishes(11, 1));
    expect(core.flush().trouble?.code).toBe('disk-reserve');
    disk.capacityBytes = 10_000_000;
    while (core.step(0).more);
    expect(core.flush().trouble).toBeNull();
    expect(disk.size(`${ROOT}/reserve`)).toBe(40_000);
  });

  test('knows when another part took the reserve', () => {
    const disk = new SimDisk(4);
    const core = open(disk, { reserveBytes: 10_000 });
    while (core.step(0).more);
    disk.remove(`${ROOT}/reserve`);
    disk.capacityBytes = disk.usedBytes + 5_000;
    core.step(0);
    expect(core.flush().trouble?.code).toBe('disk-reserve');
    disk.capacityBytes = 1e6;
    while (core.step(0).more);
    expect(core.flush().trouble).toBeNull();
  });

  test('with nothing left to give keeps the commits waiting, and ends by itself', () => {
    const disk = new SimDisk(5);
    const core = open(disk);
    disk.capacityBytes = 50;
    core.push(publishes(1, 3));
    expect(core.flush()).toMatchObject({ written: [], trouble: { code: 'disk-full' }, retryMs: 200 });
    disk.capacityBytes = 1e6;
    expect(core.flush()).toMatchObject({ trouble: null });
    expect(positions(core)).toEqual([1, 2, 3]);
  });

  test('does not keep the platform from starting', () => {
    const disk = new SimDisk(6);
    const core = open(disk, { reserveBytes: 30_000 });
    while (core.step(0).more);
    core.push(publishes(1, 10));
    core.flush();
    disk.kill();
    disk.capacityBytes = disk.usedBytes;
    const again = open(disk, { reserveBytes: 30_000 });
    expect(positions(again)).toEqual(upTo(1, 10));
  });
});

describe('the archive', () => {
  function filled(disk: SimDisk): JournalCore {
    const core = open(disk);
    for (let first = 1; first <= 41; first += 10) {
      core.push(commit([...upTo(first, first + 8).map((at) => publish(at)), note(first + 9)]));
      core.flush();
    }
    return core;
  }
  const archives = (disk: SimDisk) => archivesIn(disk, `${ROOT}/journal/archive`);
  const archived = (disk: SimDisk): number[] => {
    const found: number[] = [];
    for (const archive of archives(disk)) {
      for (const block of readArchive(disk, archive)) {
        decodeEntries(block, ({ position }) => found.push(position));
      }
    }
    return found;
  };

  test('takes released segments whole and compressed; the rest stays to be replayed', () => {
    const disk = new SimDisk(7);
    const core = filled(disk);
    core.releaseThrough(25);
    while (core.step(1_000).more);
    expect(archived(disk)).toEqual(upTo(1, 20));
    expect(positions(core, 20)).toEqual(upTo(21, 50));
    expect(() => positions(core, 5)).toThrow(expect.objectContaining({ code: 'log-released' }));
  });

  test('goes after its time, oldest first, but what people ordered is kept for ever', () => {
    const disk = new SimDisk(8);
    const core = filled(disk);
    core.releaseThrough(20);
    while (core.step(0).more);
    core.releaseThrough(40);
    while (core.step(10 * DAY_MS).more);
    expect(archives(disk).map(({ first }) => first)).toEqual([1, 11, 21, 31]);
    while (core.step(30 * DAY_MS).more);
    expect(archives(disk).map(({ first }) => first)).toEqual([21, 31]);
    const lines = new TextDecoder().decode(disk.read(`${ROOT}/journal/archive/kept-inputs.jsonl`));
    expect([...lines.matchAll(/"note (\d+)"/g)].map((match) => Number(match[1]))).toEqual([10, 20, 30, 40]);
  });

  test('survives kills and power cuts at any step: each position in the journal or in the archive', () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const disk = new SimDisk(seed);
      const core = filled(disk);
      core.releaseThrough(40);
      const random = seededRandom(seed);
      for (let step = random.int(20); step > 0; step -= 1) core.step(1_000);
      if (random.chance(0.5)) disk.powerCut();
      else disk.kill();
      const again = open(disk);
      const held = new Set([...archived(disk), ...positions(again)]);
      expect([...held].sort((a, b) => a - b)).toEqual(upTo(1, 50));
      again.releaseThrough(40);
      while (again.step(2_000).more);
      expect(archived(disk)).toEqual(upTo(1, 40));
      const text = new TextDecoder().decode(disk.read(`${ROOT}/journal/archive/kept-inputs.jsonl`));
      expect([...text.matchAll(/"note (\d+)"/g)].map((match) => Number(match[1]))).toEqual([10, 20, 30, 40]);
    }
  });

  test('gives way, oldest first, before the disk is full', () => {
    const disk = new SimDisk(10);
    const core = open(disk, { reserveBytes: 1_000 });
    for (let first = 1; first <= 41; first += 10) {
      core.push(publishes(first, 10));
      core.flush();
    }
    core.releaseThrough(40);
    while (core.step(0).more);
    expect(archives(disk)).toHaveLength(4);
    const [oldest] = archives(disk);
    disk.capacityBytes = disk.usedBytes + 4_000 - 1;
    while (core.step(0).more);
    expect(archives(disk)).toHaveLength(3);
    expect(disk.exists(oldest?.path ?? '')).toBe(false);
  });

  test('gives way on a full disk before the reserve does', () => {
    const disk = new SimDisk(9);
    const core = filled(disk);
    core.releaseThrough(40);
    while (core.step(0).more);
    disk.capacityBytes = disk.usedBytes + 10;
    core.push(publishes(51, 1, 300));
    expect(core.flush().trouble).toBeNull();
    expect(archives(disk).length).toBeLessThan(4);
  });
});
