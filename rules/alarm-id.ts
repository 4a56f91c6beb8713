/** Deterministic names of alarms: the same episode has the same id after any restart, replay or on a second node. */

/** Which of several judgements found the episode; part of the id, so that they never collide. */
export type Lane = 'live' | 'late' | 'historical';

/**
 * Id of the episode of `rule` at `subject` (point, gateway or system subject) that began at `onsetAt`.
 * `repeat` is 0, or counts up when an open or recent alarm already has that id (the wall clock was set back).
 */
export function alarmId(
  site: string,
  subject: string,
  rule: string,
  onsetAt: number,
  lane: Lane,
  repeat = 0,
): string {
  const parts = [site, subject, rule, String(onsetAt), lane];
  if (repeat > 0) parts.push(String(repeat));
  return hash64(parts.join('\u0000'));
}

/** 64-bit non-cryptographic hash as 16 hex characters (two mixed 32-bit lanes, after "cyrb53"). */
export function hash64(text: string): string {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    a = Math.imul(a ^ unit, 2654435761);
    b = Math.imul(b ^ unit, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return hex(b) + hex(a);
}

const hex = (lane: number): string => (lane >>> 0).toString(16).padStart(8, '0');
