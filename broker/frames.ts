/** Fixed headers of MQTT control packets [MQTT-2.2], read where they lie and before anything is made of them. */

export type FrameFault = 'packet-too-large' | 'protocol';

/** What `frameBytes` answers when it is not a length. */
export const FRAME = { incomplete: 0, tooLarge: -1, protocol: -2 } as const;

export const PUBLISH = 3;
/** Packet types that a client may send under MQTT 3.1.1 [table 2.1]; the rest only a server sends, or nobody. */
const FROM_CLIENT = [1, PUBLISH, 4, 5, 6, 7, 8, 10, 12, 14].reduce((mask, type) => mask | (1 << type), 0);
/** Four bytes carry the longest remaining length there is [MQTT-2.2.3]. */
const LENGTH_BYTES_MAX = 4;

/**
 * Length of the packet that begins at `from`, fixed header included: its end may lie past `end`, where the bytes at
 * hand end. `FRAME.incomplete` when its header does; below zero when it is none, or longer than `packetMaxBytes`.
 */
export function frameBytes(bytes: Uint8Array, from: number, end: number, packetMaxBytes: number): number {
  if (from >= end) return FRAME.incomplete;
  if ((FROM_CLIENT & (1 << packetType(bytes, from))) === 0) return FRAME.protocol;
  let remaining = 0;
  for (let digit = 1; digit <= LENGTH_BYTES_MAX; digit += 1) {
    if (from + digit >= end) return FRAME.incomplete;
    const byte = bytes[from + digit] ?? 0;
    remaining += (byte & 0x7f) * 128 ** (digit - 1);
    if ((byte & 0x80) !== 0) continue;
    const length = 1 + digit + remaining;
    return length > packetMaxBytes ? FRAME.tooLarge : length;
  }
  return FRAME.protocol;
}

export const packetType = (bytes: Uint8Array, from: number): number => (bytes[from] ?? 0) >> 4;

/** Where the variable header of a whole packet begins. */
export function bodyStart(bytes: Uint8Array, from: number): number {
  let at = from + 1;
  while (((bytes[at] ?? 0) & 0x80) !== 0) at += 1;
  return at + 1;
}
