/** How long the list's order stands still: while the officer is at the list, and for a short time after. */

/** Long enough to read a row and press on it, short enough that nothing grave stays out of its place. */
export const STILL_MS = 10_000;

/** All times are local monotonic milliseconds. */
export type Stillness = {
  /** True: a hand moved at the list just now. False: the list was left. */
  hold(held: boolean, now: number): void;
  on(now: number): boolean;
  /** True once, when it has run out. */
  ranOut(now: number): boolean;
};

export function createStillness(): Stillness {
  let until: number | null = null;
  return {
    hold(held, now) {
      until = held ? now + STILL_MS : null;
    },
    on: (now) => until !== null && now < until,
    ranOut(now) {
      if (until === null || now < until) return false;
      until = null;
      return true;
    },
  };
}
