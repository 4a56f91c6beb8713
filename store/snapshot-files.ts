/** Snapshots on disk: written aside, renamed when whole; the two newest are kept. */
import type { AppendFile, Disk } from './disk.ts';
import type { Snapshot, SnapshotHeader, SnapshotPage } from './ports.ts';
import { createSnapshotEncoder, parseSnapshot, type SnapshotEncoder } from './snapshot-format.ts';
import type { Damage } from './store-error.ts';

const KEPT = 2;
/** Synced piece by piece: one sync of everything would hold up the record log. */
const SYNC_EVERY_BYTES = 4 * 1024 * 1024;
const NAME = /^snapshot-(\d{16})\.snap$/;

/** One snapshot being written. Every call may throw the disk's errors; then abandon it. */
export type SnapshotFile = {
  page(page: SnapshotPage): void;
  finish(): void;
  abandon(): void;
};

export class SnapshotFiles {
  readonly #disk: Disk;
  readonly #directory: string;
  #begun = 0;

  /** Removes what an earlier life left unfinished. */
  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    disk.ensureDirectory(directory);
    for (const name of disk.list(directory)) {
      if (name.endsWith('.part')) disk.remove(`${directory}/${name}`);
    }
  }

  /** Positions of the snapshots kept, newest first. */
  positions(): number[] {
    return this.#files().map(({ position }) => position);
  }

  begin(header: SnapshotHeader): SnapshotFile {
    this.#begun += 1;
    const part = `${this.#directory}/${this.#begun}.part`;
    const encoder = createSnapshotEncoder();
    const file = this.#disk.openAppend(part);
    const write = syncingNowAndThen(file);
    write(encoder.header(header));
    return {
      page: (page) => write(encoder.page(page)),
      finish: () => this.#finish(part, file, encoder, header.position),
      abandon: () => {
        file.close();
        if (this.#disk.exists(part)) this.#disk.remove(part);
      },
    };
  }

  /** The newest whole one at or before `recordEnd`; those that cannot be used are put aside and named. */
  load(recordEnd: number): { readonly snapshot: Snapshot | null; readonly damage: readonly Damage[] } {
    const damage: Damage[] = [];
    for (const { path, position } of this.#files()) {
      const found =
        position > recordEnd
          ? { damaged: `the record log ends before it, at ${recordEnd}` }
          : parseSnapshot(this.#disk.readPart(path, 0, this.#disk.size(path)));
      if (!('damaged' in found)) return { snapshot: found, damage };
      const keptAs = `${path}.corrupt`;
      this.#disk.rename(path, keptAs);
      const detail = `the snapshot at ${position} cannot be used: ${found.damaged}`;
      damage.push({ file: path, keptAs, fromPosition: 0, toPosition: 0, detail });
    }
    return { snapshot: null, damage };
  }

  #finish(part: string, file: AppendFile, encoder: SnapshotEncoder, position: number): void {
    file.append(encoder.footer());
    file.sync();
    file.close();
    const name = `snapshot-${String(position).padStart(16, '0')}.snap`;
    this.#disk.rename(part, `${this.#directory}/${name}`);
    this.#disk.syncDirectory(this.#directory);
    for (const { path } of this.#files().slice(KEPT)) this.#disk.remove(path);
  }

  #files(): { readonly path: string; readonly position: number }[] {
    const found = this.#disk.list(this.#directory).flatMap((name) => {
      const match = NAME.exec(name);
      return match === null ? [] : [{ path: `${this.#directory}/${name}`, position: Number(match[1]) }];
    });
    return found.sort((a, b) => b.position - a.position);
  }
}

function syncingNowAndThen(file: AppendFile): (bytes: Uint8Array) => void {
  let unsynced = 0;
  return (bytes) => {
    file.append(bytes);
    unsynced += bytes.length;
    if (unsynced < SYNC_EVERY_BYTES) return;
    file.sync();
    unsynced = 0;
  };
}
