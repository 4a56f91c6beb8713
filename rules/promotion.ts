/** One rule's active level lifts the colour of another on the same point: water that rises fast makes depth worse. */
import { COLOURS, type Colour, colourRank } from '#domain/colour.ts';
import { anyActive } from './level-machine.ts';
import type { Level, Lift, RuleInstance } from './state.ts';

/** The strongest lift in force on `instance` among the rules of its point; null when there is none. */
export function liftOf(rules: readonly RuleInstance[], { lifts }: Pick<RuleInstance, 'lifts'>): Lift | null {
  let best: Lift | null = null;
  for (const lift of lifts) {
    if (best !== null && best.colours >= lift.colours) continue;
    const promoter = rules.find(({ rule }) => rule === lift.rule);
    if (promoter !== undefined && anyActive(promoter.levels)) best = lift;
  }
  return best;
}

/** The level's colour moved up by the lift, at most to red; beyond range has a colour of its own. */
export const lifted = ({ colour, flag }: Pick<Level, 'colour' | 'flag'>, lift: Lift | null): Colour =>
  flag !== 0 ? colour : (COLOURS[colourRank(colour) + (lift?.colours ?? 0)] ?? 'red');
