/**
 * Inputs that crashed the fold. The first crash restarts and tries again; a second crash at the same position sets
 * the input aside for good: it stays in the journal and in this file, and a system alarm names it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type CrashCounts = Readonly<Record<string, number>>;

const CRASHES_MAX = 2;

/** Positions to pass over. Throws when the file is damaged: guessing here could change alarms. */
export function readSetAside(dataDirectory: string): ReadonlySet<number> {
  const counts = readCrashes(dataDirectory);
  return new Set(
    Object.entries(counts)
      .filter(([, count]) => count >= CRASHES_MAX)
      .map(([position]) => Number(position)),
  );
}

/** Notes one more crash at `position`; returns how many there were. */
export function noteCrash(dataDirectory: string, position: number): number {
  const counts = readCrashes(dataDirectory);
  const count = (counts[String(position)] ?? 0) + 1;
  const path = fileOf(dataDirectory);
  writeFileSync(`${path}.tmp`, JSON.stringify({ ...counts, [String(position)]: count }), { flush: true });
  renameSync(`${path}.tmp`, path);
  return count;
}

function readCrashes(dataDirectory: string): CrashCounts {
  const path = fileOf(dataDirectory);
  if (!existsSync(path)) return {};
  const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
  if (typeof value !== 'object' || value === null) throw new Error(`${path} is damaged`);
  return Object.fromEntries(Object.entries(value).map(([key, count]) => [key, Number(count)]));
}

const fileOf = (dataDirectory: string): string => join(dataDirectory, 'set-aside.json');
