/**
 * A server can answer 204 and store nothing. So what was sent is counted: rows of each point and hour in the embedded
 * store against rows in InfluxDB. Fewer there, twice with a minute between: those hours are sent again and a person is told.
 */
import type { DeadLetters } from './dead-letters.ts';
import { InfluxUnavailable } from './influxql.ts';
import { HourPoints } from './hour-points.ts';
import type { InfluxReader } from './influx-reader.ts';
import { HOUR_MS, hourOf, type StoredHours } from './placement.ts';
import type { SavedState } from './saved-state.ts';

export type ComparisonParts = {
  readonly state: SavedState;
  readonly stored: StoredHours;
  readonly reader: InfluxReader;
  readonly names: () => readonly (string | undefined)[];
  readonly dead: DeadLetters;
};

export type Compared = {
  /** Points and hours found short twice: they are in `state.refill` now. */
  readonly short: number;
  /** Found short the first time: look again soon. */
  readonly suspected: number;
};

const POINTS_A_CALL = 200;

export class Comparison {
  readonly #parts: ComparisonParts;
  #suspects = new HourPoints();

  constructor(parts: ComparisonParts) {
    this.#parts = parts;
  }

  /** Compares what was written, rows younger than `settledAt` apart. Null when the server does not answer. */
  async run(settledAt: number): Promise<Compared | null> {
    const { state } = this.#parts;
    const suspects = new HourPoints();
    const dead = deadLines(this.#parts.dead);
    let short = 0;
    for (const hour of state.written.hours()) {
      if (state.expiredHours.has(hour)) state.written.removeHour(hour);
      const to = Math.min((hour + 1) * HOUR_MS, settledAt);
      if (to <= hour * HOUR_MS || state.expiredHours.has(hour)) continue;
      const found = await this.#shortOf(hour, to, dead);
      if (found === null) return null;
      for (const point of found) {
        if (this.#suspects.has(hour, point)) {
          state.refill.add(hour, point);
          short += 1;
        } else suspects.add(hour, point);
      }
      if (found.length === 0 && hour < hourOf(settledAt)) state.written.removeHour(hour);
    }
    this.#suspects = suspects;
    return { short, suspected: suspects.count };
  }

  async #shortOf(hour: number, to: number, dead: ReadonlyMap<string, number>): Promise<number[] | null> {
    const { state, stored, reader, names } = this.#parts;
    const points = state.written.points(hour);
    const ours: number[] = [];
    for (let first = 0; first < points.length; first += POINTS_A_CALL) {
      ours.push(...(await stored.counts(hour, to, points.slice(first, first + POINTS_A_CALL))));
    }
    try {
      // Theirs are counted last: what arrives in between can only make them more.
      const theirs = await reader.counts(hour * HOUR_MS, to);
      return points.filter((point, index) => {
        const name = names()[point] ?? '';
        return (theirs.get(name) ?? 0) + (dead.get(`${hour} ${name}`) ?? 0) < (ours[index] ?? 0);
      });
    } catch (error) {
      if (error instanceof InfluxUnavailable) return null;
      throw error;
    }
  }
}

/** Lines that InfluxDB refused for good, by hour and point. */
function deadLines(dead: DeadLetters): Map<string, number> {
  const found = new Map<string, number>();
  for (const line of dead.refusedLines()) {
    const [, point, time] = /^[^,]+,point=((?:\\.|[^ ])+) .* (\d+)$/.exec(line) ?? [];
    const key = `${hourOf(Number(time))} ${point?.replaceAll(/\\(.)/g, '$1') ?? ''}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  return found;
}
