/** Interlocks: limits whose reaching is no alarm, only a reason why other alarms are expected. */
import { anyActive } from './level-machine.ts';
import { reviseUnder } from './publish.ts';
import type { PointRules, RuleInstance, Turn } from './state.ts';
import { subjectOf } from './subject.ts';
import { dropMoved, type Places, setSuppressor } from './suppressors.ts';

/** True when `instance` is an interlock: its levels moved, or its sensor fell silent or spoke again. Then it is done. */
export function reviewInterlock(turn: Turn, point: PointRules, instance: RuleInstance): boolean {
  const { state, registry } = turn;
  const { suppression } = state.catalogue;
  if (!suppression.interlocks.has(instance.rule)) return false;
  const at = subjectOf(registry, instance.slot);
  const { rule } = instance;
  const who = { kind: 'interlock', rule, alarm: null, point: at.point, since: turn.wall } as const;
  const holds = point.bound && anyActive(instance.levels) && speaks(turn, point);
  if (setSuppressor(state.suppressors, suppression, at, who, holds))
    reviseUnder(turn, rule, at, { begins: 'interlock', ends: 'interlock-ended' });
  return true;
}

/** The interlocks of a point after it was bound anew; those that are gone hold no more. */
export function rebindInterlocks(turn: Turn, point: PointRules, before: readonly RuleInstance[]): void {
  if (turn.state.catalogue.suppression.interlocks.size === 0) return;
  for (const instance of point.rules) reviewInterlock(turn, point, instance);
  for (const instance of before)
    if (!point.rules.some(({ rule }) => rule === instance.rule))
      reviewInterlock(turn, point, { ...instance, levels: [] });
}

/** Devices or facilities changed: what interlocks held at places where they are no more is over there. */
export function leaveOldPlaces(turn: Turn): void {
  const { state, registry } = turn;
  const placesOf = (point: string): Places | null => {
    const known = state.points.get(registry.points.get(point)?.index ?? -1);
    return known?.bound === true ? subjectOf(registry, known.noData) : null;
  };
  for (const { rule, at } of dropMoved(state.suppressors, placesOf))
    reviseUnder(turn, rule, at, { begins: 'interlock', ends: 'interlock-ended' });
}

/** A point fell silent or speaks again, or its whole gateway did. */
export function reviewSilence(turn: Turn, point: PointRules): void {
  if (turn.state.catalogue.suppression.interlocks.size === 0) return;
  for (const instance of point.rules) reviewInterlock(turn, point, instance);
}

/** Any sign that nobody hears this sensor, or that it says nothing: its newest value is a bad one. */
function speaks(turn: Turn, point: PointRules): boolean {
  if (point.dataAt < point.reportAt) return false;
  if (point.noData.alarm?.active === true || point.sensorLost.alarm?.active === true) return false;
  return turn.state.gateways.get(point.gatewayIndex)?.absent !== true;
}
