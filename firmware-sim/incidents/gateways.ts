/** What can go wrong with the boxes themselves: links, clocks, software, batteries. */
import type { FacilityKind } from '../city-plan.ts';
import { replaceBattery } from '../models/power.ts';
import { type Act, gatewayOf, type Stage, siteOf } from '../stage.ts';

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
  const at = (stage: Stage, order: number) => gatewayOf(stage, siteOf(stage, 'heat-source', which + order));
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

const SICK_PERCENT = 21;
const SICK_PERCENT_PER_HOUR = 0.3;

/** A battery begins to fail, over hours. */
export const batterySickens = (atS: number, kind: FacilityKind, which: number): Act[] => [
  {
    atS,
    run(stage) {
      const { facility, power } = siteOf(stage, kind, which);
      Object.assign(power, { chargePercent: SICK_PERCENT, drainPercentPerHour: SICK_PERCENT_PER_HOUR });
      stage.say(`the battery at ${facility.name} begins to fail`);
    },
  },
];

/** Somebody replaces it. */
export const batteryReplaced = (atS: number, kind: FacilityKind, which: number): Act[] => [
  {
    atS,
    run(stage) {
      const { facility, power } = siteOf(stage, kind, which);
      replaceBattery(power);
      stage.say(`the battery at ${facility.name} is replaced`);
    },
  },
];
