/** The nine states of ISA-18.2 / IEC 62682 by their letters, rendered from the fields that are kept apart here. */
import type { Alarm } from './alarm.ts';

/**
 * A normal · B unacknowledged · C acknowledged · D returned unacknowledged · E latched unacknowledged · F latched
 * acknowledged · G shelved · H suppressed by design · I out of service.
 */
export const ISA_STATES = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I'] as const;
export type IsaState = (typeof ISA_STATES)[number];

/**
 * The one letter that stands for an alarm. A suppression hides what is beneath it (the fields still tell), the strongest
 * of several counts; E and F are for what is held by its latch after the condition is over.
 */
export function isaState({
  active,
  state,
  latched,
  suppression,
}: Pick<Alarm, 'active' | 'state' | 'latched' | 'suppression'>): IsaState {
  if (suppression === 'out-of-service') return 'I';
  if (suppression === 'suppressed-by-design') return 'H';
  if (suppression === 'shelved') return 'G';
  if (state === 'normal') return 'A';
  const taken = state === 'acknowledged';
  if (active) return taken ? 'C' : 'B';
  if (latched) return taken ? 'F' : 'E';
  return taken ? 'A' : 'D';
}
