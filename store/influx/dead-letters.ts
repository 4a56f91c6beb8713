/**
 * Lines that InfluxDB refuses for good, kept until a person retries or discards them. One NDJSON file: an entry a
 * line, `{"gone":id}` once it is stored after all, `{"discarded":id,"line":…}` once it is given up; synced before
 * anything moves on; written anew without the gone ones. Discarded ones stay known: sent again by a refill they are
 * refused again, and must neither come back to a person nor count as missing.
 */
import { createHash } from 'node:crypto';
import type { Disk } from '../disk.ts';

export type DeadLetter = {
  /** From the line itself: the same line refused again is the same letter. */
  readonly id: string;
  readonly line: string;
  readonly status: number | null;
  readonly serverText: string;
  readonly firstSeenAt: number;
  /** Of its input in the journal; 0 when it was refilled. */
  readonly position: number;
};

/** Far more than a person would look through; delivery pauses there (they come at 100 a minute at most). */
export const DEAD_LETTERS_MAX = 50_000;
/** Gone entries in the file before it is written anew. */
const GONE_MAX = 1_000;

export const letterId = (line: string): string =>
  createHash('sha256').update(line).digest('hex').slice(0, 16);

export class DeadLetters {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #letters = new Map<string, DeadLetter>();
  /** Id -> line. */
  readonly #discarded = new Map<string, string>();
  #gone = 0;

  /** Reads what is there; a torn last line was never counted on. Throws the disk's errors. */
  constructor(disk: Disk, path: string) {
    this.#disk = disk;
    this.#path = path;
    if (!disk.exists(path)) return;
    const text = new TextDecoder().decode(disk.read(path));
    for (const line of text.split('\n')) this.#take(line);
    if (this.#gone > 0 || !(text === '' || text.endsWith('\n'))) this.#rewrite();
  }

  get size(): number {
    return this.#letters.size;
  }

  /** Oldest first. */
  list(): DeadLetter[] {
    return [...this.#letters.values()];
  }

  /** Every line that InfluxDB does not have because it refuses it. */
  *refusedLines(): Generator<string> {
    for (const { line } of this.#letters.values()) yield line;
    yield* this.#discarded.values();
  }

  get(id: string): DeadLetter | undefined {
    return this.#letters.get(id);
  }

  /** On the medium when it returns; throws the disk's error, and then none is kept. */
  add(letters: readonly DeadLetter[]): void {
    const fresh = letters.filter(({ id }) => !this.#letters.has(id) && !this.#discarded.has(id));
    if (fresh.length === 0) return;
    this.#append(fresh.map((letter) => JSON.stringify(letter)));
    for (const letter of fresh) this.#letters.set(letter.id, letter);
  }

  /** A person gave it up: it is not listed again, even when it is refused again. */
  discard(id: string): void {
    const letter = this.#letters.get(id);
    if (letter === undefined) return;
    this.#append([JSON.stringify({ discarded: id, line: letter.line })]);
    this.#letters.delete(id);
    this.#discarded.set(id, letter.line);
    // The oldest are beyond every retention by then.
    const [oldest] = this.#discarded.keys();
    if (this.#discarded.size > DEAD_LETTERS_MAX && oldest !== undefined) this.#discarded.delete(oldest);
  }

  /** Stored after all. */
  remove(id: string): void {
    if (!this.#letters.has(id)) return;
    this.#append([JSON.stringify({ gone: id })]);
    this.#letters.delete(id);
    this.#gone += 1;
    if (this.#gone > GONE_MAX) this.#rewrite();
  }

  #take(line: string): void {
    const entry = parsed(line);
    if (entry === null) return;
    if ('gone' in entry) {
      this.#letters.delete(String(entry.gone));
      this.#gone += 1;
    } else if ('discarded' in entry) {
      this.#letters.delete(String(entry.discarded));
      this.#discarded.set(String(entry.discarded), String(entry.line));
    } else this.#letters.set(entry.id, entry);
  }

  #append(lines: readonly string[]): void {
    const isNew = !this.#disk.exists(this.#path);
    const file = this.#disk.openAppend(this.#path);
    try {
      file.append(new TextEncoder().encode(lines.map((line) => `${line}\n`).join('')));
      file.sync();
    } finally {
      file.close();
    }
    if (isNew) this.#disk.syncDirectory(this.#path.slice(0, this.#path.lastIndexOf('/')));
  }

  #rewrite(): void {
    const given = [...this.#discarded].map(([discarded, line]) => ({ discarded, line }));
    const text = [...this.list(), ...given].map((entry) => `${JSON.stringify(entry)}\n`);
    this.#disk.replace(this.#path, new TextEncoder().encode(text.join('')));
    this.#gone = 0;
  }
}

type Entry =
  | DeadLetter
  | { readonly gone: unknown }
  | { readonly discarded: unknown; readonly line: unknown };

function parsed(line: string): Entry | null {
  if (line === '') return null;
  try {
    const entry: unknown = JSON.parse(line);
    if (typeof entry !== 'object' || entry === null) return null;
    if ('gone' in entry || ('discarded' in entry && 'line' in entry)) return entry;
    return isLetter(entry) ? entry : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

const isLetter = (entry: object): entry is DeadLetter =>
  'id' in entry && typeof entry.id === 'string' && 'line' in entry && typeof entry.line === 'string';
