/**
 * Frames on the pipe between platform and flows' process: u32 length · u8 kind · body. Not Node's own IPC: that parses
 * whatever comes, 100 MB too, on the thread that carries the alarms. Here a frame's size is known before it is read.
 */

export const FRAME = { message: 1, save: 2 } as const;
export type FrameKind = (typeof FRAME)[keyof typeof FRAME];

/** What a raise or a filter can need; and a deploy: the editor sends no more than 1 MB. */
export const MESSAGE_MAX_BYTES = 16 * 1024;
export const SAVE_MAX_BYTES = 1024 * 1024 + 4_096;
const HEAD_BYTES = 5;

/** The other side broke the framing: nothing more can be read from it. */
export class FrameError extends Error {
  readonly code = 'bad-frame';
}

export function encodeFrame(kind: FrameKind, body: string): Buffer {
  const length = Buffer.byteLength(body);
  const frame = Buffer.allocUnsafe(HEAD_BYTES + length);
  frame.writeUInt32BE(length, 0);
  frame.writeUInt8(kind, 4);
  frame.write(body, HEAD_BYTES);
  return frame;
}

/** Cuts a stream into frames; throws a FrameError for an unknown kind or one longer than `maxBytes` allows. */
export function createFrameReader(
  maxBytes: Readonly<Record<FrameKind, number>>,
  take: (kind: FrameKind, body: string) => void,
): (chunk: Buffer) => void {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let wanted = HEAD_BYTES;
  return (chunk) => {
    held.push(chunk);
    heldBytes += chunk.length;
    while (heldBytes >= wanted) {
      const whole = held.length === 1 ? (held[0] ?? chunk) : Buffer.concat(held);
      const length = whole.readUInt32BE(0);
      const kind = whole.readUInt8(4);
      if (!isKind(kind) || length > maxBytes[kind]) throw new FrameError(`kind ${kind}, ${length} bytes`);
      held = [whole];
      wanted = HEAD_BYTES + length;
      if (heldBytes < wanted) return;
      take(kind, whole.toString('utf8', HEAD_BYTES, wanted));
      const rest = whole.subarray(wanted);
      held = rest.length === 0 ? [] : [rest];
      heldBytes = rest.length;
      wanted = HEAD_BYTES;
    }
  };
}

const isKind = (kind: number): kind is FrameKind => kind === FRAME.message || kind === FRAME.save;
