/** What happens in the city, and when: a list of acts by real seconds since the start. */
import { beginStorm, type Field } from './field.ts';
import type { SimGateway } from './gateway.ts';
import type { Random } from './random.ts';

export type Stage = {
  readonly field: Field;
  readonly gateways: ReadonlyMap<string, SimGateway>;
  readonly random: Random;
  readonly say: (line: string) => void;
};
export type Act = { readonly atS: number; readonly run: (stage: Stage) => void };

export const SCENARIOS = ['quiet', 'gas-leak', 'storm', 'gateway-outage', 'city'] as const;
export type Scenario = (typeof SCENARIOS)[number];

/** Acts of a scenario in order of time; `city` plays all of them, over and over, `rounds` times. */
export function actsOf(scenario: Scenario, rounds: number): Act[] {
  switch (scenario) {
    case 'quiet':
      return [];
    case 'gas-leak':
      return gasLeak(5, 0);
    case 'storm':
      return storm(5);
    case 'gateway-outage':
      return [...gasLeak(5, 0), ...outage(60, 0)];
    case 'city':
      return Array.from({ length: rounds }, (_, round) => cityRound(round))
        .flat()
        .toSorted((a, b) => a.atS - b.atS);
  }
}

/** Seconds one round of the `city` scenario takes. */
const ROUND_S = 900;

function cityRound(round: number): Act[] {
  const from = round * ROUND_S;
  return [
    ...gasLeak(from + 5, round),
    ...gasLeak(from + 420, round + 5),
    ...storm(from + 60),
    ...tankFilling(from + 150, round),
    ...outage(from + 300, round + 2),
    ...faults(from + 20, round + 3),
  ];
}

/** A leak begins in one well and is repaired four minutes later. */
function gasLeak(atS: number, which: number): Act[] {
  return [
    {
      atS,
      run({ field, say }) {
        const [id, well] = nth(field.wells, which);
        well.leakM3PerHour = 0.5;
        say(`gas begins to leak into ${id}`);
      },
    },
    {
      atS: atS + 240,
      run({ field, say }) {
        const [id, well] = nth(field.wells, which);
        well.leakM3PerHour = 0;
        well.fraction = 0;
        say(`the leak at ${id} is repaired and the well aired`);
      },
    },
  ];
}

function storm(atS: number): Act[] {
  return [
    {
      atS,
      run({ field, say }) {
        beginStorm(field);
        const [id, underpass] = nth(field.underpasses, 0);
        underpass.pumpFailed = true;
        say(`a storm comes from the west; the pump of ${id} does not start`);
      },
    },
    {
      atS: atS + 300,
      run({ field }) {
        nth(field.underpasses, 0)[1].pumpFailed = false;
      },
    },
  ];
}

function tankFilling(atS: number, which: number): Act[] {
  return [
    {
      atS,
      run({ field, say }) {
        const [id] = nth(field.tankLevels, which);
        field.tankRates.set(id, 25);
        say(`${id} is being filled and nobody watches`);
      },
    },
    { atS: atS + 240, run: ({ field }) => void field.tankRates.set(nth(field.tankLevels, which)[0], -40) },
    { atS: atS + 420, run: ({ field }) => void field.tankRates.set(nth(field.tankLevels, which)[0], 0) },
  ];
}

function outage(atS: number, which: number): Act[] {
  return [
    {
      atS,
      run({ gateways, say }) {
        const [id, gateway] = nth(gateways, which);
        gateway.cutLink();
        say(`${id} loses its link`);
      },
    },
    { atS: atS + 180, run: ({ gateways }) => nth(gateways, which)[1].restoreLink() },
  ];
}

/** One gateway repeats itself, one babbles, one has its clock eight hours behind. */
function faults(atS: number, which: number): Act[] {
  return [
    {
      atS,
      run({ gateways, say }) {
        nth(gateways, which)[1].faults.duplicateChance = 0.2;
        nth(gateways, which + 1)[1].faults.garbageChance = 0.05;
        const [id, gateway] = nth(gateways, which + 2);
        gateway.faults.clockOffsetMs = -8 * 3_600_000;
        say(`${id} comes back from repair with its clock eight hours behind`);
      },
    },
    {
      atS: atS + 400,
      run({ gateways }) {
        for (const offset of [0, 1, 2]) {
          Object.assign(nth(gateways, which + offset)[1].faults, {
            duplicateChance: 0,
            garbageChance: 0,
            clockOffsetMs: 0,
          });
        }
      },
    },
  ];
}

function nth<T>(map: ReadonlyMap<string, T>, which: number): [string, T] {
  const entries = [...map];
  const entry = entries[which % entries.length];
  if (entry === undefined) throw new Error('the simulated city has none of these');
  return entry;
}
