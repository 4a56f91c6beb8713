/**
 * Reads fixed headers off a byte stream, in whatever pieces it comes, without touching the bodies [MQTT-2.2].
 * mqtt-packet buffers a packet of any announced length, so the length is judged here, before it is buffered;
 * and a chunk is cut after as many publishes as there is room for, because one read can hold thousands.
 */

export type FrameFault = 'packet-too-large' | 'protocol';

export type FrameScan = {
  /** Leading bytes of the chunk that may go on to the broker. */
  readonly bytes: number;
  /** Set when the stream must end after those bytes. */
  readonly fault: FrameFault | null;
};

export type FrameGuard = {
  /** Scans a chunk up to the end of the `room`-th counted packet (`room` >= 1); partial packets carry over. */
  take(chunk: Uint8Array, room: number, counted: 'publishes' | 'packets'): FrameScan;
  /** Whether a counted scan ended between two packets. */
  between(): boolean;
};

const PUBLISH = 3;
/** Packet types that a client may send under MQTT 3.1.1 [table 2.1]; the rest only a server sends, or nobody. */
const FROM_CLIENT = new Set([1, PUBLISH, 4, 5, 6, 7, 8, 10, 12, 14]);
/** Four bytes carry the longest remaining length there is [MQTT-2.2.3]. */
const LENGTH_BYTES_MAX = 4;

/** A guard for one connection that lets packets of at most `packetMaxBytes` pass, fixed header included. */
export function createFrameGuard(packetMaxBytes: number): FrameGuard {
  let stage: 'header' | 'length' | 'body' = 'header';
  let type = 0;
  let lengthBytes = 0;
  let bodyLeft = 0;

  /** Takes one byte of the remaining length; answers a fault, or null. */
  function takeLength(byte: number): FrameFault | null {
    bodyLeft += (byte & 0x7f) * 128 ** lengthBytes;
    lengthBytes += 1;
    if (byte & 0x80) return lengthBytes === LENGTH_BYTES_MAX ? 'protocol' : null;
    stage = 'body';
    return 1 + lengthBytes + bodyLeft > packetMaxBytes ? 'packet-too-large' : null;
  }

  function take(chunk: Uint8Array, room: number, counted: 'publishes' | 'packets'): FrameScan {
    let at = 0;
    let start = 0;
    let seen = 0;
    while (at < chunk.length) {
      const byte = chunk[at] ?? 0;
      if (stage === 'header') {
        start = at;
        type = byte >> 4;
        if (!FROM_CLIENT.has(type)) return { bytes: start, fault: 'protocol' };
        stage = 'length';
        lengthBytes = 0;
        bodyLeft = 0;
        at += 1;
        continue;
      }
      if (stage === 'length') {
        const fault = takeLength(byte);
        if (fault !== null) return { bytes: start, fault };
        at += 1;
      }
      if (stage !== 'body') continue;
      const step = Math.min(bodyLeft, chunk.length - at);
      at += step;
      bodyLeft -= step;
      if (bodyLeft > 0) break;
      stage = 'header';
      if (counted === 'publishes' && type !== PUBLISH) continue;
      seen += 1;
      if (seen === room) break;
    }
    return { bytes: at, fault: null };
  }

  return { take, between: () => stage === 'header' };
}
