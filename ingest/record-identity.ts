/**
 * One record counts once (invariant 3), within bounded memory: per device the last 512 (seq, time), per point the
 * last 64 (device time, value, effective time), per gateway the last 1,000 QoS 1 and 2 publishes for resends (DUP=1).
 * The windows are flat rings of numbers: `next` is where the next entry goes once the ring is full.
 */
import type { Timestamp } from '#domain/time.ts';

const SEQ_MAX = 512;
const SAMPLES_MAX = 64;
const PUBLISHES_MAX = 1000;
/** Stretches of missing numbers remembered per device; older ones stay counted as gaps for good. */
const MISSING_MAX = 64;
/** A jump further ahead is a counter set anew, not a gap. */
const JUMP_MAX = 100_000;

export type PublishRing = { readonly hashes: number[]; next: number };

/** Numbers that a device gave to its records. */
export type SequenceWindow = {
  /** seq, time, seq, time, … */
  readonly seen: number[];
  next: number;
  /** Largest in `seen`: a larger one cannot be a duplicate. */
  largest: number;
  /** Where counting stands; falls when the device starts its counter anew. */
  highest: number;
  newestTime: Timestamp;
  /** first, last, first, last, … of stretches that never came. */
  readonly missing: number[];
  gaps: number;
};

/** Samples of one point. */
export type SampleWindow = {
  /** device time (NaN = none), value, effective time, … */
  readonly seen: number[];
  next: number;
  newestDeviceTime: Timestamp;
  /** Latest effective time ever taken: after it, every millisecond is free. */
  newestTime: Timestamp;
  /** Last millisecond that was taken twice, and the first one free after it. */
  crowdedAt: Timestamp;
  freeAfter: Timestamp;
};

export const createPublishRing = (): PublishRing => ({ hashes: [], next: 0 });

export const createSequenceWindow = (): SequenceWindow => ({
  seen: [],
  next: 0,
  largest: -1,
  highest: -1,
  newestTime: -Infinity,
  missing: [],
  gaps: 0,
});

export const createSampleWindow = (): SampleWindow => ({
  seen: [],
  next: 0,
  newestDeviceTime: -Infinity,
  newestTime: -Infinity,
  crowdedAt: NaN,
  freeAfter: NaN,
});

/** Notes a publish; true when it is a resend (DUP=1) of one that is remembered. */
export function isResend(ring: PublishRing, hash: number, dup: boolean): boolean {
  if (dup && ring.hashes.includes(hash)) return true;
  if (ring.hashes.length < PUBLISHES_MAX) ring.hashes.push(hash);
  else {
    ring.hashes[ring.next] = hash;
    ring.next = (ring.next + 1) % PUBLISHES_MAX;
  }
  return false;
}

/** 53 bits over client, packet id and payload. */
export function publishHash(client: string, packetId: number, payload: Uint8Array): number {
  let a = 0x811c9dc5 ^ packetId;
  let b = Math.imul(packetId + 1, 0x9e3779b1);
  for (let i = 0; i < client.length; i++) a = Math.imul(a ^ client.charCodeAt(i), 0x01000193);
  b ^= a;
  for (let i = 0; i < payload.length; i++) {
    const byte = payload[i] ?? 0;
    a = Math.imul(a ^ byte, 0x01000193);
    b = Math.imul((b << 5) ^ (b >>> 27) ^ byte, 0x85ebca6b);
  }
  return (a >>> 0) * 0x200000 + ((b ^ payload.length) >>> 11);
}

/** Whether (seq, time) is new to the device; counts and closes gaps. Without a time only gaps are kept. */
export function noteSequence(window: SequenceWindow, seq: number, time: Timestamp | null): boolean {
  if (time !== null) {
    // Newer than all that is remembered, or numbered higher: such a pair is not among them.
    const remembered = time <= window.newestTime && seq <= window.largest;
    if (remembered && holdsPair(window.seen, seq, time)) return false;
    if (window.seen.length < SEQ_MAX * 2) window.seen.push(seq, time);
    else {
      window.seen[window.next] = seq;
      window.seen[window.next + 1] = time;
      window.next = (window.next + 2) % (SEQ_MAX * 2);
    }
    if (seq > window.largest) window.largest = seq;
  }
  countGap(window, seq, time);
  if (time !== null && time > window.newestTime) window.newestTime = time;
  return true;
}

/** Whether this sample was had before; `deviceTime` as sent. */
export function isKnownSample(window: SampleWindow, deviceTime: Timestamp, value: number): boolean {
  if (deviceTime > window.newestDeviceTime) return false;
  const { seen } = window;
  for (let i = 0; i < seen.length; i += 3) {
    if (seen[i] === deviceTime && Object.is(seen[i + 1], value)) return true;
  }
  return false;
}

/** First free millisecond of the point at or after `time`. */
export function freeTime(window: SampleWindow, time: Timestamp): Timestamp {
  if (time > window.newestTime) return time;
  let free = time === window.crowdedAt ? window.freeAfter : time;
  const { seen } = window;
  for (let i = 2; i < seen.length; i += 3) {
    if (seen[i] === free) {
      free += 1;
      i = -1;
    }
  }
  if (free !== time) {
    window.crowdedAt = time;
    window.freeAfter = free + 1;
  }
  return free;
}

/** Remembers a sample that was taken. */
export function noteSample(
  window: SampleWindow,
  deviceTime: Timestamp | null,
  value: number,
  time: Timestamp,
): void {
  const { seen } = window;
  if (seen.length < SAMPLES_MAX * 3) seen.push(deviceTime ?? NaN, value, time);
  else {
    seen[window.next] = deviceTime ?? NaN;
    seen[window.next + 1] = value;
    seen[window.next + 2] = time;
    window.next = (window.next + 3) % (SAMPLES_MAX * 3);
  }
  if (time > window.newestTime) window.newestTime = time;
  if (deviceTime !== null && deviceTime > window.newestDeviceTime) window.newestDeviceTime = deviceTime;
}

function holdsPair(seen: readonly number[], seq: number, time: Timestamp): boolean {
  for (let i = 0; i < seen.length; i += 2) if (seen[i] === seq && seen[i + 1] === time) return true;
  return false;
}

function countGap(window: SequenceWindow, seq: number, time: Timestamp | null): void {
  const { highest, missing } = window;
  if (seq > highest) {
    if (highest >= 0 && seq > highest + 1 && seq - highest <= JUMP_MAX) {
      missing.push(highest + 1, seq - 1);
      window.gaps += seq - highest - 1;
      if (missing.length > MISSING_MAX * 2) missing.splice(0, 2);
    }
    window.highest = seq;
  } else if (!closeGap(window, seq) && seq < highest && time !== null && time > window.newestTime) {
    // A lower number on a newer record: the device started counting anew.
    window.highest = seq;
    missing.length = 0;
  }
}

function closeGap(window: SequenceWindow, seq: number): boolean {
  const { missing } = window;
  for (let i = 0; i < missing.length; i += 2) {
    const first = missing[i] ?? 0;
    const last = missing[i + 1] ?? 0;
    if (seq < first || seq > last) continue;
    const rest: number[] = [];
    if (first < seq) rest.push(first, seq - 1);
    if (seq < last) rest.push(seq + 1, last);
    missing.splice(i, 2, ...rest);
    if (missing.length > MISSING_MAX * 2) missing.splice(0, 2);
    window.gaps -= 1;
    return true;
  }
  return false;
}
