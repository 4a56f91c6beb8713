/** What happens by chance, each thing with its own mean time between two of them. */
import type { Random } from './random.ts';

/** Mean time to the next one; a function where it depends on how things stand. */
type Mean = number | (() => number);

export type Chances = {
  add(everyMs: Mean, happen: () => unknown): void;
  /** Runs what is due at `wall`. */
  act(wall: number): void;
  nextAt(): number;
};

export function createChances(random: Random, from: number): Chances {
  const all: { readonly everyMs: Mean; readonly happen: () => unknown; at: number }[] = [];
  const wait = (everyMs: Mean): number =>
    Math.ceil(-Math.log(1 - random.next()) * (typeof everyMs === 'number' ? everyMs : everyMs()));
  return {
    add: (everyMs, happen) => void all.push({ everyMs, happen, at: from + wait(everyMs) }),
    act(wall) {
      for (const one of all) {
        if (one.at > wall) continue;
        one.happen();
        one.at = wall + wait(one.everyMs);
      }
    },
    nextAt: () => Math.min(...all.map(({ at }) => at)),
  };
}
