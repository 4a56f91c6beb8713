/** What happens in the city, and when: acts by real seconds since the start. */
import { badGateways, foulAir, gasLeak, outage, storm, tankOverfill } from './incidents.ts';
import type { Act } from './stage.ts';

/** What can be played. */
export const SCENARIOS = ['quiet', 'gas-leak', 'storm', 'gateway-outage', 'city'] as const;
/** One of them. */
export type Scenario = (typeof SCENARIOS)[number];

/** Seconds one round of the `city` scenario takes. */
export const ROUND_S = 900;

/** Peak of a storm that floods an underpass, and of one that passes 50 mm in all, mm/h. */
const SHOWER_MM_PER_HOUR = 50;
const DOWNPOUR_MM_PER_HOUR = 225;
/** A rain sum stands for hours: only every so many rounds a storm is heavy enough to raise one. */
const DOWNPOUR_EVERY = 16;
/** Round after round the same few places take turns: an unattended demo does not fill the list with the whole city. */
const CAST = 3;
const STORM_CAST = 5;

/** Acts of a scenario in order of time; of `city`, those of one round, which `roundActs` repeats for ever. */
export function actsOf(scenario: Scenario): Act[] {
  switch (scenario) {
    case 'quiet':
      return [];
    case 'gas-leak':
      return inOrder(quickLeak(5, 0));
    case 'storm':
      return inOrder(storm(5, 0, DOWNPOUR_MM_PER_HOUR, 120));
    case 'gateway-outage':
      return inOrder([...quickLeak(5, 0), ...outage(60, 'adjacent-space', 0, 180)]);
    case 'city':
      return roundActs(0);
  }
}

/** Acts of one round of the city, by seconds since the first round began. */
export function roundActs(round: number): Act[] {
  const turn = round % CAST;
  const peak = round % DOWNPOUR_EVERY === 0 ? DOWNPOUR_MM_PER_HOUR : SHOWER_MM_PER_HOUR;
  const acts = [
    ...slowLeak(turn, round % 2 === 0 ? 4.6 : 3.2),
    ...quickLeak(5, turn),
    ...storm(15, round % STORM_CAST, peak, 120),
    ...badGateways(20, 6, 310),
    ...tankOverfill(60, turn),
    ...outage(190, 'gas-valve-well', turn, 130),
    ...foulAir(430, 'manhole', turn, 0.75, 120),
    ...gasLeak('gas-valve-well', turn + CAST, [{ fromS: 560, inS: 60, volPercent: 3.2 }], 650),
  ];
  return inOrder(acts).map(({ atS, run }) => ({ atS: atS + round * ROUND_S, run }));
}

/** Orange within half a minute and red within one, in a space beside a gas main; mended after two. */
function quickLeak(atS: number, which: number): Act[] {
  return gasLeak('adjacent-space', which, [{ fromS: atS, inS: 45, volPercent: 3.2 }], atS + 120);
}

/** A small leak that stands at 1.5 vol% (yellow after two minutes), then grows to `worst`; mended after eight. */
function slowLeak(which: number, worst: number): Act[] {
  const steps = [
    { fromS: 0, inS: 20, volPercent: 1.5 },
    { fromS: 345, inS: 60, volPercent: worst },
  ];
  return gasLeak('gas-valve-well', which, steps, 480);
}

const inOrder = (acts: readonly Act[]): Act[] => acts.toSorted((a, b) => a.atS - b.atS);
