/** PUBACKs of the publishes that the front took: those of one commit leave in one write for each socket. */

/** Fixed header of a PUBACK [MQTT-3.4.1]; two bytes of packet id follow. */
const PUBACK = 0x40_02_00_00;
const PUBACK_BYTES = 4;

/** Where joined PUBACKs go. */
export type AckLine = {
  /** Packet ids to acknowledge, in order. */
  readonly acks: number[];
  /** Sends what is left of it; never called for nothing. */
  writeAcks(bytes: Buffer): void;
};

export type Acknowledgements = {
  add(line: AckLine, packetId: number): void;
  /** Writes those of one connection now. */
  write(line: AckLine): void;
  /** Writes all there are: nothing more comes of this commit. */
  writeAll(): void;
};

/** Nothing stays longer than the turn it was added in, whether `writeAll` is called or not. */
export function createAcknowledgements(): Acknowledgements {
  let lines: AckLine[] = [];

  function write(line: AckLine): void {
    const { acks } = line;
    if (acks.length === 0) return;
    const bytes = Buffer.allocUnsafe(acks.length * PUBACK_BYTES);
    let at = 0;
    for (const packetId of acks) at = bytes.writeUInt32BE(PUBACK + packetId, at);
    acks.length = 0;
    line.writeAcks(bytes);
  }

  function writeAll(): void {
    const due = lines;
    lines = [];
    for (const line of due) write(line);
  }

  return {
    add(line, packetId) {
      if (line.acks.length === 0) {
        if (lines.length === 0) process.nextTick(writeAll);
        lines.push(line);
      }
      line.acks.push(packetId);
    },
    write,
    writeAll,
  };
}
