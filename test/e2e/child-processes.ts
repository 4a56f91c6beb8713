/** Children of a process by what they run, from /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** A child of `parent` whose command line has `script` in it; null when there is none. */
export function childOf(parent: number, script: string): number | null {
  const child = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => Number(/^PPid:\s+(\d+)/m.exec(read(`/proc/${pid}/status`))?.[1]) === parent)
    .find((pid) => read(`/proc/${pid}/cmdline`).includes(script));
  return child ?? null;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended meanwhile.
    return '';
  }
}
