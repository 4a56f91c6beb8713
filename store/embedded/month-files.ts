/** The month files of one directory: found by name, opened when needed, a few at a time; retention removes whole files. */
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StoreTrouble } from '../ports.ts';
import { MonthFile } from './month-file.ts';
import { HOUR_MS } from './row-columns.ts';

const NAME = /^data-(\d{4})(\d{2})\.db$/;
/** Open database handles: a query over years must not hold a file and a cache for each month of them. */
const OPEN_MAX = 6;
/** SQLite's result codes for a file that is not, or no longer, a database. */
const CORRUPT_CODES: readonly number[] = [11, 26];

/** Months since year 0. */
export type Month = number;

export const monthOfHour = (hour: number): Month => {
  const date = new Date(hour * HOUR_MS);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};
/** First hour of a month; `month + 1` gives its end. */
export const monthStartHour = (month: Month): number =>
  Date.UTC(Math.floor(month / 12), month % 12) / HOUR_MS;

export class MonthFiles {
  private readonly directory: string;
  private readonly onTrouble: (trouble: StoreTrouble) => void;
  private readonly known: Set<Month>;
  /** Least recently used first. */
  private readonly open = new Map<Month, MonthFile>();

  constructor(directory: string, onTrouble: (trouble: StoreTrouble) => void) {
    this.directory = directory;
    this.onTrouble = onTrouble;
    this.known = new Set(
      readdirSync(directory)
        .map((name) => NAME.exec(name))
        .filter((match) => match !== null)
        .map((match) => Number(match[1]) * 12 + Number(match[2]) - 1),
    );
  }

  /** Months that have a file, oldest first. */
  months(): Month[] {
    return [...this.known].sort((a, b) => a - b);
  }

  /** The file of a month, or null when there is none. */
  existing(month: Month): MonthFile | null {
    return this.known.has(month) ? this.orCreated(month) : null;
  }

  /** The file of a month, made when absent. A file that is no database is renamed aside, reported, and begun anew. */
  orCreated(month: Month): MonthFile {
    let file = this.open.get(month);
    if (file) this.open.delete(month);
    else file = this.opened(this.pathOf(month));
    this.open.set(month, file);
    this.known.add(month);
    this.closeLeastUsed();
    return file;
  }

  /** Removes the files of months before `month`; returns the number removed. */
  removeBefore(month: Month): number {
    let removed = 0;
    for (const old of this.months().filter((candidate) => candidate < month)) {
      this.open.get(old)?.close();
      this.open.delete(old);
      for (const suffix of ['', '-wal', '-shm']) rmSync(this.pathOf(old) + suffix, { force: true });
      this.known.delete(old);
      removed++;
    }
    return removed;
  }

  close(): void {
    for (const file of this.open.values()) file.close();
    this.open.clear();
  }

  private closeLeastUsed(): void {
    const [oldest] = this.open;
    if (this.open.size <= OPEN_MAX || !oldest) return;
    oldest[1].close();
    this.open.delete(oldest[0]);
  }

  private opened(path: string): MonthFile {
    try {
      return new MonthFile(path);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      setFileAside(path, this.onTrouble);
      return new MonthFile(path);
    }
  }

  private pathOf(month: Month): string {
    const digits = `${Math.floor(month / 12)}`.padStart(4, '0') + `${(month % 12) + 1}`.padStart(2, '0');
    return join(this.directory, `data-${digits}.db`);
  }
}

/** True when SQLite says that the file itself is damaged. */
export const isCorrupt = (error: unknown): boolean =>
  error instanceof Error &&
  'errcode' in error &&
  typeof error.errcode === 'number' &&
  CORRUPT_CODES.includes(error.errcode & 255);

/** Renames a damaged database (with its log) to `.damaged-N` and reports it. */
export function setFileAside(path: string, onTrouble: (trouble: StoreTrouble) => void): void {
  let number = 1;
  while (existsSync(`${path}.damaged-${number}`)) number++;
  renameSync(path, `${path}.damaged-${number}`);
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${path}.damaged-${number}-wal`);
  rmSync(`${path}-shm`, { force: true });
  onTrouble({ code: 'measurement-file-damaged', detail: `${path} is kept as ${path}.damaged-${number}` });
}
