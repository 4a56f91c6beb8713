/**
 * Inputs that are kept for ever: what people ordered, what was raised, and which catalogue was in force, one JSON line each in
 * `kept-inputs.jsonl`, taken out of the journal before a segment goes to the archive and, one day, from there.
 */
import type { Journaled } from '#domain/input.ts';
import type { AppendFile, Disk } from './disk.ts';

const TAIL_BYTES = 64 * 1024;

export class KeptInputs {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #path: string;
  #file: AppendFile | null = null;
  #end: number;

  /** Cuts a torn last line. */
  constructor(disk: Disk, directory: string) {
    this.#disk = disk;
    this.#directory = directory;
    this.#path = `${directory}/kept-inputs.jsonl`;
    this.#end = disk.exists(this.#path) ? this.#recover() : 0;
  }

  /** Position of the last input kept; 0 when none is. */
  get end(): number {
    return this.#end;
  }

  /** Keeps those worth it that are not kept yet; when it returns they are on the medium. */
  keep(inputs: readonly Journaled[]): void {
    const fresh = inputs.filter((input) => isKept(input) && input.position > this.#end);
    const last = fresh.at(-1);
    if (last === undefined) return;
    const lines = fresh.map((input) => `${JSON.stringify(input)}\n`).join('');
    try {
      const file = (this.#file ??= this.#disk.openAppend(this.#path));
      file.append(new TextEncoder().encode(lines));
      file.sync();
      this.#disk.syncDirectory(this.#directory);
    } catch (error) {
      this.close();
      throw error;
    }
    this.#end = last.position;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** The position in the last whole line, found from the end; a longer line than the tail widens the search. */
  #recover(): number {
    const size = this.#disk.size(this.#path);
    for (let length = Math.min(TAIL_BYTES, size); ; length = Math.min(length * 4, size)) {
      const tail = Buffer.from(this.#disk.readPart(this.#path, size - length, length));
      const end = tail.lastIndexOf('\n');
      const start = end <= 0 ? -1 : tail.lastIndexOf('\n', end - 1);
      if (start === -1 && length < size) continue;
      if (end + 1 < tail.length) this.#disk.truncate(this.#path, size - (tail.length - end - 1));
      return end === -1 ? 0 : positionOf(tail.toString('utf8', start + 1, end));
    }
  }
}

const KEPT: ReadonlySet<Journaled['kind']> = new Set(['command', 'catalogue', 'raise', 'notice']);
const isKept = (input: Journaled): boolean => KEPT.has(input.kind);

function positionOf(line: string): number {
  const value: unknown = JSON.parse(line);
  if (typeof value === 'object' && value !== null && 'position' in value) return Number(value.position);
  throw new RangeError(`a kept input without position: ${line.slice(0, 80)}`);
}
