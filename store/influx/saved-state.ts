/**
 * What the forwarder knows across a restart, in two files of `influx/`: `cursor` (through which row of the record log
 * everything is stored) and `hours` (which points of which hours are touched by what). Each is replaced whole, after
 * the server's answer; losing both costs sending again, never a row. Hours are written first: a cursor never claims
 * more than they say.
 */
import type { Disk } from '../disk.ts';
import { HourPoints } from './hour-points.ts';

/** Every row through this position is stored, and so many rows of the block that follows it. */
export type Cursor = { readonly through: number; readonly rows: number };

const START: Cursor = { through: 0, rows: 0 };

export class SavedState {
  /** True when there was no cursor: InfluxDB is new here. */
  readonly fresh: boolean;
  cursor: Cursor = START;
  /** Touched by rows that wait in the record log, through `scannedThrough`. */
  readonly waiting: HourPoints;
  scannedThrough = 0;
  /** Arrival of the newest row among them, epoch ms. */
  lastArrivalAt = 0;
  /** To be sent again from the embedded store. */
  readonly refill: HourPoints;
  /** Hours of which not even the points are known: they come before `refill`. */
  wholeHours: number[] = [];
  /** Sent since they were last found complete. */
  readonly written: HourPoints;
  /** Hours that the server keeps no longer; not compared. */
  readonly expiredHours: Set<number>;
  readonly #disk: Disk;
  readonly #directory: string;
  #savedCursor = '';
  #savedHours = '';

  /** Throws the disk's errors. A file that cannot be read counts as absent. */
  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    disk.ensureDirectory(directory);
    const cursor = this.#read('cursor');
    this.fresh = cursor === null;
    const { through, rows, scannedThrough, lastArrivalAt } = cursor ?? {};
    this.cursor = { through: whole(through), rows: whole(rows) };
    const hours = this.#read('hours') ?? {};
    this.scannedThrough = Math.max(whole(scannedThrough), this.cursor.through);
    this.lastArrivalAt = whole(lastArrivalAt);
    this.waiting = HourPoints.fromJson(hours['waiting']);
    this.refill = HourPoints.fromJson(hours['refill']);
    this.written = HourPoints.fromJson(hours['written']);
    this.wholeHours = numbers(hours['wholeHours']);
    this.expiredHours = new Set(numbers(hours['expiredHours']));
  }

  /** Writes what changed. `behind` = rows wait that may leave the log before they are sent. */
  save(behind: boolean): void {
    const { waiting, refill, written, wholeHours, expiredHours } = this;
    const revisions = [refill, written].map(({ revision: one }) => one);
    const revision = [...revisions, wholeHours.length, expiredHours.size, behind ? waiting.revision : 0].join(
      ' ',
    );
    if (revision !== this.#savedHours) {
      this.#write('hours', {
        waiting: waiting.toJson(),
        refill: refill.toJson(),
        written: written.toJson(),
        wholeHours,
        expiredHours: [...expiredHours],
      });
      this.#savedHours = revision;
    }
    const { scannedThrough, lastArrivalAt } = this;
    const cursor = {
      ...this.cursor,
      scannedThrough: behind ? scannedThrough : this.cursor.through,
      lastArrivalAt,
    };
    if (JSON.stringify(cursor) === this.#savedCursor) return;
    this.#write('cursor', cursor);
    this.#savedCursor = JSON.stringify(cursor);
  }

  #write(name: string, content: unknown): void {
    this.#disk.replace(`${this.#directory}/${name}`, new TextEncoder().encode(JSON.stringify(content)));
  }

  #read(name: string): Record<string, unknown> | null {
    const path = `${this.#directory}/${name}`;
    if (!this.#disk.exists(path)) return null;
    try {
      const content: unknown = JSON.parse(new TextDecoder().decode(this.#disk.read(path)));
      return typeof content === 'object' && content !== null ? { ...content } : null;
    } catch (error) {
      if (error instanceof SyntaxError) return null;
      throw error;
    }
  }
}

const whole = (value: unknown): number =>
  Number.isSafeInteger(value) && Number(value) >= 0 ? Number(value) : 0;
const numbers = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter(Number.isSafeInteger) : [];
