/**
 * Journaled inputs as bytes. One group commit is one block:
 *
 *   u32 entries · u32 where the names begin · entries · names
 *   entry  = u8 kind · f64 receivedAt · f64 engineTime · body
 *   publish body = u8 flags (1 QoS 1, 2 QoS 2, 4 DUP) · u16 packet id · u32 gateway, client, topic · u32 bytes · payload
 *   other body   = u32 bytes · JSON
 *   names  = u32 count, then u8 form · u32 bytes · text for each; gateway, client and topic are numbers into them
 *
 * Positions are dense, so only the block's header carries one.
 */
import type { Input, Journaled, PublishInput } from '#domain/input.ts';
import { createReader, createWriter, type Reader, type Writer } from './byte-stream.ts';
import { createNames, readNames } from './journal-names.ts';
import { BLOCK_HEADER_BYTES, type LogBlock, type PendingBlock } from './log-block.ts';

const HEAD_BYTES = 8;
const PUBLISH_BYTES = 36;
const OTHER_BYTES = 21;
const KIND = { other: 0, publish: 1 } as const;
const DUP = 4;

export type EntryEncoder = {
  /**
   * One commit as a block; `take` gives a buffer of at least that many bytes. Throws a RangeError when the positions
   * are not dense.
   */
  encode(entries: readonly Journaled[], take: (bytes: number) => ArrayBuffer): PendingBlock;
};

/** An encoder keeps its scratch space between commits: one for each thread. */
export function createEntryEncoder(): EntryEncoder {
  const names = createNames();
  const numbers: number[] = [];
  const others: Uint8Array[] = [];

  function measure(entries: readonly Journaled[]): number {
    let size = 0;
    for (const entry of entries) {
      if (entry.kind === 'publish') {
        numbers.push(names.number(entry.gateway), names.number(entry.client), names.number(entry.topic));
        size += PUBLISH_BYTES + entry.payload.length;
      } else {
        const json = jsonOf(entry);
        others.push(json);
        size += OTHER_BYTES + json.length;
      }
    }
    return size;
  }

  return {
    encode(entries, take) {
      const first = entries[0]?.position;
      if (first === undefined) throw new RangeError('a commit without entries');
      names.clear();
      numbers.length = 0;
      others.length = 0;
      const namesAt = HEAD_BYTES + measure(entries);
      const whole = new Uint8Array(take(BLOCK_HEADER_BYTES + namesAt + names.bytesMax()));
      const writer = createWriter(whole, BLOCK_HEADER_BYTES);
      writer.u32(entries.length);
      writer.u32(namesAt);
      let nextNumber = 0;
      let nextOther = 0;
      for (const [index, entry] of entries.entries()) {
        if (entry.position !== first + index) throw new RangeError(`position ${entry.position} in a commit`);
        writer.u8(entry.kind === 'publish' ? KIND.publish : KIND.other);
        writer.f64(entry.receivedAt);
        writer.f64(entry.engineTime);
        if (entry.kind === 'publish') {
          writePublish(writer, entry, numbers, nextNumber);
          nextNumber += 3;
        } else writer.block(others[nextOther++] ?? new Uint8Array(0));
      }
      names.write(writer);
      const bytes = whole.subarray(0, writer.at());
      return { bytes, firstPosition: first, lastPosition: first + entries.length - 1 };
    },
  };
}

/** Entries whose bytes nobody can make an input of: positions `from` to `to`, and why. */
export type Unreadable = (from: number, to: number, cause: unknown) => void;

/** Tells `unreadable` of positions after `after` alone: what a snapshot already holds concerns nobody. */
export const behind =
  (after: number, unreadable: Unreadable): Unreadable =>
  (from, to, cause) => {
    if (to > after) unreadable(Math.max(from, after + 1), to, cause);
  };

/** One entry cannot be read; those after it can. */
class EntryUnreadable extends RangeError {}

/**
 * Calls `each` for every entry of a block, in order. A publish's payload is a view into the block's bytes. Bytes that
 * are not those of a commit (under a CRC, that is another format) are told to `unreadable`: one entry, or all from
 * there on where the next can no longer be found. Without it a RangeError or SyntaxError is thrown.
 */
