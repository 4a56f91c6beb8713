/** A condition that cannot be evaluated never rings: somebody must know of it, as long as it lasts. */
import type { RuleInstance, Turn } from '../state.ts';
import { judgeCondition } from '../system-alarms.ts';

/** Raises or ends the system alarm `rule-failing` of the rule at this point when that changed. */
export function noteFailing(
  turn: Turn,
  pointIndex: number,
  { rule, join }: RuleInstance,
  fails: boolean,
): void {
  if (join === null || join.failing === fails) return;
  join.failing = fails;
  const point = turn.registry.pointsByIndex[pointIndex]?.id ?? '';
  const detail = { failingRule: rule, point };
  judgeCondition(turn, { name: 'rule-failing', subject: `${rule} ${point}`, active: fails, detail });
}

/** The rules of `old` that are in force no more, or ask something else now, fail no more. */
export function endFailing(
  turn: Turn,
  pointIndex: number,
  old: readonly RuleInstance[],
  now: readonly RuleInstance[],
): void {
  for (const instance of old)
    if (
      instance.join?.failing === true &&
      !now.some(({ rule, join }) => rule === instance.rule && join?.failing)
    )
      noteFailing(turn, pointIndex, instance, false);
}
