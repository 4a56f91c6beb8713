/**
 * The plain record, read straight from its bytes: what `JSON.parse` and `readRecord` would make of it, for little more
 * than half of their time. Plain is one record with the fields we know, ASCII names without escapes, numbers of at most fifteen digits and
 * no exponent. Whatever is not plain, or is not right, is left to them (null), so that there is one place that judges
 * and one that refuses.
 */
import type { Quality } from '#domain/measurement.ts';
import { CHANNELS_MAX, type LifelineRecord, NAME_MAX, TIME_MAX } from './lifeline-record.ts';

const SPACE = 32;
const QUOTE = 34;
const COMMA = 44;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const COLON = 58;
const BACKSLASH = 92;
const OPEN = 123;
const CLOSE = 125;
const DELETE = 127;

/** Up to here a whole number and a power of ten are doubles, and one division rounds as reading the text does. */
const DIGITS_MAX = 15;
const TENS = Array.from({ length: DIGITS_MAX + 1 }, (_, power) => 10 ** power);

/** Names come again and again: each text is made once. A slot holds the last one that fell into it. */
const NAMES_KEPT = 1 << 15;
const names: (string | undefined)[] = [];

/** The record, or null when it is not plain. Keeps nothing of `bytes`. */
export function scanRecord(bytes: Uint8Array): LifelineRecord | null {
  return new Scan(bytes).record();
}

class Scan {
  readonly #bytes: Uint8Array;
  #at = 0;
  #device = '';
  #time: number | null = null;
  #seq: number | null = null;
  #quality: Quality = 'good';
  #backfill = false;
  #channels: string[] = [];
  #values: (number | boolean | null)[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  record(): LifelineRecord | null {
    if (!this.#fields() || this.#token() !== -1) return null;
    if (this.#device === '' || this.#channels.length === 0) return null;
    return {
      device: this.#device,
      time: this.#time,
      channels: this.#channels,
      values: this.#values,
      seq: this.#seq,
      quality: this.#quality,
      backfill: this.#backfill,
      extraFields: 0,
    };
  }

  #fields(): boolean {
    if (!this.#take(OPEN)) return false;
    do {
      const name = this.#name();
      if (name === null || !this.#take(COLON) || !this.#field(name)) return false;
    } while (this.#take(COMMA));
    return this.#take(CLOSE);
  }

  /** Of a field that comes twice the last counts, as for `JSON.parse`. */
  #field(name: string): boolean {
    switch (name) {
      case 'device':
        return (this.#device = this.#name() ?? '') !== '';
      case 'time':
        return (this.#time = this.#whole()) !== null && Math.abs(this.#time) <= TIME_MAX;
      case 'seq':
        return (this.#seq = this.#whole()) !== null && this.#seq >= 0;
      case 'values':
        return this.#readValues();
      case 'quality': {
        const quality = this.#name();
        if (quality !== 'good' && quality !== 'uncertain' && quality !== 'bad') return false;
        this.#quality = quality;
        return true;
      }
      case 'backfill': {
        const word = this.#word();
        this.#backfill = word === true;
        return typeof word === 'boolean';
      }
      default:
        return false;
    }
  }

  #readValues(): boolean {
    const channels: string[] = [];
    const values: (number | boolean | null)[] = [];
    if (!this.#take(OPEN)) return false;
    do {
      const channel = this.#name();
      // An object tells names that are numbers first, and keeps one of two alike.
      if (channel === null || isDigit(channel.charCodeAt(0)) || channels.includes(channel)) return false;
      if (!this.#take(COLON)) return false;
      const value = startsNumber(this.#token()) ? this.#number() : this.#word();
      if (value === undefined || channels.length === CHANNELS_MAX) return false;
      channels.push(channel);
      values.push(value);
    } while (this.#take(COMMA));
    this.#channels = channels;
    this.#values = values;
    return this.#take(CLOSE);
  }

  /** Next byte that is no white space, -1 at the end. */
  #token(): number {
    const bytes = this.#bytes;
    for (; this.#at < bytes.length; this.#at += 1) {
      const byte = bytes[this.#at] ?? 0;
      if (byte > SPACE || (byte !== SPACE && byte !== 9 && byte !== 10 && byte !== 13)) return byte;
    }
    return -1;
  }

  #take(wanted: number): boolean {
    if (this.#token() !== wanted) return false;
    this.#at += 1;
    return true;
  }

  /** Text between quotes, null when it is empty, too long for a name or not plain. */
  #name(): string | null {
    if (!this.#take(QUOTE)) return null;
    const bytes = this.#bytes;
    const from = this.#at;
    let hash = 0;
    let end = from;
    for (; ; end += 1) {
      const byte = bytes[end] ?? 0;
      if (byte === QUOTE) break;
      if (byte < SPACE || byte >= DELETE || byte === BACKSLASH) return null;
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
    if (end === from || end - from > NAME_MAX) return null;
    this.#at = end + 1;
    const slot = (hash ^ (hash >>> 15)) & (NAMES_KEPT - 1);
    const kept = names[slot];
    if (kept !== undefined && isAt(kept, bytes, from, end)) return kept;
    return (names[slot] = String.fromCharCode(...bytes.subarray(from, end)));
  }

  #whole(): number | null {
    if (!startsNumber(this.#token())) return null;
    const value = this.#number();
    return value !== undefined && Number.isSafeInteger(value) ? value : null;
  }

  /** Undefined when it is not plain. */
  #number(): number | undefined {
    const bytes = this.#bytes;
    const negative = bytes[this.#at] === MINUS;
    let at = negative ? this.#at + 1 : this.#at;
    const from = at;
    let digits = 0;
    for (; isDigit(bytes[at] ?? 0); at += 1) digits = digits * 10 + (bytes[at] ?? 0) - ZERO;
    const whole = at - from;
    if (whole === 0 || (whole > 1 && bytes[from] === ZERO)) return undefined;
    let decimals = 0;
    if (bytes[at] === DOT) {
      const point = at;
      for (at += 1; isDigit(bytes[at] ?? 0); at += 1) digits = digits * 10 + (bytes[at] ?? 0) - ZERO;
      decimals = at - point - 1;
      if (decimals === 0) return undefined;
    }
    if (whole + decimals > DIGITS_MAX || isExponent(bytes[at] ?? 0)) return undefined;
    this.#at = at;
    const value = decimals === 0 ? digits : digits / (TENS[decimals] ?? 1);
    return negative ? -value : value;
  }

  /** `true`, `false` or `null`; undefined when it is something else. */
  #word(): boolean | null | undefined {
    this.#token();
    for (const [text, value] of WORDS) {
      if (!isAt(text, this.#bytes, this.#at, this.#at + text.length)) continue;
      this.#at += text.length;
      return value;
    }
    return undefined;
  }
}

const WORDS = [
  ['true', true],
  ['false', false],
  ['null', null],
] as const;

const isDigit = (byte: number): boolean => byte >= ZERO && byte <= NINE;
const startsNumber = (byte: number): boolean => byte === MINUS || isDigit(byte);
const isExponent = (byte: number): boolean => (byte | 32) === 101;

function isAt(text: string, bytes: Uint8Array, from: number, end: number): boolean {
  if (text.length !== end - from) return false;
  for (let index = 0; index < text.length; index += 1) {
    if (text.charCodeAt(index) !== bytes[from + index]) return false;
  }
  return true;
}
