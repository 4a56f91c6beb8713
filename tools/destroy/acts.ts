/** All acts, in the order in which they are run. */
import type { Act } from './act.ts';
import { backtestKills, childKills } from './children.ts';
import { clockJumps } from './clocks.ts';
import { muteConsoles, muteSubscribers, reconnects, retainedJunk, slowLoris } from './crowds.ts';
import { corruption, twoInstances } from './directory.ts';
import { diskFull, readOnly, syncErrors } from './disks.ts';
import { influxFaults, influxKills } from './influx.ts';
import { kills } from './kills.ts';
import { powerCuts } from './power-cuts.ts';
import { streams } from './streams.ts';

export const ACTS: readonly Act[] = [
  ...[kills, childKills, backtestKills, influxKills, powerCuts],
  ...[diskFull, syncErrors, readOnly, corruption, twoInstances, clockJumps, influxFaults],
  ...[streams, slowLoris, reconnects, muteSubscribers, muteConsoles, retainedJunk],
];
