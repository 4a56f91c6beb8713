/** One seed from beginning to end, whole and judged: what `npm run simulate` and the tests run. */
import { simulateCity } from './sim-city.ts';
import { judgeLateOrders } from './sim-late.ts';
import type { SimTwist } from './sim-life.ts';
import { judgeCity } from './sim-oracles.ts';
import { CITY, type SimSize, STREET } from './sim-plan.ts';

export const CITY_HOURS = 6;

export type SimFigures = {
  seeds: number;
  faults: number;
  kills: number;
  powerCuts: number;
  acknowledged: number;
  spans: number;
  alarmEvents: number;
  told: number;
  repeated: number;
  lateEpisodes: number;
};

export const noFigures = (): SimFigures => ({
  seeds: 0,
  faults: 0,
  kills: 0,
  powerCuts: 0,
  acknowledged: 0,
  spans: 0,
  alarmEvents: 0,
  told: 0,
  repeated: 0,
  lateEpisodes: 0,
});

export type SeedVerdict = { readonly breaches: readonly string[]; readonly figures: SimFigures };

/** The command that repeats a seed. */
export const repeatOf = (seed: number, hours = CITY_HOURS, size: SimSize = CITY): string =>
  `npm run simulate -- --seed ${seed}${hours === CITY_HOURS ? '' : ` --hours ${hours}`}` +
  (size === STREET ? ' --size street' : '');

/** The size of that name: `city` or `street`; throws for any other. */
export function sizeOf(name: string): SimSize {
  const size = { city: CITY, street: STREET }[name];
  if (size === undefined) throw new RangeError(`--size ${name}: city or street`);
  return size;
}

/** Rejects when the city does not run at all. */
export async function runSeed(
  seed: number,
  hours = CITY_HOURS,
  twist: SimTwist = {},
  size: SimSize = CITY,
): Promise<SeedVerdict> {
  const outcome = await simulateCity(seed, hours * 3_600_000, twist, size);
  const verdict = await judgeCity(outcome);
  const late = await judgeLateOrders(seed);
  return {
    breaches: [...verdict.breaches, ...late.breaches],
    figures: {
      seeds: 1,
      faults: [...outcome.faults.values()].reduce((sum, count) => sum + count, 0),
      kills: outcome.kills,
      powerCuts: outcome.powerCuts,
      acknowledged: verdict.acknowledged,
      spans: verdict.spans,
      alarmEvents: verdict.alarmEvents,
      told: verdict.told,
      repeated: verdict.repeated,
      lateEpisodes: late.episodes,
    },
  };
}

export function addFigures(to: SimFigures, more: SimFigures): void {
  for (const name of Object.keys(to) as (keyof SimFigures)[]) to[name] += more[name];
}

export const figuresLine = (all: SimFigures): string =>
  `${all.seeds} seeds: ${all.faults} faults, of them ${all.kills} kills and ${all.powerCuts} power cuts; ` +
  `${all.acknowledged} acknowledged records, ${all.spans} alarm spans, ${all.alarmEvents} alarm events, ` +
  `${all.told} messages to people (${all.repeated} twice at a vendor), ${all.lateEpisodes} late episodes`;
