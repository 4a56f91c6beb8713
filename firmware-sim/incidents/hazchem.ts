/** What can go wrong in a chemical park: a tank overfilled, a toxic release, people where they should not be. */
import { rateReaching } from '../models/tank.ts';
import { type Act, siteOf } from '../stage.ts';

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

/** What each of a plant's detectors gets of a release near the first, as a share. */
const DOWNWIND = [1, 0.7, 0.2];

/** A flange leaks toxic gas: the nearest detector first, then its neighbour; tight again after `tightS`. */
export function toxicLeak(atS: number, which: number, tightS: number): Act[] {
  const turn =
    (strength: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, airs } = siteOf(stage, 'hazchem-plant', which);
      airs.forEach((air, order) => (air.source = strength * (DOWNWIND[order] ?? 0)));
      stage.say(`${facility.name} ${line}`);
    };
  return [
    { atS, run: turn(1, 'leaks toxic gas') },
    { atS: atS + tightS, run: turn(0, 'is tight again') },
  ];
}

/** `people` gather at a plant until they are sent away after `awayS`. */
export function gathering(atS: number, which: number, people: number, awayS: number): Act[] {
  const turn =
    (target: number, line: string): Act['run'] =>
    (stage) => {
      const { facility, crowd } = siteOf(stage, 'hazchem-plant', which);
      if (crowd !== undefined) crowd.target = target;
      stage.say(`${facility.name}: ${line}`);
    };
  return [
    { atS, run: turn(people, `${people} people gather`) },
    { atS: atS + awayS, run: turn(1, 'the people are sent away') },
  ];
}
