/** The distinct gateways, clients and topics of one commit: a text is written once, however many publishes carry it. */
import { createReader, type Writer } from './byte-stream.ts';

const FORM = { utf8: 0, utf16: 1 } as const;

export type Names = {
  /** The text's number, counted from 0 as they come. */
  number(text: string): number;
  /** At most so many bytes will be written. */
  bytesMax(): number;
  write(writer: Writer): void;
  clear(): void;
};

export function createNames(): Names {
  const numbers = new Map<string, number>();
  let bytesMax = 4;
  return {
    number(text) {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size);
      bytesMax += 5 + text.length * 3;
      return numbers.size - 1;
    },
    bytesMax: () => bytesMax,
    write(writer) {
      writer.u32(numbers.size);
      for (const text of numbers.keys()) writeName(writer, text);
    },
    clear() {
      numbers.clear();
      bytesMax = 4;
    },
  };
}

/** The texts by number. Throws a RangeError when they are not what `write` wrote. */
export function readNames(bytes: Uint8Array, offset: number): string[] {
  const reader = createReader(bytes, offset);
  const names: string[] = [];
  for (let left = reader.u32(); left > 0; left -= 1) {
    const form = reader.u8();
    const text = reader.block();
    names.push(form === FORM.utf8 ? new TextDecoder().decode(text) : fromUtf16(text));
  }
  return names;
}

/** A half surrogate has no UTF-8: written so, it would come back as another text. */
function writeName(writer: Writer, text: string): void {
  if (text.isWellFormed() && !text.startsWith('\ufeff')) {
    writer.u8(FORM.utf8);
    writer.text(text);
  } else {
    writer.u8(FORM.utf16);
    writer.block(Buffer.from(text, 'utf16le'));
  }
}

const fromUtf16 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf16le');
