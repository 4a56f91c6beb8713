/** What can go wrong with gas: a leak into a closed space, a regulator that lets too much through. */
import type { FacilityKind } from '../city-plan.ts';
import { type GasWell, leakHolding, leakReaching } from '../models/gas-well.ts';
import { type Act, type Stage, siteOf } from '../stage.ts';

/** Steps of a leak: after `inS` real seconds the well has reached `volPercent`. */
export type LeakStep = { readonly fromS: number; readonly inS: number; readonly volPercent: number };

const BLOWER_M3_PER_HOUR = 150;
const AIRING_S = 120;

/** A leak that grows step by step (and holds between), until a crew mends it after `mendedS` and airs the well. */
export function gasLeak(
  kind: FacilityKind,
  which: number,
  steps: readonly LeakStep[],
  mendedS: number,
): Act[] {
  const well = (stage: Stage): GasWell => {
    const { well: found } = siteOf(stage, kind, which);
    if (found === undefined) throw new Error(`a ${kind} has no methane sensor`);
    return found;
  };
  const growing = steps.flatMap(({ fromS, inS, volPercent }): Act[] => [
    {
      atS: fromS,
      run(stage) {
        const one = well(stage);
        one.leakM3PerHour = leakReaching(one, volPercent / 100, inS * stage.pace);
        const { name } = siteOf(stage, kind, which).facility;
        stage.say(`gas leaks into ${name}: ${volPercent} vol% within ${inS} s`);
      },
    },
    {
      atS: fromS + inS,
      run(stage) {
        const one = well(stage);
        one.leakM3PerHour = leakHolding(one);
      },
    },
  ]);
  return [
    ...growing,
    {
      atS: mendedS,
      run(stage) {
        Object.assign(well(stage), { leakM3PerHour: 0, blowerM3PerHour: BLOWER_M3_PER_HOUR });
        stage.say(`the leak at ${siteOf(stage, kind, which).facility.name} is mended, the well is aired`);
      },
    },
    {
      atS: mendedS + AIRING_S,
      run(stage) {
        well(stage).blowerM3PerHour = 0;
      },
    },
  ];
}

/** A digger breaks the main: flow leaps up, pressure falls along it until the valves are closed. */
export function gasRupture(atS: number, which: number, closedS: number): Act[] {
  const turn =
    (ruptureM3PerHour: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, networks } = siteOf(stage, 'gas-station', which);
      networks.gas.ruptureM3PerHour = ruptureM3PerHour;
      stage.say(`the main behind ${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(RUPTURE_M3_PER_HOUR, 'is broken by a digger') },
    { atS: atS + closedS, run: turn(0, 'is closed off') },
  ];
}
const RUPTURE_M3_PER_HOUR = 4_000;

/** The regulator of a county's station fails open: the network stands at `share` of its pressure until it is mended. */
export function regulatorFault(atS: number, which: number, share: number, mendedS: number): Act[] {
  const turn =
    (to: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, networks } = siteOf(stage, 'gas-station', which);
      networks.gas.regulatorShare = to;
      stage.say(`the regulator of ${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(share, 'lets too much through') },
    { atS: atS + mendedS, run: turn(1, 'holds again') },
  ];
}
