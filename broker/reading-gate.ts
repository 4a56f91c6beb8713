/**
 * Stands between a socket and the broker's parser: every chunk is scanned before it is parsed. aedes' own brake
 * is none (with one hook held it reads on without limit, with two it does not even read a PINGREQ), so it is taken
 * off and the gate brakes: `read` answers "nothing" while there is no room (backlog full, or over the rate) or the peer does not take our answers;
 * the stream fills to its mark, then TCP stops the sender. Until CONNACK is sent only the first packet passes:
 * nobody unproved makes the broker buffer a queue.
 */
import type { Duplex } from 'node:stream';
import { createFrameGuard } from './frame-guard.ts';
import type { FrameFault } from './frame-guard.ts';

export type ReadingGate = {
  /** CONNACK is sent: from now on the room alone decides. */
  open(): void;
  /** There is room again. */
  wake(): void;
};

/** Answers a peer may leave unread before we read no more from it: a flood of PINGREQ costs memory too. */
const UNSENT_BYTES_MAX = 256 * 1024;

/**
 * Puts a gate on a stream that nobody reads yet. `release` takes aedes' brake off; `onFault` is called once, after
 * the packets before the faulty one.
 */
export function gateReading(
  stream: Duplex,
  roomNow: () => number,
  packetMaxBytes: number,
  release: () => void,
  onFault: (fault: FrameFault) => void,
): ReadingGate {
  const guard = createFrameGuard(packetMaxBytes);
  const readStream = stream.read.bind(stream);
  let phase: 'connect' | 'answer' | 'open' | 'ended' = 'connect';

  stream.read = (size?: number) => (size === 0 ? readStream(0) : readPackets());

  stream.on('readable', () => {
    if (phase === 'open') release();
  });
  stream.on('drain', wake);

  function readPackets(): Buffer | null {
    if (phase === 'answer' || phase === 'ended' || stream.writableLength > UNSENT_BYTES_MAX) return null;
    const room = phase === 'connect' ? 1 : roomNow();
    if (room === 0) return null;
    const chunk: Buffer | null = readStream();
    if (chunk === null) return null;
    const { bytes, fault } = guard.take(chunk, room, phase === 'connect' ? 'packets' : 'publishes');
    if (fault !== null) {
      phase = 'ended';
      process.nextTick(onFault, fault);
    } else {
      if (phase === 'connect' && guard.between()) phase = 'answer';
      if (bytes < chunk.length) stream.unshift(chunk.subarray(bytes));
    }
    return bytes === 0 ? null : chunk.subarray(0, bytes);
  }

  function wake(): void {
    if (phase === 'open' && !stream.destroyed) stream.emit('readable');
  }

  return {
    open() {
      if (phase !== 'answer') return;
      phase = 'open';
      wake();
    },
    wake,
  };
}
