/** What can go wrong with water: storms, pumps that do not start, blocked sewers, covers that move. */
import type { Location } from '../city-plan.ts';
import { wayS } from '../models/rain.ts';
import { type Act, type Stage, siteIn, siteOf } from '../stage.ts';

/** A storm over one county whose underpass pump does not start until somebody comes, `mendedS` after the first rain. */
export function storm(atS: number, area: string, peakMmPerHour: number, mendedS: number): Act[] {
  return [
    {
      atS,
      run(stage) {
        const { facility, underpass } = siteIn(stage, 'underpass', area);
        stage.field.rain({ peakMmPerHour, over: facility.location });
        if (underpass !== undefined) underpass.pumpFailed = true;
        stage.say(`a storm breaks over ${facility.name}; its pump does not start`);
      },
    },
    {
      atS: atS + mendedS,
      run(stage) {
        const { facility, underpass } = siteIn(stage, 'underpass', area);
        if (underpass !== undefined) underpass.pumpFailed = false;
        stage.say(`the pump of ${facility.name} runs again`);
      },
    },
  ];
}

/** The cell comes up from the west over 东明, crosses the city's seat and 鲁西新区, and dies behind 巨野. */
const WEST: Location = { lat: 35.235, lon: 114.98 };
const EAST: Location = { lat: 35.389, lon: 116.22 };
const CROSSING_KM_PER_HOUR = 90;
/** Counties on its way whose underpass pump does not start. */
const DROWNING = ['371728', '371724'];

/** A storm that crosses the city: gauges, underpasses, low points and sewers react one county after another. */
export function crossingStorm(atS: number, peakMmPerHour: number): Act[] {
  const pumps = (stage: Stage, failed: boolean): void => {
    for (const area of DROWNING) {
      const { underpass } = siteIn(stage, 'underpass', area);
      if (underpass !== undefined) underpass.pumpFailed = failed;
    }
  };
  return [
    {
      atS,
      run(stage) {
        pumps(stage, true);
        const towards = { place: EAST, kmPerHour: CROSSING_KM_PER_HOUR };
        stage.field.rain({ peakMmPerHour, over: WEST, towards });
        stage.say('a storm comes up in the west and crosses the city; two underpass pumps do not start');
      },
    },
    {
      atS: atS + CROSSING_S,
      run(stage) {
        pumps(stage, false);
        stage.say('the storm has crossed the city; all pumps run');
      },
    },
  ];
}

/** From the first drop in the west until the cell is over the last county, real seconds at the demo's pace of 10. */
export const CROSSING_S = Math.round(
  (600 +
    wayS({
      startS: 0,
      peakMmPerHour: 0,
      over: WEST,
      towards: { place: EAST, kmPerHour: CROSSING_KM_PER_HOUR },
    })) /
    10,
);

/** A pump station's first `count` pumps are commanded but do not run until somebody comes; one alone is made up for. */
export function pumpFailure(atS: number, which: number, count: 1 | 2, mendedS: number): Act[] {
  const turn =
    (failed: boolean, line: string): Act['run'] =>
    (stage) => {
      const { facility, pumping } = siteOf(stage, 'pump-station', which);
      for (const pump of pumping?.pumps.slice(0, count) ?? []) pump.failed = failed;
      // Whenever it happens, the water is about to call for the pump.
      if (failed && pumping !== undefined) pumping.levelM = Math.max(pumping.levelM, CALLING_M);
      stage.say(`${count} of two pumps of ${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(true, 'will not start') },
    { atS: atS + mendedS, run: turn(false, 'run again') },
  ];
}
const CALLING_M = 1.9;

/** A sewer is blocked and rots: gas, little oxygen, water that backs up; cleared after `clearedS`. */
export function sewerGas(atS: number, which: number, clearedS: number): Act[] {
  const turn =
    (foulness: number, leakM3PerHour: number, blowerM3PerHour: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, airs, well, sewer } = siteOf(stage, 'manhole', which);
      for (const air of airs) air.source = foulness;
      if (well !== undefined) Object.assign(well, { leakM3PerHour, blowerM3PerHour });
      if (sewer !== undefined) sewer.freeShare = foulness > 0 ? BLOCKED_SHARE : 1;
      stage.say(`${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(FOULNESS, BIOGAS_M3_PER_HOUR, 0, 'is blocked and rots') },
    { atS: atS + clearedS, run: turn(0, 0, AIRING_M3_PER_HOUR, 'is cleared and aired') },
    { atS: atS + clearedS + AIRED_S, run: turn(0, 0, 0, 'is closed again') },
  ];
}
const FOULNESS = 0.75;
const BLOCKED_SHARE = 0.05;
const BIOGAS_M3_PER_HOUR = 0.3;
const AIRING_M3_PER_HOUR = 150;
const AIRED_S = 120;

/** Somebody moves a manhole's cover; it is put back after `backS`. */
export function coverMoved(atS: number, which: number, backS: number): Act[] {
  const turn =
    (tiltDeg: number, line: string): Act['run'] =>
    (stage) => {
      const site = siteOf(stage, 'manhole', which);
      site.tiltDeg = tiltDeg;
      stage.say(`the cover of ${site.facility.name} ${line}`);
    };
  return [
    { atS, run: turn(42, 'is moved') },
    { atS: atS + backS, run: turn(1, 'is put back') },
  ];
}
