/** A small seeded generator (mulberry32): the same seed plays the same city. */
export type Random = {
  /** Uniform in [0, 1). */
  next(): number;
  /** Normal with the given spread, by the sum of four uniforms. */
  noise(spread: number): number;
  /** Whole number in [0, below). */
  below(below: number): number;
};

/** The generator of a seed. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    noise: (spread) => (next() + next() + next() + next() - 2) * spread * 1.7320508,
    below: (below) => Math.floor(next() * below),
  };
}

/** A generator of its own for `name`: what one part of the city draws never shifts what another draws. */
export function randomOf(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return seededRandom(hash);
}