export function decodeEntries(
  block: Pick<LogBlock, 'firstPosition' | 'lastPosition' | 'payload'>,
  each: (entry: Journaled) => void,
  unreadable: Unreadable = rethrow,
): void {
  const { payload, firstPosition, lastPosition } = block;
  const reader = createReader(payload);
  let position = firstPosition;
  let namesAt: number;
  let names: string[];
  try {
    const count = reader.u32();
    namesAt = reader.u32();
    names = readNames(payload, namesAt);
    if (count !== lastPosition - firstPosition + 1) throw new RangeError(`${count} entries in a commit`);
  } catch (cause) {
    unreadable(firstPosition, lastPosition, cause);
    return;
  }
  for (; position <= lastPosition; position += 1) {
    let entry: Journaled;
    try {
      entry = readEntry(reader, names, position);
      if (position === lastPosition && reader.at() !== namesAt)
        throw new RangeError('entries of a commit do not end where they should');
    } catch (cause) {
      if (cause instanceof EntryUnreadable) {
        unreadable(position, position, cause);
        continue;
      }
      unreadable(position, lastPosition, cause);
      return;
    }
    each(entry);
  }
}

function rethrow(_from: number, _to: number, cause: unknown): never {
  throw cause;
}

function readEntry(reader: Reader, names: readonly string[], position: number): Journaled {
  const kind = reader.u8();
  const receivedAt = reader.f64();
  const engineTime = reader.f64();
  const input = kind === KIND.publish ? readPublish(reader, names) : readOther(reader, kind);
  return { ...input, position, receivedAt, engineTime };
}

function writePublish(writer: Writer, entry: PublishInput, numbers: readonly number[], at: number): void {
  writer.u8(entry.qos | (entry.dup ? DUP : 0));
  writer.u16(entry.packetId);
  for (let field = 0; field < 3; field += 1) writer.u32(numbers[at + field] ?? 0);
  writer.block(entry.payload);
}

/** All of its bytes are taken before any is judged: the next entry begins behind them. */
function readPublish(reader: Reader, names: readonly string[]): PublishInput {
  const flags = reader.u8();
  const packetId = reader.u16();
  const numbers = [reader.u32(), reader.u32(), reader.u32()] as const;
  const payload = reader.block();
  const [gateway, client, topic] = [
    nameOf(names, numbers[0]),
    nameOf(names, numbers[1]),
    nameOf(names, numbers[2]),
  ];
  const dup = (flags & DUP) !== 0;
  return { kind: 'publish', gateway, client, topic, payload, qos: qosOf(flags & 3), dup, packetId };
}

function nameOf(names: readonly string[], number: number): string {
  const text = names[number];
  if (text === undefined) throw new EntryUnreadable('a commit without that name');
  return text;
}

function qosOf(bits: number): 0 | 1 | 2 {
  if (bits === 0 || bits === 1 || bits === 2) return bits;
  throw new EntryUnreadable('QoS 3');
}

function readOther(reader: Reader, kind: number): Input {
  if (kind !== KIND.other) throw new RangeError(`an entry of kind ${kind}`);
  const text = new TextDecoder().decode(reader.block());
  let input: unknown;
  try {
    input = JSON.parse(text, revived);
  } catch (cause) {
    throw new EntryUnreadable('an entry that is no JSON', { cause });
  }
  if (typeof input !== 'object' || input === null || !('kind' in input))
    throw new EntryUnreadable('an entry that is no input');
  return input as Input;
}

function jsonOf(entry: Journaled): Uint8Array {
  const { position: _position, receivedAt: _receivedAt, engineTime: _engineTime, ...input } = entry;
  return new TextEncoder().encode(JSON.stringify(input, replaced));
}

/** JSON has no such numbers, yet a replay must read what the live fold saw. */
const UNSPEAKABLE: ReadonlyMap<string, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
  ['-0', -0],
]);
const NUMBER_KEY = '$number';
/** What somebody sent may have that key too: it is kept with one more `$` and read back without it. */
const isSentKey = (name: string): boolean => name.startsWith('$') && /^\$+number$/.test(name);

function replaced(_key: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null) return renamed(value, (name) => `$${name}`);
  if (typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0))) return value;
  return { [NUMBER_KEY]: Object.is(value, -0) ? '-0' : String(value) };
}

function revived(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (!Object.hasOwn(value, NUMBER_KEY)) return renamed(value, (name) => name.slice(1));
  return UNSPEAKABLE.get(String(Reflect.get(value, NUMBER_KEY)));
}

function renamed(value: object, rename: (name: string) => string): object {
  if (Array.isArray(value) || !Object.keys(value).some(isSentKey)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [isSentKey(name) ? rename(name) : name, field]),
  );
}
