/** What happens in the city, and when: acts by real seconds since the start. */
import { coverMoved, crossingStorm, pumpFailure, sewerGas, storm } from './incidents/drainage.ts';
import { gasLeak, gasRupture, regulatorFault } from './incidents/gas.ts';
import { badGateways, batteryReplaced, batterySickens, outage } from './incidents/gateways.ts';
import { gathering, tankOverfill, toxicLeak } from './incidents/hazchem.ts';
import { BIG_BURST, burstHeatMain, FAR_BURST } from './incidents/heat.ts';
import type { Act } from './stage.ts';

/** What can be played (docs/simulation.md tells each). */
export const SCENARIOS = [
  'quiet',
  'gas-leak',
  'regulator-fault',
  'gas-rupture',
  'storm',
  'crossing-storm',
  'sewer-gas',
  'pump-failure',
  'burst-heat-main',
  'tank-overfill',
  'toxic-leak',
  'gathering',
  'gateway-outage',
  'city',
] as const;
/** One of them. */
export type Scenario = (typeof SCENARIOS)[number];

/** Seconds one round of the `city` scenario takes. */
export const ROUND_S = 900;

/** Peak of a storm that floods an underpass whose pump fails, and of one that passes 50 mm in all, mm/h. */
const SHOWER_MM_PER_HOUR = 50;
const DOWNPOUR_MM_PER_HOUR = 225;
/** Peak of a storm that crosses the city: heavy enough to flood, too short for a rain sum. */
const CROSSING_MM_PER_HOUR = 90;
/** In the second of four rounds the storm does not stay but crosses the city, over other counties. */
const CROSSING_EVERY = 4;
const STORM_AREAS = ['371703', '371721', '371722', '371723', '371725'];
/** Round after round the same few places take turns: an unattended demo does not fill the list with the whole city. */
const CAST = 3;
const HEAT_CAST = 2;
/** A battery fails over two hours; then somebody comes. */
const BATTERY_ROUNDS = 12;
const BATTERY_LASTS = 8;

const SCENES: Readonly<Record<Exclude<Scenario, 'city'>, () => readonly Act[]>> = {
  quiet: () => [],
  'gas-leak': () => quickLeak(5, 0),
  'gas-rupture': () => gasRupture(60, 0, 150),
  'regulator-fault': () => regulatorFault(5, 0, 1.25, 120),
  storm: () => storm(5, '371702', DOWNPOUR_MM_PER_HOUR, 120),
  'crossing-storm': () => crossingStorm(5, CROSSING_MM_PER_HOUR),
  'sewer-gas': () => sewerGas(5, 0, 150),
  'pump-failure': () => pumpFailure(5, 0, 2, 240),
  'burst-heat-main': () => burstHeatMain(30, 0, BIG_BURST, 120),
  'tank-overfill': () => tankOverfill(5, 0),
  'toxic-leak': () => toxicLeak(5, 0, 120),
  gathering: () => gathering(5, 0, 12, 120),
  'gateway-outage': () => [...quickLeak(5, 0), ...outage(60, 'adjacent-space', 0, 180)],
};

/** Acts of scenarios played at once, in order of time; of `city`, those of one round, which `roundActs` repeats for ever. */
export const actsOf = (scenarios: readonly Scenario[]): Act[] =>
  inOrder(scenarios.flatMap((scenario) => (scenario === 'city' ? roundActs(0) : SCENES[scenario]())));

/** Acts of one round of the city, by seconds since the first round began. */
export function roundActs(round: number): Act[] {
  const turn = round % CAST;
  const acts = [
    ...slowLeak(turn, round % 2 === 0 ? 4.6 : 3.2),
    ...quickLeak(5, turn),
    ...stormOf(round),
    ...badGateways(20, 6, 310),
    ...tankOverfill(60, turn),
    ...burstHeatMain(115, round % HEAT_CAST, FAR_BURST, 120),
    ...outage(190, 'gas-valve-well', turn, 130),
    ...toxicLeak(275, turn, 70),
    ...pumpFailure(335, turn, 1, 110),
    ...sewerGas(430, turn, 120),
    ...coverMoved(500, turn + CAST, 80),
    ...gathering(520, turn, 5 + 7 * (round % 2), 110),
    ...gasLeak('gas-valve-well', turn + CAST, [{ fromS: 560, inS: 60, volPercent: 3.2 }], 650),
    ...batteryOf(round),
  ];
  return inOrder(acts).map(({ atS, run }) => ({ atS: atS + round * ROUND_S, run }));
}

function stormOf(round: number): Act[] {
  if (round % CROSSING_EVERY === 1) return crossingStorm(15, CROSSING_MM_PER_HOUR);
  return storm(15, STORM_AREAS[round % STORM_AREAS.length] ?? '371703', SHOWER_MM_PER_HOUR, 120);
}

function batteryOf(round: number): Act[] {
  if (round % BATTERY_ROUNDS === 1) return batterySickens(700, 'adjacent-space', CAST);
  return round % BATTERY_ROUNDS === 1 + BATTERY_LASTS ? batteryReplaced(700, 'adjacent-space', CAST) : [];
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
