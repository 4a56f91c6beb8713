import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { realDisk } from '#store/real-disk.ts';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import type { Disk } from '#store/disk.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-disk-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (from: Uint8Array): string => new TextDecoder().decode(from);

const disks: readonly (readonly [string, () => Disk])[] = [
  ['the real disk', realDisk],
  ['the simulated disk', () => new SimDisk(1)],
];

describe.each(disks)('%s', (name, open) => {
  const disk = open();
  const root = join(folder, name.replaceAll(' ', '-'), 'deep');
  disk.ensureDirectory(root);

  test('appends to what is there and reads it back whole or in part', () => {
    const path = `${root}/a`;
    for (const part of ['one', 'two']) {
      const file = disk.openAppend(path);
      file.append(bytes(part));
      file.sync();
      file.close();
    }
    expect(text(disk.read(path))).toBe('onetwo');
    expect(text(disk.readPart(path, 2, 3))).toBe('etw');
    expect(text(disk.readPart(path, 4, 100))).toBe('wo');
    expect(disk.size(path)).toBe(6);
  });

  test('replaces a file whole and leaves no temporary one', () => {
    disk.replace(`${root}/b`, bytes('a much longer first version'));
    disk.replace(`${root}/b`, bytes('second'));
    expect(text(disk.read(`${root}/b`))).toBe('second');
    expect(disk.list(root).filter((file) => file.includes('tmp'))).toEqual([]);
  });

  test('lists plain files sorted, and nothing where there is no directory', () => {
    disk.ensureDirectory(`${root}/listed`);
    for (const file of ['b', 'a', 'c']) disk.openAppend(`${root}/listed/${file}`).close();
    disk.ensureDirectory(`${root}/listed/inner`);
    expect(disk.list(`${root}/listed`)).toEqual(['a', 'b', 'c']);
    expect(disk.list(`${root}/nowhere`)).toEqual([]);
  });

  test('renames, truncates and removes', () => {
    disk.replace(`${root}/d`, bytes('0123456789'));
    disk.rename(`${root}/d`, `${root}/e`);
    disk.truncate(`${root}/e`, 4);
    expect(text(disk.read(`${root}/e`))).toBe('0123');
    expect(disk.exists(`${root}/d`)).toBe(false);
    disk.remove(`${root}/e`);
    expect(disk.exists(`${root}/e`)).toBe(false);
    disk.syncDirectory(root);
  });

  test('says ENOENT for what is not there, and how much is free', () => {
    const missing = expect.objectContaining({ code: 'ENOENT' });
    expect(() => disk.read(`${root}/none`)).toThrow(missing);
    expect(() => disk.openAppend(`${root}/no/such/file`)).toThrow(missing);
    expect(() => disk.syncDirectory(`${root}/no/such`)).toThrow(missing);
    expect(disk.freeBytes(root)).toBeGreaterThan(0);
  });
});

describe('a power cut on the simulated disk', () => {
  test('a file whose directory was never synced may vanish, a synced one never', () => {
    let vanished = 0;
    for (let seed = 1; seed <= 50; seed += 1) {
      const disk = new SimDisk(seed);
      disk.ensureDirectory('/d');
      const file = disk.openAppend('/d/x');
      file.append(bytes('synced'));
      file.sync();
      disk.syncDirectory('/d');
      disk.openAppend('/d/y');
      disk.powerCut();
      expect(text(disk.read('/d/x'))).toBe('synced');
      expect(() => file.append(bytes('late'))).toThrow(expect.objectContaining({ code: 'EBADF' }));
      if (!disk.exists('/d/y')) vanished += 1;
    }
    expect(vanished).toBeGreaterThan(5);
  });

  test('unsynced bytes may be lost, torn or reordered; a sync that failed does not save them later', () => {
    const seen = new Set<string>();
    for (let seed = 1; seed <= 200; seed += 1) {
      const disk = new SimDisk(seed);
      disk.ensureDirectory('/d');
      const file = disk.openAppend('/d/x');
      disk.syncDirectory('/d');
      disk.faults.sync = 1;
      file.append(new Uint8Array(3 * 4096).fill(7));
      expect(() => file.sync()).toThrow(expect.objectContaining({ code: 'EIO' }));
      disk.faults.sync = 0;
      file.sync();
      disk.powerCut();
      const pages = [0, 1, 2].map((page) => disk.read('/d/x')[page * 4096] ?? '-');
      seen.add(pages.join());
    }
    expect(seen.has('0,7,7')).toBe(true);
    expect(seen.has('7,7,7')).toBe(true);
    expect(seen.size).toBeGreaterThan(4);
  });
});
