/** What others ask of the engine's state; nothing here changes it. */
import { type Alarm, isOpen } from '#domain/alarm.ts';
import { everyRule } from './at-rest.ts';
import type { RulesState } from './state.ts';

/** An open alarm, a recently closed one, or a known historical one. */
export const alarmById = (state: RulesState, id: string): Alarm | undefined =>
  state.byId.get(id)?.alarm ?? undefined;

/** Every open alarm, oldest onset first. */
export function openAlarms(state: RulesState): Alarm[] {
  const open: Alarm[] = [];
  for (const { alarm } of state.byId.values()) if (alarm !== null && isOpen(alarm)) open.push(alarm);
  return open.sort((a, b) => a.onsetAt - b.onsetAt || (a.id < b.id ? -1 : 1));
}

/** Names of the rules that watch a point, for people. */
export function rulesOfPoint(state: RulesState, pointIndex: number): readonly string[] {
  const point = state.points.get(pointIndex);
  return point === undefined ? [] : everyRule(point).map(({ rule }) => rule);
}

/** Levels of the catalogue that could not be bound at a point, each with the reason, for the registry's page. */
export const unboundLevels = (state: RulesState, pointIndex: number): readonly string[] =>
  state.points.get(pointIndex)?.unbound ?? [];
