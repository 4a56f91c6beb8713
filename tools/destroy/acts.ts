/** All acts, in the order in which they are run. */
import type { Act } from './act.ts';
import { muteConsoles, muteSubscribers, reconnects, retainedJunk, slowLoris } from './crowds.ts';
import { kills } from './kills.ts';
import { powerCuts } from './power-cuts.ts';
import { streams } from './streams.ts';

export const ACTS: readonly Act[] = [
  kills,
  powerCuts,
  streams,
  slowLoris,
  reconnects,
  muteSubscribers,
  muteConsoles,
  retainedJunk,
];
