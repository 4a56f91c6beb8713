/** A clock that moves only when told; due callbacks run in order of their time, then of their making. */
import type { Clock } from '#domain/clock.ts';

type Due = { readonly at: number; readonly order: number; readonly run: () => void };

export class SimClock implements Clock {
  #monotonic = 1_000;
  #wallAhead: number;
  #boot = 1;
  #order = 0;
  #due: Due[] = [];

  constructor(wallMs: number) {
    this.#wallAhead = wallMs - this.#monotonic;
  }

  wallMs(): number {
    return this.#monotonic + this.#wallAhead;
  }

  monotonicMs(): number {
    return this.#monotonic;
  }

  bootId(): string {
    return `boot-${this.#boot}`;
  }

  after(delayMs: number, run: () => void): () => void {
    const due = { at: this.#monotonic + Math.max(0, delayMs), order: this.#order++, run };
    this.#due.push(due);
    return () => {
      const place = this.#due.indexOf(due);
      if (place >= 0) this.#due.splice(place, 1);
    };
  }

  /** Steps the wall clock without moving time. */
  stepWall(deltaMs: number): void {
    this.#wallAhead += deltaMs;
  }

  /** A reboot: every callback is gone; the monotonic clock starts from near zero under a new name. */
  reboot(downMs: number): void {
    const wall = this.wallMs() + downMs;
    this.#due = [];
    this.#boot += 1;
    this.#monotonic = 500;
    this.#wallAhead = wall - this.#monotonic;
  }

  /** Forgets every callback (a killed process), `downMs` later. */
  forget(downMs: number): void {
    this.#due = [];
    this.#monotonic += downMs;
  }

  /** Moves to the next due callback, at most `maxMs` ahead, and runs it; false when there was none. */
  async step(maxMs: number): Promise<boolean> {
    const next = earliest(this.#due);
    if (next === undefined || next.at > this.#monotonic + maxMs) {
      this.#monotonic += maxMs;
      return false;
    }
    this.#due.splice(this.#due.indexOf(next), 1);
    this.#monotonic = Math.max(this.#monotonic, next.at);
    next.run();
    await settle();
    return true;
  }

  /** Moves on by `ms`, running whatever becomes due. */
  async advance(ms: number): Promise<void> {
    const until = this.#monotonic + ms;
    while (this.#monotonic < until) await this.step(until - this.#monotonic);
  }
}

/** In order of time, then of making: few wait, so a look at each is quicker than order. */
function earliest(all: readonly Due[]): Due | undefined {
  let best = all[0];
  for (const one of all)
    if (best !== undefined && (one.at < best.at || (one.at === best.at && one.order < best.order)))
      best = one;
  return best;
}

/** Lets every promise that can go on go on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve();
}
