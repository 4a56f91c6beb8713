/** What may never grow beyond a bound, looked at once a second of a simulated city. */
import { CLOSED_EPISODES_MAX, OPEN_EPISODES_MAX } from '#emergency/state.ts';
import type { Pipeline } from '#pipeline';
import type { City } from '../../city/city.ts';
import type { SimPoint } from './sim-plan.ts';

export type Peaks = ReadonlyMap<string, { readonly most: number; readonly bound: number }>;

/** A gateway has one publish in flight a report and sends it twice; presence, orders and ticks come on top. */
const WAITING_PER_POINT = 200;
/** A wake-up that was put off leaves its entry behind until that is due: some for every point, not more with time. */
const WAKES_PER_POINT = 64;
/** Inputs that record log and ledger may lag behind in this small city. */
const LAG_MAX = 20_000;
const KEPT_PER_POINT = 64;

export function watchBounds(points: readonly SimPoint[]): {
  readonly peaks: Peaks;
  look(pipeline: Pipeline): void;
} {
  const peaks = new Map<string, { most: number; bound: number }>();
  const places = points.length * 2;
  const note = (name: string, count: number, bound: number): void => {
    const peak = peaks.get(name);
    if (peak === undefined) peaks.set(name, { most: count, bound });
    else if (count > peak.most) peak.most = count;
  };
  return {
    peaks,
    look({ city, status }) {
      const { waiting, recordLag, ledgerLag } = status();
      note('inputs that wait for a sync', waiting, WAITING_PER_POINT * points.length);
      note('inputs the record log lags behind', recordLag, LAG_MAX);
      note('inputs the ledger lags behind', ledgerLag, LAG_MAX);
      note('deadlines', city.rules.deadlines.due.length, WAKES_PER_POINT * places);
      note('deadlines of messages', city.emergency.due.length, OPEN_EPISODES_MAX);
      note('late windows', city.lateWindows.size, points.length);
      note('messages kept', city.emergency.slots.length, OPEN_EPISODES_MAX + CLOSED_EPISODES_MAX);
      note('connections', city.connections.size, points.length);
      note('past episodes of a point', mostPast(city), KEPT_PER_POINT);
    },
  };
}

function mostPast({ rules }: City): number {
  let most = 0;
  for (let index = 0; index < rules.points.length; index++) {
    const { lived = [], past = [] } = rules.points.get(index) ?? {};
    most = Math.max(most, lived.length, past.length);
  }
  return most;
}

export const outOfBounds = (peaks: Peaks): string[] =>
  [...peaks]
    .filter(([, { most, bound }]) => most > bound)
    .map(([name, { most, bound }]) => `${name}: ${most}, and ${bound} is the bound`);
