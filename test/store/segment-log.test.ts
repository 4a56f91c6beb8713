import { describe, expect, test } from 'vitest';
import { BLOCK_HEADER_BYTES, sealBlock } from '#store/log-block.ts';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import { block, contents, LOG, openLog } from './log-model.ts';

const logFiles = (disk: SimDisk): string[] => disk.list(LOG).filter((name) => name.endsWith('.log'));

describe('a log in segment files', () => {
  test('gives back after a restart what was appended, in order and from any position', () => {
    const disk = new SimDisk(1);
    const log = openLog(disk);
    log.append([block(1, 3, 'a'), block(4, 1, 'b')]);
    log.append([block(5, 2, 'c')]);
    disk.kill();
    const again = openLog(disk);
    expect(again.end).toBe(6);
    expect(contents(again)).toEqual(['1-3:a', '4-4:b', '5-6:c']);
    expect(contents(again, 3)).toEqual(['4-4:b', '5-6:c']);
    expect(contents(again, 5)).toEqual(['5-6:c']);
    expect(contents(again, 6)).toEqual([]);
  });

  test('an append that fills the segment exactly completes, and the next one opens a new segment', () => {
    const disk = new SimDisk(1);
    const blockBytes = BLOCK_HEADER_BYTES + 60;
    const log = openLog(disk, { segmentBytes: 2 * blockBytes });
    for (let position = 1; position <= 5; position += 1) {
      log.append([block(position, 1, 'x', 60)]);
      expect(log.end).toBe(position);
    }
    expect(logFiles(disk).map((name) => Number(name.slice(0, 16)))).toEqual([1, 3, 5]);
    expect(contents(openLog(disk)).length).toBe(5);
  });

  test('a block larger than a segment has one to itself', () => {
    const log = openLog(new SimDisk(1), { segmentBytes: 100 });
    log.append([block(1, 1, 'small', 20), block(2, 1, 'large', 5000)]);
    log.append([block(3, 1, 'small', 20)]);
    expect(contents(log)).toEqual(['1-1:small', '2-2:large', '3-3:small']);
  });

  test('refuses positions that leave a hole or come twice', () => {
    const log = openLog(new SimDisk(1));
    log.append([block(1, 2, 'a')]);
    expect(() => log.append([block(4, 1, 'b')])).toThrow(RangeError);
    expect(() => log.append([block(2, 1, 'b')])).toThrow(RangeError);
    expect(() => log.append([block(3, 1, 'b'), block(5, 1, 'b')])).toThrow(RangeError);
    expect(log.end).toBe(2);
  });

  test('releases closed segments only, and says when released positions are asked for', () => {
    const disk = new SimDisk(1);
    const log = openLog(disk, { segmentBytes: 1 });
    for (let position = 1; position <= 4; position += 1) log.append([block(position, 1, 'x')]);
    expect(log.releasable(2).map(({ first, through }) => [first, through])).toEqual([
      [1, 1],
      [2, 2],
    ]);
    expect(log.releasable(99).length).toBe(3);
    log.removeOldest();
    log.removeOldest();
    expect(log.start).toBe(3);
    expect(() => contents(log, 0)).toThrow(expect.objectContaining({ code: 'log-released' }));
    expect(contents(openLog(disk), 2)).toEqual(['3-3:x', '4-4:x']);
  });
});

