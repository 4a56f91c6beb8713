import { describe, expect, test } from 'vitest';
import { SnapshotFiles } from '#store/snapshot-files.ts';
import { SimDisk } from '#test/simulation/sim-disk.ts';
import { seededRandom } from '#test/simulation/random.ts';
import type { SnapshotPage } from '#store/ports.ts';

const FOLDER = '/data/snapshots';
const header = (position: number) => ({ position, engineRevision: 'e1', takenAt: 77 });
const pages = (position: number): SnapshotPage[] =>
  [0, 1, 2].map((page) => ({
    name: page === 0 ? 'rest' : 'rules/点',
    page,
    bytes: new Uint8Array(300).fill(position + page),
  }));

function take(files: SnapshotFiles, position: number): void {
  const file = files.begin(header(position));
  for (const page of pages(position)) file.page(page);
  file.finish();
}
const pathOf = (position: number): string => `${FOLDER}/snapshot-${String(position).padStart(16, '0')}.snap`;
const plain = (list: readonly SnapshotPage[]) => list.map((page) => ({ ...page, bytes: [...page.bytes] }));

test('comes back page by page as it was given, with its header', () => {
  const disk = new SimDisk(1);
  take(new SnapshotFiles(disk, FOLDER), 12);
  const { snapshot, damage } = new SnapshotFiles(disk, FOLDER).load(12);
  expect(snapshot?.header).toEqual(header(12));
  expect(plain(snapshot?.pages ?? [])).toEqual(plain(pages(12)));
  expect(damage).toEqual([]);
});

test('the two newest are kept; none is there before the first', () => {
  const files = new SnapshotFiles(new SimDisk(1), FOLDER);
  expect(files.load(99).snapshot).toBeNull();
  for (const position of [5, 6, 9]) take(files, position);
  expect(files.positions()).toEqual([9, 6]);
});

test('an unfinished or abandoned one is never seen', () => {
  const disk = new SimDisk(1);
  const files = new SnapshotFiles(disk, FOLDER);
  take(files, 5);
  files.begin(header(8)).page({ name: 'rest', page: 0, bytes: new Uint8Array(9) });
  const abandoned = files.begin(header(9));
  abandoned.abandon();
  const again = new SnapshotFiles(disk, FOLDER);
  expect(again.load(99).snapshot?.header.position).toBe(5);
  expect(disk.list(FOLDER)).toHaveLength(1);
});

describe('a damaged newest one', () => {
  const newest = (): SimDisk => {
    const disk = new SimDisk(1);
    const files = new SnapshotFiles(disk, FOLDER);
    take(files, 5);
    take(files, 8);
    return disk;
  };

  test.each(['a byte changed', 'cut short'])('%s anywhere is put aside and the older one taken', (how) => {
    const size = newest().size(pathOf(8));
    for (let at = 0; at < size; at += 1) {
      const disk = newest();
      if (how === 'cut short') disk.truncate(pathOf(8), at);
      else disk.rot(pathOf(8), at);
      const { snapshot, damage } = new SnapshotFiles(disk, FOLDER).load(99);
      expect(snapshot?.header.position).toBe(5);
      expect(damage).toHaveLength(1);
      expect(disk.exists(`${pathOf(8)}.corrupt`)).toBe(true);
    }
  });

  test('so is one that lies beyond the record log, and later ones are not pushed out by it', () => {
    const files = new SnapshotFiles(newest(), FOLDER);
    expect(files.load(6).snapshot?.header.position).toBe(5);
    take(files, 6);
    take(files, 7);
    expect(files.positions()).toEqual([7, 6]);
  });
});

test('300 seeds of power cuts and failing disks: always the newest finished one or a later one, whole', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const disk = new SimDisk(seed);
    const random = seededRandom(seed);
    let finished = 0;
    for (let position = 1; position <= 6; position += 1) {
      const files = new SnapshotFiles(disk, FOLDER);
      const level = random.pick([0, 0.1, 0.3]);
      Object.assign(disk.faults, { append: level, sync: level, directorySync: level });
      try {
        take(files, position);
        finished = position;
      } catch (error) {
        expect(error).toMatchObject({ code: 'EIO' });
      }
      Object.assign(disk.faults, { append: 0, sync: 0, directorySync: 0 });
      if (random.chance(0.4)) disk.powerCut();
    }
    disk.powerCut();
    const { snapshot } = new SnapshotFiles(disk, FOLDER).load(99);
    expect(snapshot?.header.position ?? 0).toBeGreaterThanOrEqual(finished);
    if (snapshot !== null) expect(plain(snapshot.pages)).toEqual(plain(pages(snapshot.header.position)));
  }
});
