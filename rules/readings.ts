/**
 * What the members of a relation or a composite may say. Each keeps its last trusted value, and beside it the last one in
 * doubt that came since (beyond range, uncertain, out of order): either may raise, and only what both say may end.
 */
import type { EngineTime } from '#domain/time.ts';
import type { Join, JoinMember } from './join.ts';
import type { RulesState } from './state.ts';

/** A member's value; NaN when it may not speak. */
export type Reading = (member: JoinMember) => number;

/** Ways to read the members: an alarm is reached by any of `raise`, and over by all of `end`. */
export type Readings = { readonly raise: readonly Reading[]; readonly end: readonly Reading[] };

/** A stale value says nothing at all, and one of a sensor that is lost (失联) nothing towards an end. */
export function readingsOf(state: RulesState, { members }: Join, now: EngineTime): Readings {
  const { sensorLostIntervals } = state.catalogue.settings;
  const isRecent = (pointIndex: number, at: EngineTime): boolean =>
    now - at <= (state.points.get(pointIndex)?.intervalMs ?? 0) * sensorLostIntervals;
  const trusted: Reading = ({ pointIndex, seen, seenAt }) => (isRecent(pointIndex, seenAt) ? seen : NaN);
  const inDoubt: Reading = ({ pointIndex, doubt, doubtAt }) => (isRecent(pointIndex, doubtAt) ? doubt : NaN);
  const newest: Reading = (member) => {
    const doubt = inDoubt(member);
    return Number.isNaN(doubt) ? trusted(member) : doubt;
  };
  const isLost = ({ pointIndex }: JoinMember): boolean =>
    state.points.get(pointIndex)?.sensorLost.alarm?.active === true;
  const raise = members.some((member) => !Number.isNaN(inDoubt(member))) ? [newest, trusted] : [trusted];
  if (!members.some(isLost)) return { raise, end: raise };
  return { raise, end: raise.map((read) => (member) => (isLost(member) ? NaN : read(member))) };
}

/** Whether the member never told anything: nobody waits for a sensor that is not yet there. */
export const isUntold = ({ seen, doubt }: JoinMember): boolean => Number.isNaN(seen) && Number.isNaN(doubt);

/** True when one is true, false when all are false, else null. */
export function anyOf(verdicts: readonly (boolean | null)[]): boolean | null {
  if (verdicts.includes(true)) return true;
  return verdicts.includes(null) ? null : false;
}