describe('a torn tail', () => {
  test('cut at every byte: what was synced before stays, the torn append goes, and the log goes on', () => {
    const whole = new SimDisk(1);
    const log = openLog(whole);
    log.append([block(1, 1, 'kept')]);
    const synced = log.bytes;
    log.append([block(2, 1, 'torn'), block(3, 1, 'torn')]);
    const [name] = logFiles(whole);
    const bytes = whole.read(`${LOG}/${name}`);
    for (let length = synced; length < bytes.length; length += 1) {
      const disk = new SimDisk(1);
      disk.ensureDirectory(LOG);
      disk.replace(`${LOG}/${name}`, bytes.subarray(0, length));
      const again = openLog(disk);
      expect([1, 2]).toContain(again.end);
      again.append([block(again.end + 1, 1, 'next')]);
      const told = contents(openLog(disk));
      expect(told[0]).toBe('1-1:kept');
      expect(told.at(-1)).toBe(`${again.end}-${again.end}:next`);
    }
  });

  test('cut at every byte of the very first append leaves an empty log', () => {
    const whole = new SimDisk(1);
    openLog(whole).append([block(1, 1, 'torn')]);
    const [name] = logFiles(whole);
    const bytes = whole.read(`${LOG}/${name}`);
    for (let length = 0; length < bytes.length; length += 1) {
      const disk = new SimDisk(1);
      disk.ensureDirectory(LOG);
      disk.replace(`${LOG}/${name}`, bytes.subarray(0, length));
      const again = openLog(disk);
      expect(again.end).toBe(0);
      again.append([block(1, 1, 'next')]);
      expect(contents(openLog(disk))).toEqual(['1-1:next']);
    }
  });
});

describe('damage to synced bytes', () => {
  const damaged = (segmentBytes: number, appends: number, rotten: number): SimDisk => {
    const disk = new SimDisk(1);
    const log = openLog(disk, { segmentBytes });
    for (let position = 1; position <= appends; position += 1) log.append([block(position, 1, 'x')]);
    const bytes = BLOCK_HEADER_BYTES + 24;
    const perSegment = Math.floor(segmentBytes / bytes);
    const name = logFiles(disk)[Math.floor((rotten - 1) / perSegment)];
    disk.rot(`${LOG}/${name}`, ((rotten - 1) % perSegment) * bytes + 50);
    return disk;
  };

  test.each([
    ['in the last segment', 10_000],
    ['in a closed segment', 130],
  ])('%s is refused, never passed over', (_where, segmentBytes) => {
    const disk = damaged(segmentBytes, 6, 3);
    const read = (): unknown => contents(openLog(disk));
    expect(read).toThrow(expect.objectContaining({ code: 'log-corrupt' }));
  });

  test.each([
    ['in the last segment', 10_000],
    ['in a closed segment', 130],
  ])('%s is kept aside, reported and passed over when told so', (_where, segmentBytes) => {
    const disk = damaged(segmentBytes, 6, 3);
    const holes = new Set<string>();
    const log = openLog(disk, {
      onCorruption: 'skip',
      onDamage: ({ fromPosition, toPosition, keptAs }) => {
        holes.add(`${fromPosition}-${toPosition}`);
        expect(disk.exists(keptAs ?? '')).toBe(true);
      },
    });
    expect(contents(log)).toEqual(['1-1:x', '2-2:x', '4-4:x', '5-5:x', '6-6:x']);
    expect([...holes]).toEqual(['3-3']);
    log.append([block(7, 1, 'y')]);
    expect(log.end).toBe(7);
  });

  test('a segment that is missing in the middle is damage too', () => {
    const disk = damaged(64, 6, 6);
    disk.remove(`${LOG}/${logFiles(disk)[2]}`);
    expect(() => contents(openLog(disk))).toThrow(expect.objectContaining({ code: 'log-corrupt' }));
  });

  test('a block hidden in a payload never passes for one of ours', () => {
    const forged = block(50, 1, 'forged');
    sealBlock(forged, 50, 1);
    const outer = block(2, 1, 'outer', forged.bytes.length);
    outer.bytes.set(forged.bytes, BLOCK_HEADER_BYTES);
    const disk = new SimDisk(1);
    const log = openLog(disk, { drawSalt: () => 2 });
    log.append([block(1, 1, 'good')]);
    const synced = log.bytes;
    log.append([outer]);
    disk.rot(`${LOG}/${logFiles(disk)[0]}`, synced + 8);
    expect(contents(openLog(disk, { onCorruption: 'skip' }))).toEqual(['1-1:good']);
  });
});
