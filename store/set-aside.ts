/**
 * Inputs that crashed the fold, and entries of the journal that cannot be read. The first crash restarts and tries again; a second crash at the same position sets
 * the input aside for good: it stays in the journal and in this file, and a system alarm names it. What cannot be read
 * is set aside at once: reading it again would make no difference.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { realDisk } from './real-disk.ts';

type CrashCounts = Readonly<Record<string, number>>;

const CRASHES_MAX = 2;

/** The file that names them cannot be read: guessing what it held could change alarms. */
export class SetAsideError extends Error {
  readonly code = 'set-aside-unreadable';
}

/** Positions to pass over. Throws a SetAsideError when the file is damaged. */
export function readSetAside(dataDirectory: string): ReadonlySet<number> {
  const counts = readCrashes(dataDirectory);
  return new Set(
    Object.entries(counts)
      .filter(([, count]) => count >= CRASHES_MAX)
      .map(([position]) => Number(position)),
  );
}

/** Notes one more crash at `position`, for certain, before it returns; returns how many there were. */
export function noteCrash(dataDirectory: string, position: number): number {
  const counts = readCrashes(dataDirectory);
  const count = (counts[String(position)] ?? 0) + 1;
  write(dataDirectory, { ...counts, [String(position)]: count });
  return count;
}

/** Sets `from` to `to` aside for good, for certain, before it returns. */
export function setAside(dataDirectory: string, from: number, to: number): void {
  const counts: Record<string, number> = { ...readCrashes(dataDirectory) };
  for (let position = from; position <= to; position += 1) counts[String(position)] = CRASHES_MAX;
  write(dataDirectory, counts);
}

const write = (dataDirectory: string, counts: CrashCounts): void =>
  realDisk().replace(fileOf(dataDirectory), new TextEncoder().encode(JSON.stringify(counts)));

function readCrashes(dataDirectory: string): CrashCounts {
  const path = fileOf(dataDirectory);
  if (!existsSync(path)) return {};
  const value = parsed(readFileSync(path, 'utf8'));
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    !Object.entries(value).every(isCount)
  ) {
    throw new SetAsideError(`${path} is damaged: restore it, or remove it to try those inputs again`);
  }
  return Object.fromEntries(Object.entries(value));
}

const isCount = ([position, count]: [string, unknown]): boolean =>
  /^[1-9]\d*$/.test(position) && typeof count === 'number' && Number.isInteger(count) && count > 0;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const fileOf = (dataDirectory: string): string => join(dataDirectory, 'set-aside.json');
