/** All acts, in the order in which they are run. */
import type { Act } from './act.ts';
import { kills } from './kills.ts';
import { powerCuts } from './power-cuts.ts';

export const ACTS: readonly Act[] = [kills, powerCuts];
