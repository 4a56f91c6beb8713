/** Seeded histories as cruel as gateways are: late, doubled, colliding, bad, ahead of time; cut into record-log blocks. */
import { FLAG, type Measurement, type Quality } from '#domain/measurement.ts';

export const HISTORY_START = Date.UTC(2025, 10, 29, 20);
const HOUR = 3_600_000;

export type Block = { readonly position: number; readonly rows: readonly Measurement[] };

/** Mulberry32: numbers in [0, 1) from a seed. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `count` blocks of about `rows` rows over `points` points; time goes on by about `blockMs` a block. */
export function randomHistory(
  seed: number,
  count: number,
  rows: number,
  points: number,
  blockMs: number,
): Block[] {
  const random = randomFrom(seed);
  const past: Measurement[] = [];
  return Array.from({ length: count }, (_, k) => {
    const now = HISTORY_START + k * blockMs;
    const block = Array.from({ length: Math.ceil(random() * rows * 2) }, () => {
      const row = randomRow(random, past, now, points, blockMs);
      past[past.length < 500 ? past.length : Math.floor(random() * 500)] = row;
      return row;
    });
    return { position: (k + 1) * 10, rows: block };
  });
}

function randomRow(
  random: () => number,
  past: readonly Measurement[],
  now: number,
  points: number,
  blockMs: number,
): Measurement {
  const old = past[Math.floor(random() * past.length)];
  const luck = random();
  if (old && luck < 0.08) return old;
  if (old && luck < 0.16) return { ...old, value: randomValue(random), receivedAt: now };
  if (old && luck < 0.2)
    return { ...old, time: old.time + Math.floor(random() * 3), value: randomValue(random) };
  const time = Math.floor(randomTime(random, now, blockMs));
  const value = randomValue(random);
  const quality: Quality = Number.isNaN(value) ? 'bad' : (QUALITIES[Math.floor(random() ** 3 * 3)] ?? 'good');
  const future = time > now + HOUR;
  return {
    pointIndex: Math.floor(random() ** 2 * points),
    time,
    deviceTime: random() < 0.1 ? null : random() < 0.1 ? time - 8 * HOUR : time,
    receivedAt: now + Math.floor(random() * 500),
    value,
    quality,
    flags: (future ? FLAG.future : 0) | (random() < 0.1 ? FLAG.late : 0),
  };
}

const QUALITIES: readonly Quality[] = ['good', 'uncertain', 'bad'];

function randomTime(random: () => number, now: number, blockMs: number): number {
  const luck = random();
  if (luck < 0.8) return now + random() * blockMs;
  if (luck < 0.9) return now - random() * 3 * HOUR;
  if (luck < 0.95) return now - random() * 40 * HOUR;
  if (luck < 0.97) return (Math.floor(now / HOUR) + 1) * HOUR - 1;
  return now + HOUR + random() * 22 * HOUR;
}

function randomValue(random: () => number): number {
  const luck = random();
  if (luck < 0.5) return Math.floor(random() * 5);
  if (luck < 0.9) return Math.floor(random() * 1000) / 100;
  if (luck < 0.95) return NaN;
  return random() / 3;
}

export const KILL_BLOCK_MS = 20 * 60_000;
/** The history that the killed child and its parent both know. */
export const killHistory = (seed: number): Block[] => randomHistory(seed, 400, 20, 8, KILL_BLOCK_MS);
