/**
 * Stands between a socket and aedes and reads each packet once. A PUBLISH that only the journal wants is taken from
 * here (`takes`); every other packet goes to aedes whole, one at a time and in its turn, so that nothing overtakes
 * anything. The stream's `push` is where bytes come in, whatever carries them (TCP, TLS, WebSocket), and answering
 * false from there is the only brake that holds: aedes' own is none (with one hook held it reads on without limit,
 * with two it does not even read a PINGREQ), so it is taken off. No more is read while there is no room (backlog full,
 * or over the rate) or the peer does not take our answers; TCP then stops the sender. Until CONNACK is sent only the
 * first packet passes: nobody unproved makes the broker buffer a queue.
 */
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { FRAME, frameBytes, packetType, PUBLISH, type FrameFault } from './frames.ts';

/** What all fronts of a broker share; `line` is whom a front stands before. */
export type FrontParts<Line> = {
  readonly packetMaxBytes: number;
  /** Publishes that may be read now; after 0 `wake` is called once there is room. */
  room(line: Line): number;
  /** Takes the PUBLISH that lies whole between `from` and `end`; false leaves it to aedes. */
  takes(line: Line, bytes: Buffer, from: number, end: number): boolean;
  /** Packets were taken that aedes does not see: the peer lives. */
  heard(line: Line): void;
  /** Takes aedes' brake off. */
  release(line: Line): void;
  /** Called once, after the packets before the faulty one. */
  fault(line: Line, fault: FrameFault): void;
};

/** Answers a peer may leave unread before we read no more from it: a flood of PINGREQ costs memory too. */
const UNSENT_BYTES_MAX = 256 * 1024;
const NOTHING = Buffer.alloc(0);

export class Front<Line> {
  readonly #stream: Duplex;
  readonly #line: Line;
  readonly #parts: FrontParts<Line>;
  readonly #pushOn: Duplex['push'];
  readonly #readOn: Duplex['read'];
  #phase: 'connect' | 'answer' | 'open' | 'ended' = 'connect';
  /** Bytes read and not yet passed on: those of `#bytes` between `#from` and `#to`. */
  #bytes: Buffer = NOTHING;
  #from = 0;
  #to = 0;
  /** A packet that aedes is to fetch with `read`. */
  #handed: Buffer | null = null;
  #walking = false;
  /** Whole packets wait here, and nothing more is read. */
  #halted = false;
  /** The peer sent its last byte. */
  #peerEnded = false;

