/** What can go wrong in the city, each as acts that begin at a second and come to an end by themselves. */
import type { FacilityKind } from './city-plan.ts';
import { type GasWell, leakHolding, leakReaching } from './models/gas-well.ts';
import { rateReaching } from './models/tank.ts';
import { type Act, gatewayOf, type Stage, siteOf } from './stage.ts';

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

/** A storm over one county whose underpass pump does not start until somebody comes, `mendedS` after the first rain. */
export function storm(atS: number, which: number, peakMmPerHour: number, mendedS: number): Act[] {
  return [
    {
      atS,
      run(stage) {
        const { facility, underpass } = siteOf(stage, 'underpass', which);
        stage.field.rain({ peakMmPerHour, over: facility.location });
        if (underpass !== undefined) underpass.pumpFailed = true;
        stage.say(`a storm breaks over ${facility.name}; its pump does not start`);
      },
    },
    {
      atS: atS + mendedS,
      run(stage) {
        const { facility, underpass } = siteOf(stage, 'underpass', which);
        if (underpass !== undefined) underpass.pumpFailed = false;
        stage.say(`the pump of ${facility.name} runs again`);
      },
    },
  ];
}

/** A tank is filled, slowly towards the end, past every limit, and let down again. */
export function tankOverfill(atS: number, which: number): Act[] {
  const filling = (afterS: number, level: number, inS: number, line: string): Act => ({
    atS: atS + afterS,
    run(stage) {
      const { facility, tank } = siteOf(stage, 'tank', which);
      if (tank !== undefined) tank.ratePerHour = rateReaching(tank, level, inS * stage.pace);
      if (line !== '') stage.say(`${facility.name} ${line}`);
    },
  });
  return [
    filling(0, 84, 30, 'is being filled'),
    filling(30, 97, 110, 'is nearly full and nobody watches'),
    filling(150, 60, 60, 'is let down again'),
    {
      atS: atS + 210,
      run(stage) {
        const { tank } = siteOf(stage, 'tank', which);
        if (tank !== undefined) tank.ratePerHour = 0;
      },
    },
  ];
}

/** The air of a place turns foul and clears again after `endsS`. */
export function foulAir(
  atS: number,
  kind: FacilityKind,
  which: number,
  source: number,
  endsS: number,
): Act[] {
  const turn =
    (to: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, air } = siteOf(stage, kind, which);
      if (air !== undefined) air.source = to;
      stage.say(`the air in ${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(source, 'turns foul') },
    { atS: atS + endsS, run: turn(0, 'clears') },
  ];
}

/** The gateway that reads this site loses its link for `lastsS`, and fills in afterwards. */
export function outage(atS: number, kind: FacilityKind, which: number, lastsS: number): Act[] {
  const at = (stage: Stage) => gatewayOf(stage, siteOf(stage, kind, which));
  return [
    {
      atS,
      run(stage) {
        const gateway = at(stage);
        gateway?.cutLink();
        stage.say(`${gateway?.id ?? 'a gateway'} loses its link`);
      },
    },
    {
      atS: atS + lastsS,
      run(stage) {
        const gateway = at(stage);
        gateway?.restoreLink();
        stage.say(`${gateway?.id ?? 'a gateway'} is back and fills in`);
      },
    },
  ];
}

const EIGHT_HOURS_MS = 8 * 3_600_000;

/** For `lastsS`, one gateway repeats itself, one babbles, and one has its clock eight hours behind. */
export function badGateways(atS: number, which: number, lastsS: number): Act[] {
  const at = (stage: Stage, order: number) => gatewayOf(stage, siteOf(stage, 'underpass', which + order));
  const set = (stage: Stage, duplicateChance: number, garbageChance: number, clockOffsetMs: number): void => {
    Object.assign(at(stage, 0)?.faults ?? {}, { duplicateChance });
    Object.assign(at(stage, 1)?.faults ?? {}, { garbageChance });
    Object.assign(at(stage, 2)?.faults ?? {}, { clockOffsetMs });
  };
  return [
    {
      atS,
      run(stage) {
        set(stage, 0.3, 0.1, -EIGHT_HOURS_MS);
        stage.say(`${at(stage, 2)?.id ?? 'a gateway'} has its clock eight hours behind`);
      },
    },
    {
      atS: atS + lastsS,
      run(stage) {
        set(stage, 0, 0, 0);
        stage.say(`the clock of ${at(stage, 2)?.id ?? 'the gateway'} is set right`);
      },
    },
  ];
}
