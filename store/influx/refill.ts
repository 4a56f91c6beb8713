/** Sending again from the embedded store: hour by hour, some points at a time, whatever `state.refill` names. */
import type { Measurement } from '#domain/measurement.ts';
import type { StoredHours } from './placement.ts';
import type { SavedState } from './saved-state.ts';

export type RefillSlice = {
  readonly hour: number;
  readonly points: readonly number[];
  readonly rows: readonly Measurement[];
};

export class Refill {
  readonly #state: SavedState;
  readonly #stored: StoredHours;

  constructor(state: SavedState, stored: StoredHours) {
    this.#state = state;
    this.#stored = stored;
  }

  get left(): boolean {
    return !this.#state.refill.empty || this.#state.wholeHours.length > 0;
  }

  /** The next slice, oldest hour first; null when nothing is left. It stays named until `done`. */
  async next(rowsMax: number): Promise<RefillSlice | null> {
    const { refill } = this.#state;
    while (refill.empty) {
      const hour = this.#state.wholeHours[0];
      if (hour === undefined) return null;
      for (const point of await this.#stored.points(hour)) refill.add(hour, point);
      this.#state.wholeHours = this.#state.wholeHours.slice(1);
    }
    const hour = refill.hours()[0] ?? 0;
    const points = refill.points(hour);
    const { points: count, rows } = await this.#stored.rows(hour, points, rowsMax);
    return { hour, points: points.slice(0, Math.max(1, count)), rows };
  }

  done({ hour, points }: RefillSlice): void {
    this.#state.refill.remove(hour, points);
  }
}
