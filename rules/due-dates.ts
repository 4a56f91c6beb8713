/** Dates kept in the registry (a calibration that falls due): no sample moves them, only the calendar and the registry. */
import { settle } from './process-alarm.ts';
import type { PointRules, RuleInstance, Turn } from './state.ts';

/** Dates are on the wall clock, which may step: they are looked at again at least this often. */
const LOOK_AGAIN_MS = 24 * 3_600_000;

/** Brings alarms of due dates at `point` in line with the calendar, and says when to look again. */
export function reviewDates(turn: Turn, point: PointRules): void {
  point.datesDue = Infinity;
  for (const instance of point.rules)
    if (instance.signal === 'due-date' && instance.levels.length > 0) reviewDate(turn, point, instance);
}

function reviewDate(turn: Turn, point: PointRules, instance: RuleInstance): void {
  let next = LOOK_AGAIN_MS;
  for (const level of instance.levels) {
    level.active = turn.wall >= level.limit;
    if (!level.active) next = Math.min(next, level.limit - turn.wall);
  }
  if (instance.levels.every(({ active }) => active)) next = LOOK_AGAIN_MS;
  settle(turn, point, instance, null);
  point.datesDue = Math.min(point.datesDue, turn.now + next);
}
