/** Seeded crashes over the log: what was promised stays, unchanged; what is read was once handed over. */
import { expect, test } from 'vitest';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import { seededRandom, type Random } from '#test/simulation/random.ts';
import type { PendingBlock } from '#store/log-block.ts';
import type { SegmentLog } from '#store/segment-log.ts';
import { block, contents, openLog } from './log-model.ts';

const OPTIONS = { segmentBytes: 9_000 };

/** One seed's history: appends under faults, between kills and power cuts. */
class History {
  readonly random: Random;
  readonly disk: SimDisk;
  log: SegmentLog;
  /** What the log promised, by block. */
  promised: string[] = [];
  /** What was handed over since and failed: may or may not be there after a crash. */
  doubtful: PendingBlock[] = [];
  failures = 0;
  #tag = 0;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.disk = new SimDisk(seed);
    this.log = openLog(this.disk, OPTIONS);
  }

  append(): void {
    const blocks = [...this.doubtful];
    let first = (blocks.at(-1)?.lastPosition ?? this.log.end) + 1;
    for (let more = this.random.int(4); more >= 0; more -= 1) {
      const count = 1 + this.random.int(5);
      blocks.push(block(first, count, `t${(this.#tag += 1)}`, 8 + this.random.int(4000)));
      first += count;
    }
    this.doubtful = blocks;
    const before = this.log.end;
    try {
      this.log.append(blocks);
      this.promised.push(...blocks.map(nameOf));
      this.doubtful = [];
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^E(IO|NOSPC)$/) });
      expect(this.log.end).toBe(before);
      this.failures += 1;
    }
  }

  crash(): void {
    const start = this.log.start;
    if (this.random.chance(0.5)) this.disk.powerCut();
    else this.disk.kill();
    if (this.random.chance(0.3)) this.crashWhileOpening();
    this.calm();
    this.log = openLog(this.disk, OPTIONS);
    expect(this.log.start).toBeLessThanOrEqual(start);
    const found = contents(this.log, this.log.start - 1);
    const kept = this.promised.slice(this.promised.length - (found.length - this.extra(found)));
    expect(found.slice(0, kept.length)).toEqual(kept);
    expect(this.log.end).toBeGreaterThanOrEqual(lastOf(this.promised));
    const beyond = found.slice(kept.length);
    expect(this.doubtful.map(nameOf).slice(0, beyond.length)).toEqual(beyond);
    this.promised.push(...beyond);
    this.doubtful = [];
  }

  /** The log recovers under faults, and the machine dies again in the middle of it. */
  crashWhileOpening(): void {
    Object.assign(this.disk.faults, { append: 0.4, sync: 0.4, create: 0.2, directorySync: 0.4 });
    try {
      openLog(this.disk, OPTIONS);
    } catch (error) {
      expect(error).toMatchObject({ code: expect.stringMatching(/^E(IO|NOSPC)$/) });
    }
    if (this.random.chance(0.5)) this.disk.powerCut();
    else this.disk.kill();
  }

  release(): void {
    this.calm();
    for (const _ of this.log.releasable(this.random.int(this.log.end + 1))) this.log.removeOldest();
  }

  stir(): void {
    const { faults } = this.disk;
    const level = this.random.pick([0, 0, 0.1, 0.5]);
    Object.assign(faults, { append: level, sync: level, create: level / 2, directorySync: level / 2 });
    this.disk.capacityBytes = this.random.chance(0.2)
      ? this.disk.usedBytes + this.random.int(6000)
      : Number.MAX_SAFE_INTEGER;
  }

  calm(): void {
    Object.assign(this.disk.faults, { append: 0, sync: 0, create: 0, directorySync: 0 });
    this.disk.capacityBytes = Number.MAX_SAFE_INTEGER;
  }

  private extra(found: readonly string[]): number {
    return found.filter((name) => firstOf(name) > lastOf(this.promised)).length;
  }
}

function nameOf({ firstPosition, lastPosition, bytes }: PendingBlock): string {
  const text = new TextDecoder().decode(bytes.subarray(40));
  return `${firstPosition}-${lastPosition}:${text.slice(0, text.indexOf('@'))}`;
}
const firstOf = (name: string): number => Number.parseInt(name, 10);
const lastOf = (names: readonly string[]): number => Number.parseInt(names.at(-1)?.split('-')[1] ?? '0', 10);

test('1,000 seeds of kills, power cuts, failing syncs and full disks lose and change nothing promised', () => {
  let failures = 0;
  let crashes = 0;
  let recovered = 0;
  for (let seed = 1; seed <= 1000; seed += 1) {
    const history = new History(seed);
    try {
      for (let round = 0; round < 4; round += 1) {
        for (let step = 0; step < 8; step += 1) {
          history.stir();
          history.append();
          if (history.random.chance(0.2)) history.release();
        }
        const promised = history.promised.length;
        history.crash();
        crashes += 1;
        recovered += history.promised.length - promised;
      }
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
    failures += history.failures;
  }
  expect(crashes).toBe(4000);
  expect(failures).toBeGreaterThan(5000);
  expect(recovered).toBeGreaterThan(100);
});

test('at the moment an append returns, the worst power cut would keep it', () => {
  const disk = new SimDisk(7);
  const log = openLog(disk, { segmentBytes: 5_000 });
  const random = seededRandom(7);
  for (let round = 0; round < 300; round += 1) {
    Object.assign(disk.faults, { sync: 0.2, directorySync: 0.2, append: 0.1, create: 0.1 });
    try {
      log.append([block(log.end + 1, 1, 'p', random.int(2000) + 8)]);
    } catch {
      continue;
    }
    Object.assign(disk.faults, { sync: 0, directorySync: 0, append: 0, create: 0 });
    const worst = new SimDisk(1);
    worst.ensureDirectory('/log');
    for (const [path, bytes] of disk.certainFiles()) worst.replace(path, bytes);
    expect(openLog(worst).end).toBe(log.end);
  }
  expect(log.end).toBeGreaterThan(100);
});
