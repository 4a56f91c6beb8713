/** What can go wrong with heat: the main bursts. */
import { type Act, siteOf } from '../stage.ts';

/** Where the main opens, as a share of its length, and what runs out. */
const BURST_SHARE = 0.5;
const BURST_M3_PER_HOUR = 400;

/** The main of a county bursts: pressure falls at every station, make-up rises; the crew closes valves after `closedS`. */
export function burstHeatMain(atS: number, which: number, closedS: number): Act[] {
  return [
    {
      atS,
      run(stage) {
        const { facility, networks } = siteOf(stage, 'heat-source', which);
        const { heat } = networks;
        heat.burst = { atKm: heat.lengthKm * BURST_SHARE, m3PerHour: BURST_M3_PER_HOUR };
        stage.say(`the heat main of ${facility.name} bursts`);
      },
    },
    {
      atS: atS + closedS,
      run(stage) {
        const { facility, networks } = siteOf(stage, 'heat-source', which);
        networks.heat.burst = null;
        stage.say(`the burst main of ${facility.name} is closed off`);
      },
    },
  ];
}
