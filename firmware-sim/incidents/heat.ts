/** What can go wrong with heat: the main bursts. */
import { type Act, siteOf } from '../stage.ts';

/** Where the main opens, as a share of its length, and what runs out. */
export type Burst = { readonly share: number; readonly m3PerHour: number };
/** Every station of the county notices. */
export const BIG_BURST: Burst = { share: 0.5, m3PerHour: 400 };
/** Far out, and felt only there. */
export const FAR_BURST: Burst = { share: 0.95, m3PerHour: 170 };

/** The main of a county bursts: pressure falls at every station, make-up rises; the crew closes valves after `closedS`. */
export function burstHeatMain(atS: number, which: number, burst: Burst, closedS: number): Act[] {
  return [
    {
      atS,
      run(stage) {
        const { facility, networks } = siteOf(stage, 'heat-source', which);
        const { heat } = networks;
        heat.burst = { atKm: heat.lengthKm * burst.share, m3PerHour: burst.m3PerHour };
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
