/** Damages bytes the way disks, lines and strangers do. */
import type { Random } from '#test/simulation/random.ts';

const TELLING = [0, 1, 0x7f, 0x80, 0xff, 0x22, 0x5b, 0x7b];

/** A copy of `seed` with one to four wounds: bits, bytes, cuts, repeats, long nests, foreign bytes. */
export function mutated(random: Random, seed: Uint8Array): Uint8Array {
  let bytes: Uint8Array = Uint8Array.from(seed);
  for (let wounds = 1 + random.int(4); wounds > 0; wounds -= 1) bytes = wounded(random, bytes);
  return bytes;
}

function wounded(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.int(bytes.length + 1);
  const to = Math.min(bytes.length, at + random.int(64));
  switch (random.int(7)) {
    case 0:
      return replaced(bytes, at, (bytes[at] ?? 0) ^ (1 << random.int(8)));
    case 1:
      return replaced(bytes, at, random.pick(TELLING));
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 4:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 5:
      return joined(bytes.subarray(0, at), new Uint8Array(1 + random.int(5_000)).fill(random.pick(TELLING)));
    default:
      return joined(bytes.subarray(0, at), random.bytes(random.int(32)), bytes.subarray(to));
  }
}

function replaced(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  if (at < bytes.length) bytes[at] = byte;
  return bytes;
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