  /** Puts a front on a stream that nobody reads yet. */
  constructor(stream: Duplex, line: Line, parts: FrontParts<Line>) {
    this.#stream = stream;
    this.#line = line;
    this.#parts = parts;
    this.#pushOn = stream.push.bind(stream);
    this.#readOn = stream.read.bind(stream);
    stream.push = (chunk: Buffer | null) => this.#push(chunk);
    stream.read = (size?: number) => (size === 0 ? this.#readOn(0) : this.#fetch());
    stream.on('drain', this.wake);
  }

  /** Bytes that came before there was a front are read after all. Call when aedes listens to the stream. */
  begin(): void {
    if (this.#stream.readableLength === 0) return;
    const early: unknown = this.#readOn();
    if (Buffer.isBuffer(early)) this.#push(early);
  }

  /** CONNACK is sent: from now on the room alone decides. */
  open(): void {
    if (this.#phase !== 'answer') return;
    this.#phase = 'open';
    this.wake();
  }

  /** There is room again. */
  readonly wake = (): void => {
    if (this.#phase !== 'open' || this.#walking || this.#stream.destroyed) return;
    const had = this.#halted;
    this.#walk();
    if (had && !this.#halted) this.#readMore();
  };

  /** Answers whether the stream may go on reading. */
  #push(chunk: Buffer | null): boolean {
    if (chunk === null) {
      this.#peerEnded = true;
      if (!this.#halted) this.#readMore();
      return false;
    }
    this.#append(chunk);
    this.#walk();
    if (this.#halted) return false;
    // A socket reads on by itself; other streams have to be asked for each chunk.
    if (!(this.#stream instanceof Socket)) this.#readMore();
    return true;
  }

  /** Everything that came is passed on: asks the stream for more, or tells it that there is none. */
  #readMore(): void {
    if (this.#stream.destroyed) return;
    if (this.#peerEnded) {
      this.#pushOn(null);
      this.#readOn();
    } else {
      // Ends the reading that brought the last chunk, which the stream never saw, and begins the next.
      this.#pushOn(NOTHING);
      process.nextTick(this.#readOn, 0);
    }
  }

  #append(chunk: Buffer): void {
    const rest = this.#to - this.#from;
    if (rest === 0) {
      this.#bytes = chunk;
      this.#from = 0;
      this.#to = chunk.length;
      return;
    }
    if (this.#bytes.length - this.#to < chunk.length) {
      // Doubled, so that a long packet in many pieces is not copied for each of them; and never written over: what
      // was taken from the old bytes still lies there.
      const room = Math.max(rest + chunk.length, Math.min(rest * 2, this.#parts.packetMaxBytes));
      const larger = Buffer.allocUnsafeSlow(room);
      this.#bytes.copy(larger, 0, this.#from, this.#to);
      this.#bytes = larger;
      this.#from = 0;
      this.#to = rest;
    }
    chunk.copy(this.#bytes, this.#to);
    this.#to += chunk.length;
  }

  /** Passes on what may be passed on. */
  #walk(): void {
    if (this.#walking) return;
    this.#walking = true;
    let room = 0;
    let taken = false;
    for (;;) {
      const size = frameBytes(this.#bytes, this.#from, this.#to, this.#parts.packetMaxBytes);
      const whole = size !== FRAME.incomplete && this.#from + size <= this.#to;
      this.#halted = whole && !this.#mayGoOn();
      if (!whole || this.#halted) break;
      if (size < 0) {
        this.#end(size === FRAME.tooLarge ? 'packet-too-large' : 'protocol');
        break;
      }
      if (this.#phase === 'open' && packetType(this.#bytes, this.#from) === PUBLISH) {
        if (room === 0) room = this.#parts.room(this.#line);
        this.#halted = room === 0;
        if (this.#halted) break;
        room -= 1;
        if (this.#parts.takes(this.#line, this.#bytes, this.#from, this.#from + size)) {
          this.#from += size;
          taken = true;
          continue;
        }
      }
      this.#hand(size);
    }
    if (this.#handed !== null) this.#halted = true;
    if (this.#from === this.#to) {
      this.#bytes = NOTHING;
      this.#from = 0;
      this.#to = 0;
    }
    this.#walking = false;
    if (taken) this.#parts.heard(this.#line);
  }

  #mayGoOn(): boolean {
    if (this.#handed !== null || this.#stream.destroyed) return false;
    if (this.#phase === 'answer' || this.#phase === 'ended') return false;
    return this.#stream.writableLength <= UNSENT_BYTES_MAX;
  }

  /** Gives one packet to aedes, which parses and handles it before this returns unless it is not ready to. */
  #hand(size: number): void {
    this.#handed = this.#bytes.subarray(this.#from, this.#from + size);
    this.#from += size;
    if (this.#phase === 'connect') this.#phase = 'answer';
    else this.#parts.release(this.#line);
    this.#stream.emit('readable');
  }

  /** aedes reads. */
  #fetch(): Buffer | null {
    const packet = this.#handed;
    this.#handed = null;
    // It was not ready when the packet was handed to it: the rest follows when it has handled this one.
    if (packet !== null && !this.#walking) queueMicrotask(this.wake);
    return packet;
  }

  #end(fault: FrameFault): void {
    this.#phase = 'ended';
    this.#halted = true;
    this.#from = this.#to;
    process.nextTick(() => this.#parts.fault(this.#line, fault));
  }
}
